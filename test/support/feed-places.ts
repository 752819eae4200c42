import { BEGINNING, type OwnPlace, type StoredPlace, withCursor } from '../../src/feed/feed-cursor.ts';
import type { TestDatabase } from './test-database.ts';

/** The place after the event at that position. */
export async function placeAt(database: TestDatabase, position: number): Promise<OwnPlace> {
  const [row] = await database.sql<StoredPlace>(
    'select position, digest, terms from events where position = $1',
    [position],
  );
  return row === undefined ? BEGINNING : withCursor(row);
}
