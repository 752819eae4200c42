import { Migration } from '@mikro-orm/migrations';

/**
 * TRUNCATE passes the triggers of rows, so that it could empty what is written for ever. Each table of which no row
 * may be deleted refuses it by a trigger of its own, under the rule that holds for its rows. Triggers hold for the
 * application's role too, although it owns the tables.
 */
const kept: [table: string, rule: string][] = [
  ['ledger_entries', 'ledger_entries_append_only'],
  ['policies', 'policies_append_only'],
  ['events', 'events_only_get_their_position'],
  ['needs', 'needs_never_deleted'],
  ['pledges', 'pledges_never_deleted'],
  ['deliveries', 'deliveries_never_deleted'],
];

/** The function and the trigger that refuse it, of the same name. */
export function neverTruncated(table: string, rule: string): string[] {
  const name = `${table}_never_truncated`;
  return [
    `create function ${name}() returns trigger language plpgsql as $$ begin
        raise exception using errcode = 'check_violation', constraint = '${rule}', message = '${rule}',
          detail = 'truncate'; end $$`,
    `create trigger ${name} before truncate on ${table}
        for each statement execute function ${name}()`,
  ];
}

export class NoTruncate extends Migration {
  override up(): void {
    for (const one of kept) for (const statement of neverTruncated(...one)) this.addSql(statement);
  }

  override down(): void {
    for (const [table] of kept) {
      const name = `${table}_never_truncated`;
      this.addSql(`drop trigger ${name} on ${table}`);
      this.addSql(`drop function ${name}()`);
    }
  }
}
