import { type RawBuilder, sql } from 'kysely';

/** A piece of SQL with its parameters. */
export type Expression = RawBuilder<unknown>;

/** The columns of one row of a statement, wherever it stands in it. */
export type Row = (column: string) => Expression;

/** The row that a statement reads under this alias. */
export const aliased =
  (alias: string): Row =>
  (column) =>
    sql.ref(`${alias}.${column}`);
