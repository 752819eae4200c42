import { sql } from 'kysely';
import { storable } from '../kernel/text.ts';
import type { BatchFunction } from './batch.ts';
import type { Database } from './database.ts';

/** Finds rows by a unique text column, null where there is none; one statement for many keys. */
export function lookup<Row extends object>(
  database: Database,
  table: string,
  column: keyof Row & string,
): BatchFunction<string, Row | null> {
  return async (keys) => {
    const { rows } = await sql<Row>`
      select * from ${sql.table(table)} where ${sql.ref(column)} = any(${storable(keys)})`.execute(
      database.reads,
    );
    const found = new Map(rows.map((row) => [row[column] as string, row]));
    return keys.map((key) => found.get(key) ?? null);
  };
}

/** Answers each key with its rows, in the order in which they were read. */
export function grouped<Row>(
  keys: readonly string[],
  rows: Row[],
  keyOf: (row: Row) => string | null | undefined,
): Row[][] {
  const groups = Map.groupBy(rows, keyOf);
  return keys.map((key) => groups.get(key) ?? []);
}
