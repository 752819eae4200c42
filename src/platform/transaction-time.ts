import { type QueryExecutorProvider, type RawBuilder, sql } from 'kysely';

/**
 * When the transaction around began, by PostgreSQL's clock, in whole milliseconds. As a subquery, so that a statement
 * calls the function once and not for every row.
 */
export const transactionTime = sql<Date>`(select sinergi_now())`;

/** An instant as milliseconds since 1970, which every connection of the hub reads as a number. */
export const millisecondsOf = (instant: RawBuilder<unknown>): RawBuilder<number> =>
  sql<number>`(extract(epoch from ${instant}) * 1000)::float8`;

/** `transactionTime` as a value. It costs a statement: where that matters, read it in one that is sent anyway. */
export async function timeOf(tx: { readonly sql: QueryExecutorProvider }): Promise<Date> {
  const { rows } = await sql<{ ms: number }>`select ${millisecondsOf(sql`sinergi_now()`)} as ms`.execute(
    tx.sql,
  );
  return new Date(rows[0]!.ms);
}
