import { openDatabase } from '../app.ts';
import { readConfig } from '../config.ts';
import { assertDatabaseAnswers } from '../platform/database-check.ts';
import type { Database } from '../platform/database.ts';
import { startEmbeddedPostgres, urlBesideHub } from '../platform/embedded/embedded-postgres.ts';
import { createLogger } from '../platform/logger.ts';

/** Runs a command's work on the database that the environment names, or on the hub's own, whether the hub runs or not. */
export async function onDatabase<T>(work: (database: Database) => Promise<T>): Promise<T> {
  const config = readConfig(undefined, { logLevel: 'warn', needsTokenSecret: false });
  await using opened = new AsyncDisposableStack();
  let url = config.databaseUrl ?? (await urlBesideHub(config.dataDir));
  if (url === null) {
    const log = (message: string) => process.stdout.write(`${message}\n`);
    const postgres = await startEmbeddedPostgres({ dataDir: config.dataDir, log });
    opened.defer(() => postgres.stop());
    ({ url } = postgres);
  } else await assertDatabaseAnswers(url);
  const database = await openDatabase(config, url, createLogger(config.logLevel));
  opened.defer(() => database.close());
  return await work(database);
}
