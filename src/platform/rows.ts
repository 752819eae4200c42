import { helper } from '@mikro-orm/core';
import { type RawBuilder, sql } from 'kysely';

/** An entity's own columns as a plain object: the shape that reads, snapshots and answers share. */
export type Row<T> = { [K in keyof T as K extends string ? K : never]: Exclude<T[K], undefined> };

export function rowOf<T extends object>(entity: T): Row<T> {
  const columns = helper(entity).__meta.props.map(({ name }) => name as keyof T & string);
  return Object.fromEntries(columns.map((column) => [column, entity[column] ?? null])) as Row<T>;
}

/** How a column comes out of a statement of its own: money as a number, days as text, instants as Date. */
type ColumnKind = 'plain' | 'rupiah' | 'date' | 'instant';

const casts: Record<ColumnKind, string> = { plain: '', rupiah: '::float8', date: '::text', instant: '' };
const snakeCase = (name: string) => name.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);

/** The columns of a table, named one by one, for statements that join it with others whose columns have the same names. */
export class Columns<T extends object> {
  private readonly kinds: [name: keyof T & string, kind: ColumnKind][];

  constructor(kinds: Record<keyof T & string, ColumnKind>) {
    this.kinds = Object.entries(kinds) as [keyof T & string, ColumnKind][];
  }

  /** For the list of a `select` from the table or alias of that name, in snake_case. */
  of(alias: string): RawBuilder<unknown> {
    const columns = this.kinds.map(([name, kind]) => {
      const column = snakeCase(name);
      return `${alias}."${column}"${casts[kind]} as ${alias}_${column}`;
    });
    return sql.raw(columns.join(', '));
  }

  /** The row of that alias, out of what such a statement answered. */
  read(alias: string, row: Readonly<Record<string, unknown>>): T {
    const values = this.kinds.map(([name, kind]) => {
      const value = row[`${alias}${name[0]!.toUpperCase()}${name.slice(1)}`];
      return [name, kind === 'instant' && value !== null ? new Date(value as string | Date) : value];
    });
    return Object.fromEntries(values) as T;
  }
}
