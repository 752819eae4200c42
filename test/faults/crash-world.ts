import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import pg from 'pg';
import { openDatabase } from '../../src/app.ts';
import { readConfig } from '../../src/config.ts';
import { SessionService } from '../../src/identity/session.service.ts';
import { Tokens } from '../../src/identity/tokens.ts';
import { type ProofResult, verifyBooks } from '../../src/books/verify-books.service.ts';
import { hubUrl } from '../../src/platform/embedded/database.ts';
import { startEmbeddedPostgres } from '../../src/platform/embedded/embedded-postgres.ts';
import { findPostmaster } from '../../src/platform/embedded/postmaster.ts';
import type { Database } from '../../src/platform/database.ts';
import { createLogger } from '../../src/platform/logger.ts';
import { insertAccount, insertCluster, insertPolicy, insertVillage } from '../support/inserts.ts';
import { TOKEN_SECRET } from '../support/session-token.ts';
import { insertClaimants } from './claimants.ts';

/** Accounts of a world in which nothing but the need's quantity limits a claim. */
export interface CrashWorld {
  claimants: string[];
  coordinator: string;
  villageIds: string[];
}

/** Makes a hub's own database in `dataDir`, with four villages and eight partners, and stops it again. */
export async function makeCrashWorld(dataDir: string): Promise<CrashWorld> {
  const postgres = await startEmbeddedPostgres({ dataDir, log: () => undefined });
  try {
    await withDatabase(postgres.url, (database) => database.migrate());
    const client = new pg.Client(postgres.url);
    await client.connect();
    const sql = async <Row extends object>(statement: string, values?: unknown[]) =>
      (await client.query<Row>(statement, values)).rows;
    const world = await insertCrashWorld({ sql });
    await client.end();
    return world;
  } finally {
    await postgres.stop();
  }
}

/** Four villages, eight partners and a coordinator, in any database that is migrated. */
export async function insertCrashWorld(database: Parameters<typeof insertClaimants>[0]): Promise<CrashWorld> {
  const villageIds: string[] = [];
  for (const code of ['36.02.11.2005', '36.02.12.2001', '36.04.12.2003', '36.01.20.2001']) {
    villageIds.push((await insertVillage(database, code, `Kampung ${code}`)).id);
  }
  await insertCluster(database, 'infrastructure', ['sanitation']);
  await insertPolicy(database, '36');
  return {
    villageIds,
    claimants: await insertClaimants(database, 'infrastructure', 8),
    coordinator: await insertAccount(database, {
      email: 'c@sinergi.test',
      roles: ['COORDINATOR'],
      areas: ['36'],
    }),
  };
}

async function withDatabase<T>(url: string, work: (database: Database) => Promise<T>): Promise<T> {
  const config = readConfig({ DATABASE_URL: url, TOKEN_SECRET: 'x'.repeat(32) });
  const database = await openDatabase(config, url, createLogger('silent'));
  try {
    return await work(database);
  } finally {
    await database.close();
  }
}

/** Looks into the database of the hub that runs on `dataDir`. */
export async function lookInto<T>(dataDir: string, look: (database: Database) => Promise<T>): Promise<T> {
  const secret = await readFile(join(dataDir, 'postgres.secret'), 'utf8');
  const postmaster = await findPostmaster(join(dataDir, 'postgres'));
  return withDatabase(hubUrl(postmaster!.port, secret.trim()), look);
}

/** A token for the hub that runs on `dataDir`. */
export function tokenFor(dataDir: string, accountId: string): Promise<string> {
  return lookInto(dataDir, async (database) => {
    const sessions = new SessionService(database, new Tokens(TOKEN_SECRET, 3600));
    return (await database.transaction((tx) => sessions.open(tx, accountId))).token;
  });
}

/** The proofs of the books that do not hold. */
export async function untrueProofs(database: Database): Promise<ProofResult[]> {
  const untrue: ProofResult[] = [];
  for await (const proof of verifyBooks(database)) if (proof.count > 0) untrue.push(proof);
  return untrue;
}
