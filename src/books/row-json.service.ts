import { type RawBuilder, sql } from 'kysely';
import type { Sql } from '../platform/database.ts';

interface Column {
  name: string;
  type: string;
}

/** The columns of each table, as the database has them: a column that a migration adds is proved from then on. */
export type TableColumns = ReadonlyMap<string, readonly Column[]>;

export async function columnsOf(db: Sql, tables: readonly string[]): Promise<TableColumns> {
  const { rows } = await sql<{ table: string; name: string; type: string }>`
    select table_name as table, column_name as name, data_type as type from information_schema.columns
    where table_schema = 'public' and table_name = any(${tables}) order by table_name, ordinal_position`.execute(
    db,
  );
  return Map.groupBy(rows, ({ table }) => table);
}

const camelCase = (name: string): string =>
  name.replaceAll(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());

/** JSON as the events have it: an instant as `Date.toJSON` writes it, in milliseconds unless it has more. */
function valueOf(column: string, type: string): string {
  if (type !== 'timestamp with time zone') return column;
  return `to_char(${column} at time zone 'UTC', case when extract(microseconds from ${column})::int % 1000 = 0
    then 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"' else 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"' end)`;
}

/** A row as the JSON that events and answers show of it, under the names of the entity's fields. */
export function rowJson(columns: TableColumns, table: string, alias: string): RawBuilder<unknown> {
  const pairs = columns
    .get(table)!
    .map(({ name, type }) => `'${camelCase(name)}', ${valueOf(`${alias}."${name}"`, type)}`);
  return sql.raw(`jsonb_build_object(${pairs.join(', ')})`);
}
