import { sql } from 'kysely';
import type { ReadRows } from './database.ts';
import { aliased, type Expression, type Row } from './expression.ts';
import { assertPageSize, type ListOrder, type Page, type PageRequest, pageOf, readCursor } from './page.ts';

/** A page of the rows of a table that `where` lets through. Throws BAD_USER_INPUT for a bad page or cursor. */
export async function listPage<T extends object>(
  read: ReadRows,
  table: string,
  order: ListOrder,
  where: (its: Row) => Expression,
  request: PageRequest,
): Promise<Page<T>> {
  assertPageSize(request.first);
  const after = request.after === null ? null : readCursor(order.name, request.after);
  const its = aliased('one');
  const from = sql`from ${sql.table(table)} as one where ${where(its)}`;
  const rows = await read(sql<T>`
    select one.* ${from} ${after === null ? sql`` : sql`and ${beyond(order, its, after)}`}
    order by ${inOrder(order, its)} limit ${request.first + 1}`);
  const counted = async () =>
    (await read(sql<{ count: number }>`select count(*) as count ${from}`))[0]!.count;
  const placeOf = (row: T) => (row as Record<string, string>)[order.place]!;
  return pageOf(order.name, rows, request, placeOf, counted);
}

/** True for the rows after that place. */
export function beyond({ place, direction }: ListOrder, its: Row, after: string): Expression {
  return direction === 'desc' ? sql`${its(place)} < ${after}` : sql`${its(place)} > ${after}`;
}

/** What comes after `order by`. */
export function inOrder({ place, direction }: ListOrder, its: Row): Expression {
  return direction === 'desc' ? sql`${its(place)} desc` : sql`${its(place)}`;
}
