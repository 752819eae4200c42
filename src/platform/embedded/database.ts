import pg from 'pg';
import { READER_ROLE } from '../reader-role.ts';
import { superuser } from './cluster.ts';

/** The hub's role and database; its reads have a role of their own, with fewer rights. It owns the database and may make others (tests do), but is no superuser. */
const hubName = 'sinergi';

export function hubUrl(port: number, secret: string): string {
  return `postgres://${hubName}:${secret}@127.0.0.1:${port}/${hubName}`;
}

/**
 * Makes the hub's role and database if they are missing.
 * @throws if the server does not answer within 5 s or does not take the password.
 */
export async function prepareDatabase(port: number, secret: string): Promise<void> {
  const timeouts = { connectionTimeoutMillis: 5_000, query_timeout: 30_000 };
  const login = { host: '127.0.0.1', port, user: superuser, password: secret, database: 'postgres' };
  const client = new pg.Client({ ...login, ...timeouts });
  // Without a listener, a connection that breaks between two statements would end the process.
  client.on('error', () => undefined);
  try {
    await client.connect();
    const { rowCount: roles } = await client.query('SELECT FROM pg_roles WHERE rolname = $1', [hubName]);
    if (roles === 0) await client.query(`CREATE ROLE ${hubName} LOGIN CREATEDB PASSWORD '${secret}'`);
    const { rowCount: readers } = await client.query('SELECT FROM pg_roles WHERE rolname = $1', [
      READER_ROLE,
    ]);
    if (readers === 0) await client.query(`CREATE ROLE ${READER_ROLE}`);
    await client.query(`GRANT ${READER_ROLE} TO ${hubName}`);
    const { rowCount: databases } = await client.query('SELECT FROM pg_database WHERE datname = $1', [
      hubName,
    ]);
    if (databases === 0) await client.query(`CREATE DATABASE ${hubName} OWNER ${hubName}`);
  } finally {
    await client.end();
  }
}
