import { Migration } from '@mikro-orm/migrations';
import { broken, guard } from './0002-invariants.ts';
import { neverTruncated } from './0004-no-truncate.ts';

/**
 * A restore to an earlier point, or a failover that loses commits, makes another history of the feed: the same positions
 * hold other events. `digest` tells one event from another; cursors carry it. It covers what an event shows to everybody
 * and is generated from the row, so it is the same on every copy of the database and cannot be written.
 *
 * Two histories part where a relay begins anew. Each time a relay takes over and places something, that is a term: a row of
 * feed_terms, with the last position before it. Cursors name the latest terms, which tells how far two histories agree.
 */
const DIGEST = `lpad(to_hex(hash_record_extended(row(id, kind collate "C", occurred_at, village_code, village_id, need_id,
  sector_code, pledge_id, partner_id, snapshot), 0)), 16, '0')`;

const seen = `select id, position, kind, occurred_at, village_code, village_id, need_id, sector_code, pledge_id, partner_id,
  snapshot`;

const RULE = 'feed_terms_append_only';

export class FeedTerms extends Migration {
  override up(): void {
    this.addSql(`create table "feed_terms" ("ordinal" int not null, "id" text collate "C" not null,
      "after" bigint not null, primary key ("ordinal"))`);
    this.addSql(`alter table "feed_terms" add constraint "feed_terms_id_form" check (id ~ '^[0-9a-f]{6}$')`);
    this.addSql(
      'alter table "feed_terms" add constraint "feed_terms_place" check (ordinal >= 1 and "after" >= 0)',
    );
    for (const statement of guard(
      RULE,
      'feed_terms',
      'before update or delete',
      `begin ${broken(RULE, 'lower(tg_op)')} end`,
    )) {
      this.addSql(statement);
    }
    for (const statement of neverTruncated('feed_terms', RULE)) this.addSql(statement);
    this.addSql(`alter table "events" add "digest" text collate "C" not null generated always as (${DIGEST}) stored,
      add "terms" text collate "C" not null default ''`);
    this.addSql(`create or replace view shown.events as ${seen}, digest, terms from public.events`);
  }

  override down(): void {
    this.addSql('drop view shown.events');
    this.addSql(`create view shown.events as ${seen} from public.events`);
    this.addSql('alter table "events" drop "digest", drop "terms"');
    this.addSql('drop table "feed_terms"');
    for (const name of [RULE, 'feed_terms_never_truncated']) this.addSql(`drop function ${name}()`);
  }
}
