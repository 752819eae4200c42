import { type RawBuilder, sql } from 'kysely';

/** Columns of given rows and their types in PostgreSQL, in the order in which they come out. */
export type GivenColumns = Readonly<Record<string, string>>;

/** Rows that say which of them they are, for answers that come in another order or leave some out. */
export const placed = <T extends object>(rows: readonly T[]): (T & { place: number })[] =>
  rows.map((row, place) => ({ ...row, place }));

/**
 * Rows for a statement to read from, all in one parameter, under the names that they have in JS: what is prepared for a
 * statement does not depend on how many there are. PostgreSQL takes any such set for a hundred rows and would plan for
 * as many; the limit tells it better, by powers of two, so that few texts are prepared; `most` is
 * how many it could be, where several sets of one statement go together.
 */
export function givenRows<C extends GivenColumns>(
  rows: readonly { readonly [K in keyof C]: unknown }[],
  columns: C,
  most = rows.length,
): RawBuilder<unknown> {
  const size = 2 ** Math.ceil(Math.log2(Math.max(most, 1)));
  const names = Object.keys(columns) as (keyof C & string)[];
  const given = rows.map((row) => Object.fromEntries(names.map((name) => [name, row[name]])));
  const typed = names.map((name) => `"${name}" ${columns[name]}`);
  return sql`(select * from json_to_recordset(${JSON.stringify(given)}::json) as given(${sql.raw(typed.join(', '))})
    limit ${sql.raw(String(size))})`;
}
