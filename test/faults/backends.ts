import { FEED_CHANNEL } from '../../src/events/relay.ts';
import { RELAY_LOCK } from '../../src/platform/locks.ts';
import { TEST_APPLICATION, type TestDatabase } from '../support/test-database.ts';

/** The server's processes behind a hub's connections to one database, and their end. */

interface Backend {
  pid: number;
}

/** The backend that holds the relay's lock; null while nobody does. */
export async function relayHolder(database: TestDatabase): Promise<number | null> {
  const [row] = await database.sql<Backend>(
    `select pid from pg_locks where locktype = 'advisory' and granted and objid = $1
      and database = (select oid from pg_database where datname = current_database())`,
    [RELAY_LOCK],
  );
  return row?.pid ?? null;
}

/** The application that has the relay's lock; null while nobody has. */
export async function relayHolderName(database: TestDatabase): Promise<string | null> {
  const holder = await relayHolder(database);
  const [row] = await database.sql<{ name: string }>(
    'select application_name as name from pg_stat_activity where pid = $1',
    [holder],
  );
  return row?.name ?? null;
}

/** The backends that wait for the feed's doorbell, one a node. */
export async function doorbells(database: TestDatabase): Promise<number[]> {
  const rows = await database.sql<Backend>(
    'select pid from pg_stat_activity where datname = current_database() and query = $1',
    [`listen ${FEED_CHANNEL}`],
  );
  return rows.map(({ pid }) => pid);
}

/** Every backend of every hub on this database. */
export async function hubBackends(database: TestDatabase): Promise<number[]> {
  const rows = await database.sql<Backend>(
    `select pid from pg_stat_activity where datname = current_database() and backend_type = 'client backend'
      and application_name <> $1`,
    [TEST_APPLICATION],
  );
  return rows.map(({ pid }) => pid);
}

/** Ends connections as an administrator does, and waits for it: what ran on them is undone, and their client hears FATAL. */
export async function terminate(database: TestDatabase, pids: readonly number[]): Promise<void> {
  await database.sql('select pg_terminate_backend(pid, 5000) from unnest($1::int[]) as pid', [pids]);
}
