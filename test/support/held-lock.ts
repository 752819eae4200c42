import pg from 'pg';
import { TEST_APPLICATION, type TestDatabase } from './test-database.ts';

/** Locks a table for itself, so that whatever reads it waits, until the answer is called. */
export async function lockTable(database: TestDatabase, table: string): Promise<() => Promise<void>> {
  const client = new pg.Client({ connectionString: database.url, application_name: TEST_APPLICATION });
  await client.connect();
  await client.query('begin');
  await client.query(`lock table ${table} in access exclusive mode`);
  return async () => {
    await client.query('rollback');
    await client.end();
  };
}

/** The statements of the database's clients that wait for a lock at this moment. */
export async function waitingStatements(database: TestDatabase): Promise<string[]> {
  const rows = await database.sql<{ query: string }>(
    `select query from pg_stat_activity where wait_event_type = 'Lock' and datname = current_database()`,
  );
  return rows.map(({ query }) => query);
}
