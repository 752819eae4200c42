import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runMigrations } from 'graphile-worker';
import pg from 'pg';
import { openDatabase } from '../../src/app.ts';
import { readConfig } from '../../src/config.ts';
import { startEmbeddedPostgres } from '../../src/platform/embedded/embedded-postgres.ts';
import { createLogger } from '../../src/platform/logger.ts';

/** The database server that all test files share, and the migrated database that each of them clones. */
export interface TestServer {
  /** Address of a database of this server in which others are made. */
  url: string;
  template: string;
  stop(): Promise<void>;
}

/** What is lost in a power cut does not matter here, and tests are quicker for it; rules and locks are the same. */
const settings = {
  fsync: 'off',
  synchronous_commit: 'off',
  full_page_writes: 'off',
  max_connections: '250',
  shared_buffers: '128MB',
};

async function openServer(): Promise<{ url: string; stop(): Promise<void> }> {
  const given = process.env['TEST_DATABASE_URL'];
  if (given !== undefined) return { url: given, stop: () => Promise.resolve() };
  const dataDir = await mkdtemp(join(tmpdir(), 'sinergi-test-'));
  await chmod(dataDir, 0o711);
  const { url, pid, stop } = await startEmbeddedPostgres({ dataDir, settings, log: () => undefined });
  // When the run is broken off, there is no time for more; the folder is in the system's temporary one.
  const killServer = () => process.kill(pid, 'SIGINT');
  process.once('exit', killServer);
  process.once('SIGINT', () => process.exit(130));
  process.once('SIGTERM', () => process.exit(143));
  return {
    url,
    stop: async () => {
      process.off('exit', killServer);
      await stop();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}

/** `postgres://…/name` on the same server. */
export function siblingUrl(url: string, name: string): string {
  const sibling = new URL(url);
  sibling.pathname = `/${name}`;
  return sibling.href;
}

export async function execute(url: string, statement: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await client.query(statement);
  } finally {
    await client.end();
  }
}

/** How often a database that cannot be dropped is tried. */
const MOST_TRIES = 5;

/**
 * Waits for connections that are just ending, at most 5 s. By force only then: that may not end an autovacuum, which
 * belongs to the superuser, while the first way does; one that begins in between is met by another try.
 */
export async function dropDatabase(url: string, name: string): Promise<void> {
  for (let tries = 1; ; tries += 1) {
    try {
      const force = tries % 2 === 0 ? 'with (force)' : '';
      await execute(url, `drop database if exists ${name} ${force}`);
      return;
    } catch (error) {
      if (tries === MOST_TRIES) throw error;
    }
  }
}

export async function startTestServer(): Promise<TestServer> {
  const { url, stop } = await openServer();
  const template = `sinergi_template_${process.pid}`;
  await execute(url, `create database ${template}`);
  const templateUrl = siblingUrl(url, template);
  const config = readConfig({ DATABASE_URL: templateUrl, TOKEN_SECRET: 'x'.repeat(32) });
  const database = await openDatabase(config, templateUrl, createLogger('silent'));
  await database.migrate();
  await database.close();
  await runMigrations({ connectionString: templateUrl });
  const dropTemplate = () => dropDatabase(url, template);
  return { url, template, stop: () => dropTemplate().finally(stop) };
}
