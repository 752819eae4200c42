import pg from 'pg';

const BACKGROUND =
  /feed_head|from audit_pending|delete from area_changes|from events where|from outbox|where expires_at <= |is_upcoming|clock_timestamp|job_runs|graphile_worker|_worker|advisory|listen |notify |idle_session_timeout/i;
let counting: Statement[] | null = null;

export interface Statement {
  text: string;
  values: unknown[];
}

const { query } = pg.Client.prototype;
/** Sees every statement of this process's hubs on its way to the server. */
pg.Client.prototype.query = function seen(this: pg.Client, ...parameters: unknown[]): unknown {
  const [statement, given] = parameters;
  const { text, values = [] } = (
    typeof statement === 'string' ? { text: statement, values: given } : (statement ?? {})
  ) as Partial<Statement>;
  if (text !== undefined && !BACKGROUND.test(text)) counting?.push({ text, values });
  return Reflect.apply(query, this, parameters) as unknown;
} as typeof query;

/** The SQL statements that an act sends to the database, without those of relay, feed and jobs. */
export async function statementsOf(act: () => Promise<unknown>): Promise<string[]> {
  return (await statementsWithValuesOf(act)).map(({ text }) => text);
}

/** The same with the values of their parameters. */
export async function statementsWithValuesOf(act: () => Promise<unknown>): Promise<Statement[]> {
  const statements: Statement[] = [];
  counting = statements;
  try {
    await act();
  } finally {
    counting = null;
  }
  return statements;
}
