import { sql } from 'kysely';
import type { BatchFunction } from './batch.ts';
import type { ReadRows } from './database.ts';
import { aliased, type Expression, type Row } from './expression.ts';
import { beyond, inOrder } from './list-page.ts';
import { assertPageSize, type ListOrder, type Page, type PageRequest, pageOf, readCursor } from './page.ts';

/** One parent's list, as a field of many parents asks for it. */
export interface NestedKey<Filter> {
  parentId: string;
  filter: Filter;
  page: PageRequest;
}

/** A list that each of many parents has. */
export interface NestedList<Filter> {
  table: string;
  /** The column that names the parent. */
  parent: string;
  order: ListOrder;
  where(filter: Filter): (its: Row) => Expression;
}

/** Batches the lists of all parents that were asked for with the same arguments into one statement. */
export function nestedPages<Filter, T extends object>(
  readFor: (filter: Filter) => ReadRows,
  list: NestedList<Filter>,
): BatchFunction<NestedKey<Filter>, Page<T>> {
  return async (keys) => {
    const groups = Map.groupBy(keys, ({ filter, page }) => JSON.stringify([filter, page]));
    const pages = new Map<NestedKey<Filter>, Page<T>>();
    await Promise.all(
      [...groups.values()].map(async (group) => {
        const answers = await pagesOf<Filter, T>(readFor(group[0]!.filter), list, group);
        group.forEach((key, index) => pages.set(key, answers[index]!));
      }),
    );
    return keys.map((key) => pages.get(key)!);
  };
}

/** The pages of parents that ask alike. */
async function pagesOf<Filter, T extends object>(
  read: ReadRows,
  list: NestedList<Filter>,
  keys: readonly NestedKey<Filter>[],
): Promise<Page<T>[]> {
  const { table, parent, order } = list;
  const { filter, page } = keys[0]!;
  assertPageSize(page.first);
  const after = page.after === null ? null : readCursor(order.name, page.after);
  const parentIds = keys.map(({ parentId }) => parentId);
  const its = aliased('one');
  const isListed = list.where(filter)(its);
  const rows = await read(sql<T & { ofParent: string }>`
    select parent.id as of_parent, page.* from unnest(${parentIds}::text[]) as parent(id) cross join lateral (
      select one.* from ${sql.table(table)} as one
      where ${its(parent)} = parent.id and ${isListed}
        ${after === null ? sql`` : sql`and ${beyond(order, its, after)}`}
      order by ${inOrder(order, its)} limit ${page.first + 1}) as page`);
  const found = Map.groupBy(rows, ({ ofParent }) => ofParent);
  let counting: Promise<Map<string, number>> | undefined;
  const count = async () => {
    const counted = await read(sql<{ parentId: string; count: number }>`
      select ${its(parent)} as parent_id, count(*) as count from ${sql.table(table)} as one
      where ${its(parent)} = any(${parentIds}) and ${isListed} group by ${its(parent)}`);
    return new Map(counted.map((row) => [row.parentId, row.count]));
  };
  const placeOf = (row: T) => (row as Record<string, string>)[order.place]!;
  return parentIds.map((id) =>
    pageOf<T>(order.name, found.get(id) ?? [], page, placeOf, async () => {
      counting ??= count();
      return (await counting).get(id) ?? 0;
    }),
  );
}
