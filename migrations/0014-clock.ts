import { Migration } from '@mikro-orm/migrations';
import { broken, guard } from './0002-invariants.ts';

/**
 * Whatever is decided against a date or an hour asks `sinergi_now()`: the start of the transaction by PostgreSQL's clock,
 * which all nodes share. It has whole milliseconds, as JavaScript's dates have, so that a time is the same wherever it
 * was read.
 *
 * A row of `moved_clock` sets another time. It cannot be committed, so that only the transaction that wrote it sees it:
 * the load of the demo, which plays two months in one transaction.
 *
 * `job_runs` says when each job last ran to its end. The index finds the policies that came into force lately.
 */
const NEVER_KEPT = 'moved_clock_never_kept';

export class DatabaseClock extends Migration {
  override up(): void {
    this.addSql(
      `create table "moved_clock" ("id" int not null, "at" timestamptz not null, primary key ("id"))`,
    );
    this.addSql(`alter table "moved_clock" add constraint "moved_clock_is_one_row" check (id = 1)`);
    const neverKept = `
      begin
        if exists (select from moved_clock) then ${broken(NEVER_KEPT, 'new.at::text')} end if;
        return null;
      end`;
    for (const statement of guard(NEVER_KEPT, 'moved_clock', 'deferred after insert or update', neverKept)) {
      this.addSql(statement);
    }
    this.addSql(`
      create function sinergi_now() returns timestamptz language plpgsql stable parallel safe as $$
        declare moved timestamptz;
        begin
          select at into moved from public.moved_clock;
          return date_trunc('milliseconds', coalesce(moved, transaction_timestamp()));
        end $$`);
    this.addSql(`create table "job_runs" ("name" text collate "C" not null, "known_since" timestamptz not null,
      "last_run_at" timestamptz null, primary key ("name"))`);
    this.addSql('create index "policies_by_effect" on "policies" ("effective_from")');
  }

  override down(): void {
    this.addSql('drop index "policies_by_effect"');
    this.addSql('drop table "job_runs"');
    this.addSql('drop function sinergi_now()');
    this.addSql('drop table "moved_clock"');
    this.addSql(`drop function ${NEVER_KEPT}()`);
  }
}
