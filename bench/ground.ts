import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openDatabase } from '../src/app.ts';
import { readConfig } from '../src/config.ts';
import { Tokens } from '../src/identity/tokens.ts';
import { startEmbeddedPostgres } from '../src/platform/embedded/embedded-postgres.ts';
import { createLogger } from '../src/platform/logger.ts';
import { accountId, fillWorld, sessionId, type WorldSize } from './world.ts';

/** Signs the tokens of the benchmarks' hubs. */
export const TOKEN_SECRET = 'a-secret-of-the-benchmark-and-nothing-else';
const TOKEN_SECONDS = 3600;

/** Settings of a hub from which a few accounts ask as much as it can answer. */
export const WITHOUT_RATES = {
  FIELDS_PER_SECOND: '1000000000',
  FIELDS_BURST: '1000000000',
  OPERATIONS_PER_ACCOUNT: '1000000',
  CONNECTIONS_PER_ADDRESS: '1000000',
  OPEN_FIELDS_PER_ACCOUNT: '1000000000',
} as const;

/** A durable PostgreSQL of the benchmark's own, with its world in it. */
export interface Ground {
  url: string;
  /** The postmaster; all other processes of the server are its children. */
  pid: number;
  /** Stops the server and deletes its data. */
  stop(): Promise<void>;
}

/** `settings` are PostgreSQL's, on top of the hub's own. */
export async function openGround(
  size: WorldSize,
  settings: Readonly<Record<string, string>> = {},
): Promise<Ground> {
  const dataDir = await mkdtemp(join(tmpdir(), 'sinergi-bench-'));
  // PostgreSQL's own user, which a root needs, must be able to pass through.
  await chmod(dataDir, 0o711);
  const postgres = await startEmbeddedPostgres({ dataDir, settings, log: () => undefined });
  // When the run is broken off, there is no time for more; the folder is in the system's temporary one.
  const killServer = () => process.kill(postgres.pid, 'SIGINT');
  process.once('exit', killServer);
  process.once('SIGINT', () => process.exit(130));
  process.once('SIGTERM', () => process.exit(143));
  const stop = async () => {
    process.off('exit', killServer);
    await postgres.stop();
    await rm(dataDir, { recursive: true, force: true });
  };
  try {
    const database = await openDatabase(readConfig({ PORT: '0' }), postgres.url, createLogger('warn'));
    await database.migrate();
    await database.close();
    await fillWorld(postgres.url, size);
  } catch (error) {
    await stop();
    throw error;
  }
  return { url: postgres.url, pid: postgres.pid, stop };
}

/** Tokens of accounts of the world, by their numbers. */
export async function tokensOf(first: number, count: number): Promise<string[]> {
  const issuer = new Tokens(TOKEN_SECRET, TOKEN_SECONDS);
  const all = Array.from({ length: count }, (_, index) =>
    issuer.issue(accountId(first + index), new Date(), sessionId(first + index)),
  );
  return (await Promise.all(all)).map(({ token }) => token);
}
