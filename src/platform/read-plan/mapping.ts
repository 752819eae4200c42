import type { Reader } from '../../access/reader.ts';
import type { Expression, Row } from '../expression.ts';
import type { ListOrder } from '../page.ts';
import type { Given } from './given.ts';

/** An argument that a statement takes as it comes: not to be looked at, since it may not be known yet. */
export type Text = string | Given;

/** What a field of a document asks of its rows. */
export interface Asked<Args = Record<string, never>> {
  /** The rows that are looked for. */
  its: Row;
  /** The row whose field it is; the root of a query has none, and throws. */
  own: Row;
  /** The field's arguments, coerced. */
  args: Args;
  reader: Reader;
}

/** True for the rows that belong to the field. Throws RequestError for arguments that the ordinary path refuses. */
export type Where<Args> = (asked: Asked<Args>) => Expression;

/** A scalar that the row's columns make. */
export interface ValueField {
  kind: 'value';
  sql(own: Row): Expression;
}

/** Another object made of the same row. */
export interface PartField {
  kind: 'part';
  type: string;
}

/** The row of another type, or null: `where` finds one at most, or the statement fails. */
export interface OneField {
  kind: 'one';
  type: string;
  where: Where<never>;
  /** Arguments of type `Text`, each with its check, which throws RequestError as the ordinary path does. */
  given: Readonly<Record<string, (value: string) => void>>;
}

/** All such rows, in order. */
export interface ListField {
  kind: 'list';
  type: string;
  where: Where<never>;
  orderBy(its: Row): Expression;
}

/** A page of such rows as a connection, by the arguments `first` and `after`. */
export interface PageField {
  kind: 'page';
  type: string;
  order: ListOrder;
  where: Where<never>;
}

export type FieldMapping = ValueField | PartField | OneField | ListField | PageField;

/**
 * Where the objects of a type of the API come from. What stands in neither `columns` nor `fields` is not read by a
 * plan: an operation that asks for it takes the ordinary way, by the resolvers.
 */
export interface TypeMapping {
  type: string;
  /** A table, or for a type without one a select from the row `own` whose field it is. */
  from: string | ((own: Row) => Expression);
  /** The rows that somebody may see; without it, all. It holds wherever the type is read, whatever leads there. */
  visible?: {
    rows(its: Row, reader: Reader): Expression;
    /** Whether there may be more of them than everybody sees: then the database must know who asks. */
    more(reader: Reader): boolean;
  };
  /** Fields that are a column of the same name in snake_case. */
  columns: readonly string[];
  fields: Record<string, FieldMapping>;
}

/** What a module adds to a type of a module below it, or to Query. */
export interface TypeExtension {
  type: string;
  fields: Record<string, FieldMapping>;
}

/** What one module declares. */
export interface ModuleMapping {
  types: readonly TypeMapping[];
  adds: readonly TypeExtension[];
}

export const value = (sql: ValueField['sql']): ValueField => ({ kind: 'value', sql });
export const part = (type: string): PartField => ({ kind: 'part', type });
export const one = <Args>(type: string, where: Where<Args>, given: OneField['given'] = {}): OneField => ({
  kind: 'one',
  type,
  where,
  given,
});
export const list = <Args>(type: string, where: Where<Args>, orderBy: ListField['orderBy']): ListField => ({
  kind: 'list',
  type,
  where,
  orderBy,
});
export const page = <Args>(type: string, order: ListOrder, where: Where<Args>): PageField => ({
  kind: 'page',
  type,
  order,
  where,
});
