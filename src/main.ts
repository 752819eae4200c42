import { resolve, join } from 'node:path';
import type { Logger } from 'pino';
import { startHub } from './app.ts';
import { type Config, readConfig } from './config.ts';
import { assertDemoStaysLocal } from './demo-exposure.ts';
import { reasonOf } from './failure.ts';
import { greetingOf } from './greeting.ts';
import { assertDatabaseAnswers } from './platform/database-check.ts';
import type { Database } from './platform/database.ts';
import { startEmbeddedPostgres } from './platform/embedded/embedded-postgres.ts';
import { assertCanListen } from './platform/listen-check.ts';
import { createLogger } from './platform/logger.ts';
import { readOrMakeSecretFile } from './platform/secret-file.ts';
import { aborted, stopSignal } from './platform/stop-signal.ts';
import { loadDemo, loadersOf } from './seed/loaders.ts';
import { consoleProgress } from './seed/progress.ts';

const say = (line: string) => process.stdout.write(`${line}\n`);

/** What a hub stands on: a database, its own or a given one, and the secret that signs tokens. */
interface Ground {
  databaseUrl: string;
  tokenSecret: string;
  /** Where its own database is; null when it was given one. */
  dataDir: string | null;
}

async function openGround(config: Config, opened: AsyncDisposableStack): Promise<Ground> {
  const { databaseUrl, tokenSecret } = config;
  if (databaseUrl !== null) {
    await assertDatabaseAnswers(databaseUrl);
    return { databaseUrl, tokenSecret: tokenSecret!, dataDir: null };
  }
  const dataDir = resolve(config.dataDir);
  say(`Starting PostgreSQL in ${dataDir} …`);
  const postgres = await startEmbeddedPostgres({ dataDir, log: (message) => say(`  ${message}`) });
  opened.defer(() => postgres.stop());
  const secret = tokenSecret ?? (await readOrMakeSecretFile(join(dataDir, 'token.secret')));
  return { databaseUrl: postgres.url, tokenSecret: secret, dataDir };
}

/** The demo comes into a hub's own database once: before anybody has used it. */
async function loadDemoOnce(
  database: Database,
  config: Config,
  logger: Logger,
  signal: AbortSignal,
): Promise<void> {
  const loaders = loadersOf(database, logger);
  if (!(await loaders.demo.isUnused())) return;
  await assertDemoStaysLocal(config);
  say('This is the first start: the demo of Banten is loaded, which takes about half a minute.');
  const loaded = await loadDemo(loaders, consoleProgress(process.stdout), signal);
  if (loaded === null || loaded.refused === 0) return;
  logger.warn(loaded, 'claims of the demo were refused');
}

/** Runs a hub until it is asked to stop; whatever was opened is closed again, also after a failure. */
async function run(signal: AbortSignal): Promise<void> {
  // Whoever looks at a terminal reads the greeting, not the log.
  const config = readConfig(undefined, { logLevel: process.stdout.isTTY ? 'warn' : 'info' });
  const logger = createLogger(config.logLevel);
  await assertCanListen(config.host, config.port);
  await using opened = new AsyncDisposableStack();
  const { databaseUrl, tokenSecret, dataDir } = await openGround(config, opened);
  signal.throwIfAborted();
  const prepare =
    dataDir === null ? undefined : (database: Database) => loadDemoOnce(database, config, logger, signal);
  const hub = await startHub({ config, databaseUrl, tokenSecret, logger, prepare });
  opened.defer(() => hub.stop());
  signal.throwIfAborted();
  const accounts = await hub.services.identity.demoAccounts();
  const demoAccounts = accounts.map(({ email }) => email);
  process.stdout.write(
    greetingOf({ url: hub.url, seconds: performance.now() / 1000, dataDir, demoAccounts }),
  );
  await aborted(signal);
  say('Stopping …');
}

const signal = stopSignal();
try {
  await run(signal);
} catch (error) {
  if (error !== signal.reason) {
    process.stderr.write(`${reasonOf(error)}\n`);
    process.exitCode = 1;
  }
}
if (process.exitCode !== 1) say('Stopped.');
process.exit();
