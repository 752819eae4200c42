import { Migration } from '@mikro-orm/migrations';
import { broken, guard, guards as oldGuards } from './0002-invariants.ts';
import { neverTruncated } from './0004-no-truncate.ts';
import { withoutWords, wordlessEvents, wordsInEvents } from './0007-reader-wall.ts';

/**
 * The feed is written once. Until now a fact was a row of events without a place, and the relay's stamp wrote the whole of
 * it again, with an entry in each index. It is a row of the outbox now, a table with one index, and the relay moves it to
 * its place. Events are never changed from then on, and their places follow each other without a gap.
 *
 * What was written in confidence has a column of its own, so that what everybody reads needs nothing cut out of it.
 */
const content = `"kind" text not null, "occurred_at" timestamptz not null, "village_code" text collate "C" not null,
  "village_id" text collate "C" not null, "need_id" text collate "C" not null, "sector_code" text collate "C" not null,
  "pledge_id" text collate "C" null, "partner_id" text collate "C" null, "snapshot" jsonb not null, "words" jsonb null`;
const columns = `kind, occurred_at, village_code, village_id, need_id, sector_code, pledge_id, partner_id, snapshot, words`;
const of = (alias: string) => columns.split(', ').map((column) => `${alias}.${column}`);

const KINDS = `kind in ('NEED_PUBLISHED', 'NEED_CHANGED', 'NEED_CANCELLED', 'NEED_FULFILLED', 'PLEDGE_REQUESTED', 'PLEDGE_MADE', 'PLEDGE_APPROVED', 'PLEDGE_COMMITTED', 'PLEDGE_DECLINED', 'PLEDGE_WITHDRAWN', 'PLEDGE_EXPIRED', 'PLEDGE_CANCELLED', 'PLEDGE_FULFILLED', 'DELIVERY_REPORTED', 'DELIVERY_VERIFIED', 'DELIVERY_DISPUTED')`;
const WORDS_APART = `not snapshot @? '$ ? (exists(@.need.cancelReason ? (@ != null)) || exists(@.pledge.note ? (@ != null))
  || exists(@.pledge.reason ? (@ != null)) || exists(@.pledge.deliveries.note ? (@ != null))
  || exists(@.pledge.deliveries.reason ? (@ != null)) || exists(@.pledge.deliveries.verificationNote ? (@ != null))
  || exists(@.pledge.deliveries.evidence[*]))'`;

const ONLY_PLACED = 'outbox_only_placed';
const APPEND_ONLY = 'events_append_only';
const HEAD_STAYS = 'feed_head_never_deleted';
const refusal = (rule: string) => `begin ${broken(rule, 'lower(tg_op)')} end`;

/** By their images: what was moved is the same to the byte, and JSON is slow to compare. */
const leavesPlaced = `
  begin
    if exists (select from gone left join events e on e.id = gone.id
      where record_image_ne(row(${of('e').join(', ')}), row(${of('gone').join(', ')}))) then
      ${broken(ONLY_PLACED, `'delete'`)}
    end if;
    return null;
  end`;

const follows = `
  declare first bigint; last bigint; given bigint;
  begin
    select min(position), max(position), count(*) into first, last, given from placed;
    if given > 0 and (last - first + 1 <> given or first <> coalesce(
      (select position from events where position < first order by position desc limit 1), 0) + 1) then
      ${broken('events_contiguous', 'first::text')}
    end if;
    if given > 0 and last <> (select position from feed_head) then
      ${broken('feed_head_is_last', 'last::text')}
    end if;
    return null;
  end`;

const isLast = `
  begin
    if new.position <> coalesce((select max(position) from events), 0) then
      ${broken('feed_head_is_last', 'new.position::text')}
    end if;
    return null;
  end`;

/** One function and one trigger of the same name. */
const guards: [name: string, table: string, when: string, body: string][] = [
  ['events_append_only', 'events', 'before update or delete on events for each row', refusal(APPEND_ONLY)],
  ['events_never_truncated', 'events', 'before truncate on events for each statement', refusal(APPEND_ONLY)],
  [
    'events_contiguous',
    'events',
    'after insert on events referencing new table as placed for each statement',
    follows,
  ],
  ['feed_head_is_last', 'feed_head', 'after update on feed_head for each row', isLast],
  ['feed_head_never_deleted', 'feed_head', 'before delete on feed_head for each row', refusal(HEAD_STAYS)],
  [
    'feed_head_never_truncated',
    'feed_head',
    'before truncate on feed_head for each statement',
    refusal(HEAD_STAYS),
  ],
  ['outbox_never_changed', 'outbox', 'before update on outbox for each row', refusal(ONLY_PLACED)],
  [
    'outbox_leaves_placed',
    'outbox',
    'after delete on outbox referencing old table as gone for each statement',
    leavesPlaced,
  ],
  ['outbox_never_truncated', 'outbox', 'before truncate on outbox for each statement', refusal(ONLY_PLACED)],
];

/** What a snapshot said in confidence, as the column keeps it; null where it said nothing. */
const wordsOf = `case when jsonb_typeof(snapshot -> 'pledge') = 'object' and (snapshot #>> '{pledge,note}' is not null
    or snapshot #>> '{pledge,reason}' is not null or jsonb_array_length(snapshot #> '{pledge,deliveries}') > 0)
  then jsonb_build_object('id', snapshot #> '{pledge,id}', 'note', snapshot #> '{pledge,note}',
    'reason', snapshot #> '{pledge,reason}', 'deliveries', coalesce((select jsonb_agg(jsonb_build_object('id', d.one -> 'id',
        'note', d.one -> 'note', 'reason', d.one -> 'reason', 'verificationNote', d.one -> 'verificationNote',
        'evidence', coalesce(d.one -> 'evidence', '[]')) order by d.place)
      from jsonb_array_elements(snapshot #> '{pledge,deliveries}') with ordinality as d (one, place)), '[]')) end`;

/** The same put back; the reason of a cancelled need is in the need. */
const withWords = `
  create function shown.with_words(snapshot jsonb, words jsonb) returns jsonb language sql immutable as $$
    select case when jsonb_typeof(snapshot -> 'pledge') is distinct from 'object' then snapshot
      else jsonb_set(snapshot, '{pledge}', (snapshot -> 'pledge') || jsonb_build_object('note', words -> 'note',
        'reason', words -> 'reason', 'deliveries', coalesce((
          select jsonb_agg(d.one || coalesce(words -> 'deliveries' -> (d.place - 1)::int, '{}') order by d.place)
          from jsonb_array_elements(snapshot #> '{pledge,deliveries}') with ordinality as d (one, place)), '[]'))) end $$`;

const wordsOfEvents = `
  create or replace view shown.event_words with (security_barrier) as
    select e.id, coalesce(e.words, jsonb_build_object('id', e.pledge_id, 'note', null, 'reason', null,
      'deliveries', '[]'::jsonb)) as pledge
    from public.events e where e.pledge_id is not null and shown.asker_sees_private(e.village_id, e.partner_id)`;

/** Draws the next number past all that were drawn from the other sequence. */
const goOn = (sequence: string, from: string) =>
  `select setval('${sequence}', last_value, is_called) from ${from}`;

export class Outbox extends Migration {
  override up(): void {
    for (const name of ['events_append_only', 'events_never_truncated']) {
      this.addSql(`drop trigger ${name} on events`);
      this.addSql(`drop function ${name}()`);
    }
    this.addSql(`create table "outbox" ("id" bigserial primary key, ${content})`);
    // As idempotency_keys: nobody but the owner sees a row.
    this.addSql('alter table "outbox" enable row level security');
    // Rows come and go: what is dead is cleared away by number, however large the table once was.
    this.addSql(`alter table "outbox" set (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 2000,
      autovacuum_vacuum_insert_threshold = -1)`);
    this.addSql(goOn('outbox_id_seq', 'events_id_seq'));
    this.addSql('alter table "events" alter "id" drop default');
    this.addSql('drop sequence events_id_seq');
    this.addSql('alter table "events" add "words" jsonb null');
    this.addSql(`update events set words = ${wordsOf}, snapshot = shown.without_words(snapshot)`);
    this.addSql(
      `insert into outbox (id, ${columns}) select id, ${columns} from events where position is null`,
    );
    this.addSql('delete from events where position is null');
    this.addSql('drop index "events_unstamped"');
    this.addSql('alter table "events" alter "position" set not null');
    this.addSql(`alter table "outbox" add constraint "outbox_kind_known" check (${KINDS})`);
    this.addSql(`alter table "outbox" add constraint "outbox_words_apart" check (${WORDS_APART})`);
    this.addSql(`create or replace view shown.events as select id, position, kind, occurred_at, village_code, village_id,
      need_id, sector_code, pledge_id, partner_id, snapshot from public.events`);
    this.addSql(wordsOfEvents);
    this.addSql('drop function shown.without_words');
    for (const [name, , when, body] of guards) {
      this.addSql(`create function ${name}() returns trigger language plpgsql as $$ ${body} $$`);
      this.addSql(`create trigger ${name} ${when} execute function ${name}()`);
    }
  }

  override down(): void {
    for (const [name, table] of guards) {
      this.addSql(`drop trigger ${name} on ${table}`);
      this.addSql(`drop function ${name}()`);
    }
    this.addSql('alter table "events" alter "position" drop not null');
    this.addSql('create sequence events_id_seq owned by events.id');
    this.addSql(goOn('events_id_seq', 'outbox_id_seq'));
    this.addSql(`alter table "events" alter "id" set default nextval('events_id_seq')`);
    this.addSql(`insert into events (id, ${columns}) select id, ${columns} from outbox`);
    this.addSql('drop table "outbox"');
    this.addSql(withWords);
    this.addSql('update events set snapshot = shown.with_words(snapshot, words)');
    this.addSql('drop function shown.with_words');
    this.addSql('create index "events_unstamped" on "events" (id) where position is null');
    this.addSql(withoutWords);
    for (const view of [wordlessEvents, wordsInEvents]) {
      this.addSql(view.replace('create view', 'create or replace view'));
    }
    this.addSql('alter table "events" drop "words"');
    const appendOnly = guard(...oldGuards.find(([name]) => name === 'events_append_only')!);
    for (const statement of [...appendOnly, ...neverTruncated('events', 'events_only_get_their_position')]) {
      this.addSql(statement);
    }
  }
}
