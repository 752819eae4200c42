import type { BatchFunction } from './batch.ts';
import { assertPageSize, type Page, type PageRequest, pageOf, readCursor } from './page.ts';

/** One parent's list, as a field of many parents asks for it. */
export interface NestedKey<Filter> {
  parentId: string;
  filter: Filter;
  page: PageRequest;
}

/** How a nested list is read: both statements answer for many parents at once. */
export interface NestedList<Filter, T> {
  name: string;
  /** At most `limit` rows a parent, in order, after the place that a cursor named. */
  read(
    parentIds: readonly string[],
    filter: Filter,
    after: string | null,
    limit: number,
  ): Promise<(T & { parentId: string })[]>;
  count(parentIds: readonly string[], filter: Filter): Promise<{ parentId: string; count: number }[]>;
  placeOf(row: T): string;
}

/** Batches the lists of all parents that were asked for with the same arguments into one statement. */
export function nestedPages<Filter, T>(
  list: NestedList<Filter, T>,
): BatchFunction<NestedKey<Filter>, Page<T>> {
  return async (keys) => {
    const groups = Map.groupBy(keys, ({ filter, page }) => JSON.stringify([filter, page]));
    const pages = new Map<NestedKey<Filter>, Page<T>>();
    await Promise.all(
      [...groups.values()].map(async (group) => {
        const { filter, page } = group[0]!;
        assertPageSize(page.first);
        const after = page.after === null ? null : readCursor(list.name, page.after);
        const parentIds = group.map(({ parentId }) => parentId);
        const rows = Map.groupBy(
          await list.read(parentIds, filter, after, page.first + 1),
          ({ parentId }) => parentId,
        );
        let counting: Promise<Map<string, number>> | undefined;
        const countOf = async (parentId: string) => {
          counting ??= list
            .count(parentIds, filter)
            .then((counts) => new Map(counts.map((one) => [one.parentId, one.count])));
          return (await counting).get(parentId) ?? 0;
        };
        for (const key of group) {
          const own = rows.get(key.parentId) ?? [];
          pages.set(
            key,
            pageOf(
              list.name,
              own,
              page,
              (row) => list.placeOf(row),
              () => countOf(key.parentId),
            ),
          );
        }
      }),
    );
    return keys.map((key) => pages.get(key)!);
  };
}
