import { helper } from '@mikro-orm/core';

/** An entity's own columns as a plain object: the shape that reads, snapshots and answers share. */
export type Row<T> = { [K in keyof T as K extends string ? K : never]: Exclude<T[K], undefined> };

export function rowOf<T extends object>(entity: T): Row<T> {
  const columns = helper(entity).__meta.props.map(({ name }) => name as keyof T & string);
  return Object.fromEntries(columns.map((column) => [column, entity[column] ?? null])) as Row<T>;
}
