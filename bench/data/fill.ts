import pg from 'pg';
import { openDatabase } from '../../src/app.ts';
import { readConfig } from '../../src/config.ts';
import { verifyBooks } from '../../src/books/verify-books.service.ts';
import { hashPassword } from '../../src/identity/password.ts';
import { createLogger } from '../../src/platform/logger.ts';
import { bookStatements } from './books.ts';
import { eventStatements } from './events.ts';
import { peopleStatements } from './people.ts';
import type { Shape } from './shape.ts';

/** Of every account of the set. */
export const PASSWORD = 'the password of everybody in the benchmark';

/** The same database as the cluster's superuser, who has the password of the hub's role. */
function asSuperuser(url: string): string {
  const superuser = new URL(url);
  superuser.username = 'postgres';
  return superuser.href;
}

/**
 * Fills a migrated, empty database. Triggers and foreign keys are passed over, which makes it ten times faster; what
 * they guard is proved afterwards by `proveBooks`.
 */
export async function fill(url: string, shape: Shape, log: (line: string) => void): Promise<void> {
  const client = new pg.Client({
    connectionString: asSuperuser(url),
    options: '-c session_replication_role=replica -c synchronous_commit=off -c work_mem=256MB',
  });
  await client.connect();
  try {
    const people = peopleStatements(shape, await hashPassword(PASSWORD));
    for (const statement of [...people, ...bookStatements(shape)]) await client.query(statement);
    // What triggers keep beside the facts.
    await client.query('select rebuild_sums()');
    await client.query('select rebuild_area_figures()');
    log('needs and pledges are there');
    for (const statement of await eventStatements(client)) await client.query(statement);
    log('events are there');
    await client.query('vacuum (freeze, analyze)');
    await client.query('checkpoint');
  } finally {
    await client.end();
  }
}

/** Throws unless every proof of `npm run verify-books` holds. */
export async function proveBooks(url: string): Promise<void> {
  const database = await openDatabase(readConfig({ PORT: '0' }), url, createLogger('warn'));
  try {
    for await (const { name, breaches, count } of verifyBooks(database)) {
      if (count > 0) throw new Error(`${name}: ${count} breaches, such as ${JSON.stringify(breaches[0])}`);
    }
  } finally {
    await database.close();
  }
}
