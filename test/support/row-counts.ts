import type { TestDatabase } from './test-database.ts';

/** How many rows each table of the hub has. */
export async function rowCounts(database: TestDatabase): Promise<Record<string, number>> {
  const digests = Object.entries(await database.contents());
  return Object.fromEntries(digests.map(([table, digest]) => [table, Number.parseInt(digest, 10)]));
}
