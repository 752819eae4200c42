import pg from 'pg';

/** No hub can work with the database that it was given; `message` names DATABASE_URL and says what to do. */
export class DatabaseUrlError extends Error {
  override readonly name = 'DatabaseUrlError';
}

const ANSWER_WITHIN_MS = 10_000;

const codeOf = (error: unknown): string | undefined =>
  typeof error === 'object' && error !== null && 'code' in error ? String(error.code) : undefined;

/** A name with several addresses fails once for each of them, and says nothing itself. */
function saidOf(error: unknown): string {
  if (error instanceof AggregateError) return error.errors.map(saidOf).join('; ');
  return error instanceof Error ? error.message : String(error);
}

/** The codes are PostgreSQL's: https://www.postgresql.org/docs/18/errcodes-appendix.html */
function faultOf(client: pg.Client, error: unknown): string {
  const { host, port, user, database } = client;
  switch (codeOf(error)) {
    case '28P01':
    case '28000':
      return `does not let the user “${user}” in; see to its user and password`;
    case '3D000':
      return `names the database “${database}”, which is not there; make it, or name another`;
    case '42501':
      return `names the database “${database}”, which the user “${user}” may not use`;
    default:
      return `does not lead to a PostgreSQL: ${host}:${port} was asked, and this is what came back`;
  }
}

/** Connects once, before a long start. Throws DatabaseUrlError, which never holds the password. */
export async function assertDatabaseAnswers(url: string): Promise<void> {
  let client: pg.Client;
  try {
    client = new pg.Client({ connectionString: url, connectionTimeoutMillis: ANSWER_WITHIN_MS });
  } catch (error) {
    throw new DatabaseUrlError(`DATABASE_URL cannot be used: ${saidOf(error)}`, { cause: error });
  }
  // Without a listener, a connection that breaks outside of a statement would end the process.
  client.on('error', () => undefined);
  try {
    await client.connect();
  } catch (error) {
    throw new DatabaseUrlError(`DATABASE_URL ${faultOf(client, error)}: ${saidOf(error)}`, { cause: error });
  } finally {
    await client.end();
  }
}
