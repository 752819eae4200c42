import { p } from '@mikro-orm/core';
import { MAX_RUPIAH } from '../kernel/rupiah.ts';

/**
 * The column kinds that entities share. Text is compared by bytes (collation C), so that ids sort by time and
 * area codes by the official tree whatever locale the database was made with.
 */
export const text = () => p.string().columnType('text');
export const key = () => text().collation('C');
export const rupiah = () => p.bigint('number');
export const instant = () => p.datetime().columnType('timestamptz');
export const date = () => p.string().columnType('date');

/** `column in ('A', 'B')`. */
export function oneOf(column: string, values: readonly string[]): string {
  return `${column} in (${values.map((value) => `'${value}'`).join(', ')})`;
}

/** Money within these bounds, at most what a JS number holds exactly. */
export function rupiahCheck(column: string, least = 0, most = MAX_RUPIAH): string {
  return `${column} between ${least} and ${most}`;
}

/** Text of that many characters, without spaces at its ends. */
export function textCheck(column: string, min: number, max: number): string {
  return `length(${column}) between ${min} and ${max} and ${column} = btrim(${column})`;
}

type Target = Parameters<typeof p.manyToOne>[0];

/** The key of a row elsewhere, held as the key itself. Nothing that others refer to is ever deleted. */
export const reference = <T extends Target>(target: T, column: string) =>
  p.manyToOne(target).mapToPk().fieldName(column).deleteRule('restrict').updateRule('restrict');
