import pg from 'pg';
import type { Logger } from 'pino';

/** The role of all reads. It may not sign in and owns nothing; who connects takes it on (SET ROLE). */
export const READER_ROLE = 'sinergi_reader';
/** Where it looks for a table: first among the views that show no private part of theirs. */
export const READER_SCHEMA = 'shown';

export interface ReaderRights {
  /** Tables and views, with their schema, of which every row and column may be read that policies let through. */
  tables: readonly string[];
  /** Columns of a table of which others may not be read. */
  columns: Readonly<Record<string, readonly string[]>>;
}

/** What PostgreSQL says to somebody who may not make roles, or when another node was quicker. */
const BEARABLE = new Set(['42501', '42710', '23505']);

async function attempt(client: pg.Client, statement: string): Promise<void> {
  try {
    await client.query(statement);
  } catch (error) {
    if (!(error instanceof pg.DatabaseError) || !BEARABLE.has(error.code ?? '')) throw error;
  }
}

async function mayTakeRole(client: pg.Client): Promise<boolean> {
  const { rowCount } = await client.query(
    `select from pg_roles where rolname = $1 and pg_has_role(oid, 'SET') and not (rolsuper or rolbypassrls)`,
    [READER_ROLE],
  );
  return rowCount === 1;
}

/** Makes the role if it is missing and may be made. True when whoever `url` names may take it on. */
export async function ensureReaderRole(url: string, logger: Logger): Promise<boolean> {
  const client = new pg.Client({ connectionString: url });
  client.on('error', () => undefined);
  await client.connect();
  try {
    if (await mayTakeRole(client)) return true;
    await attempt(client, `create role ${READER_ROLE} nologin`);
    await attempt(client, `grant ${READER_ROLE} to current_user`);
    if (await mayTakeRole(client)) return true;
  } finally {
    await client.end();
  }
  logger.warn(
    { role: READER_ROLE },
    `the user of DATABASE_URL may not make the role ${READER_ROLE}, so reads keep the rights of that user; see “The wall in the database” in docs/access.md`,
  );
  return false;
}

/** Gives the role what of these rights it lacks; it keeps what it has. */
export async function grantRights(client: pg.Client, { tables, columns }: ReaderRights): Promise<void> {
  const { rows } = await client.query<{ statement: string }>(
    `select format('grant select on %s to ${READER_ROLE}', t) as statement from unnest($1::text[]) as t
      where not has_table_privilege('${READER_ROLE}', t, 'SELECT')
     union all
     select format('grant select (%I) on %s to ${READER_ROLE}', c ->> 1, c ->> 0) from jsonb_array_elements($2::jsonb) as c
      where not has_column_privilege('${READER_ROLE}', c ->> 0, c ->> 1, 'SELECT')
     union all
     select 'grant usage on schema ${READER_SCHEMA} to ${READER_ROLE}'
      where not has_schema_privilege('${READER_ROLE}', '${READER_SCHEMA}', 'USAGE')`,
    [
      tables,
      JSON.stringify(Object.entries(columns).flatMap(([table, names]) => names.map((name) => [table, name]))),
    ],
  );
  for (const { statement } of rows) await client.query(statement);
}
