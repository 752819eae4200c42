import { badArgument } from '../kernel/problems.ts';
import { isStorable } from '../kernel/text.ts';

export const MAX_PAGE = 100;
/** The same of a list that has no pages. */
export const MAX_LIST = 1000;
/** So many where nobody says how many. */
export const USUAL_PAGE = 20;

/** Which part of a list is wanted. */
export interface PageRequest {
  first: number;
  after: string | null;
}

/** A list's name in its cursors, and the unique column that orders it and is each row's place in it. */
export interface ListOrder {
  name: string;
  place: string;
  direction: 'asc' | 'desc';
}

/** A part of a list, in order. */
export interface Page<T> {
  rows: T[];
  hasNextPage: boolean;
  /** Whether the page began after a cursor, so that something may come before it. */
  hasPreviousPage: boolean;
  cursorOf(row: T): string;
  /** How many the whole list has; costs a statement, so it runs only when asked for. Null for a list without end. */
  counted: (() => Promise<number>) | null;
}

/** A cursor is opaque to clients: the list's name and the place in it, base64url. */
export function writeCursor(list: string, place: string | number): string {
  return Buffer.from(`${list}:${place}`).toString('base64url');
}

/** The place a cursor of that list names; throws BAD_USER_INPUT for any other text. */
export function readCursor(list: string, cursor: string, argument = 'after'): string {
  const text = /^[\w-]{1,400}$/.test(cursor) ? Buffer.from(cursor, 'base64url').toString('utf8') : '';
  const place = text.slice(list.length + 1);
  if (!text.startsWith(`${list}:`) || !isStorable(place) || writeCursor(list, place) !== cursor) {
    throw badArgument(argument, 'input.bad-cursor');
  }
  return place;
}

/** The same for a list whose places are whole numbers from 0. */
export function readNumberCursor(list: string, cursor: string): number {
  const place = readCursor(list, cursor);
  const number = Number(place);
  if (String(number) !== place || !Number.isSafeInteger(number) || number < 0) {
    throw badArgument('after', 'input.bad-cursor');
  }
  return number;
}

/** Throws BAD_USER_INPUT unless 1 ≤ first ≤ 100. */
export function assertPageSize(first: number, max = MAX_PAGE): void {
  if (!Number.isInteger(first) || first < 1 || first > max) {
    throw badArgument('first', 'input.bad-page-size', { max });
  }
}

/** Cuts the row that was read too much, which tells whether there is a next page. */
export function pageOf<T>(
  list: string,
  rows: T[],
  request: PageRequest,
  placeOf: (row: T) => string,
  counted: Page<T>['counted'],
): Page<T> {
  return {
    rows: rows.slice(0, request.first),
    hasNextPage: rows.length > request.first,
    hasPreviousPage: request.after !== null,
    cursorOf: (row) => writeCursor(list, placeOf(row)),
    counted,
  };
}

/** The same of a list that is at hand as a whole, in its order. Throws BAD_USER_INPUT for a bad page or cursor. */
export function pageOfRows<T extends object>(
  { name, place, direction }: ListOrder,
  all: readonly T[],
  request: PageRequest,
): Page<T> {
  assertPageSize(request.first);
  const after = request.after === null ? null : readCursor(name, request.after);
  const placeOf = (row: T) => (row as Record<string, string>)[place]!;
  const isBeyond = (row: T) =>
    after === null || (direction === 'desc' ? placeOf(row) < after : placeOf(row) > after);
  const rows = all.filter(isBeyond).slice(0, request.first + 1);
  return pageOf(name, rows, request, placeOf, () => Promise.resolve(all.length));
}

/** The same of a list of which only the keys are at hand, each a row's place in it: `load` reads those of the page. */
export async function pageOfKeys<T extends object>(
  order: ListOrder,
  keys: readonly string[],
  request: PageRequest,
  load: (key: string) => Promise<T | null>,
): Promise<Page<T>> {
  const places = keys.toSorted().map((key) => ({ [order.place]: key }));
  const page = pageOfRows(order, places, request);
  const rows = await Promise.all(page.rows.map((one) => load(one[order.place]!)));
  return {
    ...page,
    rows: rows.filter((row) => row !== null),
    cursorOf: (row) => writeCursor(order.name, (row as Record<string, string>)[order.place]!),
  };
}

/** Words typed into a search box as a tsquery: every word must occur, the words may be cut short. */
export function searchQuery(search: string): string | null {
  const words =
    search
      .normalize('NFC')
      .toLowerCase()
      .match(/[\p{L}\p{N}]+/gu)
      ?.slice(0, 10) ?? [];
  return words.length === 0 ? null : words.map((word) => `'${word.slice(0, 60)}':*`).join(' & ');
}
