import { Migration } from '@mikro-orm/migrations';

/**
 * The second wall: what reads see who forget to ask whether they may (docs/decisions/0021). Reads are done by a role
 * that has no right to the tables with private parts (src/reader-rights.ts), and finds in the schema `shown`, first in its
 * search path, views of the same names without these parts. Words that were written in confidence, drafts and
 * accounts are there for the asker alone whom the setting `sinergi.asker` names until the transaction ends: the JSON of
 * an actor. Without one, nothing private is there.
 */

/** Left out of the view of its table: private, or shown to nobody at all. */
const withheld: Readonly<Record<'needs' | 'pledges' | 'deliveries', readonly string[]>> = {
  needs: ['cancel_reason'],
  pledges: ['note', 'reason'],
  deliveries: ['note', 'reason', 'verification_note', 'evidence'],
};

/** Tables that are private as a whole: which rows the asker sees. The owner, who does the hub's own work, sees all. */
const policies: readonly [table: string, rows: string][] = [
  ['accounts', `id = shown.asker() ->> 'accountId' or shown.asker_is('ADMIN') or shown.asker_is('AUDITOR')`],
  ...['account_roles', 'account_areas', 'account_villages'].map(
    (table) => [table, `account_id = shown.asker() ->> 'accountId'`] as [string, string],
  ),
  ['sessions', `account_id = shown.asker() ->> 'accountId' or shown.asker_is('ADMIN')`],
  ['api_tokens', `account_id = shown.asker() ->> 'accountId' or shown.asker_is('ADMIN')`],
  ['audit_entries', `shown.asker_is('ADMIN') or shown.asker_is('AUDITOR')`],
];
/** Nobody sees any row of these. */
const closed = ['idempotency_keys', 'audit_pending', 'sign_in_throttles'];

/** A snapshot without what was written in confidence. */
export const withoutWords = `create function shown.without_words(snapshot jsonb) returns jsonb language sql immutable parallel safe as $$
    select case when jsonb_typeof(snapshot -> 'pledge') is distinct from 'object' then snapshot #- '{need,cancelReason}'
      else jsonb_set(snapshot #- '{need,cancelReason}' #- '{pledge,note}' #- '{pledge,reason}', '{pledge,deliveries}',
        coalesce((select jsonb_agg(d.one - '{note,reason,verificationNote,evidence}'::text[] order by d.place)
          from jsonb_array_elements(snapshot #> '{pledge,deliveries}') with ordinality as d (one, place)), '[]')) end $$`;

const functions = [
  // A token whose scopes do not hold READ reads nothing in anybody's name; no scopes at all are those of a session.
  `create function shown.asker() returns jsonb language sql stable parallel safe as $$
    select asker from (select nullif(current_setting('sinergi.asker', true), '')::jsonb as asker) as given
      where coalesce(jsonb_typeof(asker -> 'scopes'), 'null') = 'null' or asker -> 'scopes' ? 'READ' $$`,
  `create function shown.asker_is(role text) returns boolean language sql stable parallel safe
    as $$ select coalesce(shown.asker() -> 'roles' ? role, false) $$`,
  `create function shown.asker_keeps(village text) returns boolean language sql stable parallel safe as $$
    select coalesce((shown.asker_is('VILLAGE') and shown.asker() -> 'villageIds' ? village)
      or (shown.asker_is('COORDINATOR') and exists (
        select from public.villages v cross join jsonb_array_elements_text(shown.asker() -> 'areaCodes') as area (code)
        where v.id = village and (v.code = area.code or v.code like area.code || '.%'))), false) $$`,
  `create function shown.asker_sees_drafts(village text) returns boolean language sql stable parallel safe as $$
    select shown.asker_is('ADMIN') or shown.asker_is('AUDITOR') or shown.asker_keeps(village) $$`,
  `create function shown.asker_sees_private(village text, partner text) returns boolean language sql stable
    parallel safe as $$ select shown.asker_sees_drafts(village)
      or coalesce(shown.asker_is('PARTNER') and shown.asker() ->> 'partnerId' = partner, false) $$`,
  withoutWords,
];

/** The columns are those that the table has by now, whatever migrations came before. */
const viewOf = (table: keyof typeof withheld, where: string) => `do $$ begin
  execute (select format('create view shown.${table} as select %s from public.${table} ${where}',
      string_agg(quote_ident(column_name), ', ' order by ordinal_position))
    from information_schema.columns where table_schema = 'public' and table_name = '${table}'
      and column_name <> all ('{${withheld[table].join(',')}}'));
  end $$`;

/** Events, and apart from them their words, as long as snapshots hold both. */
export const wordlessEvents = `create view shown.events as select id, position, kind, occurred_at, village_code, village_id, need_id, sector_code,
      pledge_id, partner_id, shown.without_words(snapshot) as snapshot from public.events`;
export const wordsInEvents = `create view shown.event_words with (security_barrier) as select e.id, e.snapshot -> 'pledge' as pledge
    from public.events e where e.pledge_id is not null and shown.asker_sees_private(e.village_id, e.partner_id)`;

const views = [
  // No security barrier: it would keep the index of the search from being used, since full text search is not leakproof.
  viewOf('needs', 'where published_at is not null or shown.asker_sees_drafts(village_id)'),
  viewOf('pledges', ''),
  viewOf('deliveries', ''),
  wordlessEvents,
  `create view shown.pledge_words with (security_barrier) as select p.id, p.note, p.reason
    from public.pledges p where shown.asker_sees_private(p.village_id, p.partner_id)`,
  `create view shown.delivery_words with (security_barrier) as
    select d.id, d.note, d.reason, d.verification_note, d.evidence
    from public.deliveries d join public.pledges p on p.id = d.pledge_id
    where shown.asker_sees_private(p.village_id, p.partner_id)`,
  wordsInEvents,
];

export class ReaderWall extends Migration {
  override up(): void {
    this.addSql('create schema shown');
    for (const statement of [...functions, ...views]) this.addSql(statement);
    for (const table of [...policies.map(([name]) => name), ...closed]) {
      this.addSql(`alter table ${table} enable row level security`);
    }
    for (const [table, rows] of policies) {
      this.addSql(`create policy for_asker on ${table} for select using (${rows})`);
    }
  }

  override down(): void {
    for (const [table] of policies) this.addSql(`drop policy for_asker on ${table}`);
    for (const table of [...policies.map(([name]) => name), ...closed]) {
      this.addSql(`alter table ${table} disable row level security`);
    }
    this.addSql('drop schema shown cascade');
  }
}
