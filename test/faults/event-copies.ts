import type { TestDatabase } from '../support/test-database.ts';
import { TOLD } from '../support/told.ts';

/**
 * Writes that many more events like a need's first one, past all services, as a burst that costs little. Answers the
 * numbers they drew.
 */
export async function copyEvents(
  database: Pick<TestDatabase, 'sql'>,
  needId: string,
  count: number,
): Promise<number[]> {
  const rows = await database.sql<{ id: number }>(
    `insert into outbox
      (kind, occurred_at, village_code, village_id, need_id, sector_code, pledge_id, partner_id, snapshot)
      select kind, occurred_at, village_code, village_id, need_id, sector_code, pledge_id, partner_id, snapshot
      from (select * from ${TOLD} where need_id = $1 order by id limit 1) as model, generate_series(1, $2)
      returning id::int as id`,
    [needId, count],
  );
  return rows.map(({ id }) => id);
}

/** The places of a need's events after a place, as the table has them. */
export async function placesOf(database: TestDatabase, needId: string, after: number): Promise<number[]> {
  const rows = await database.sql<{ position: number }>(
    'select position from events where need_id = $1 and position > $2 order by position',
    [needId, after],
  );
  return rows.map(({ position }) => position);
}
