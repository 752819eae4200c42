import pg from 'pg';

const BACKGROUND =
  /feed_head|from audit_pending|from events where|graphile_worker|_worker|advisory|listen |notify |idle_session_timeout/i;
let counting: string[] | null = null;

const { query } = pg.Client.prototype;
/** Sees every statement of this process's hubs on its way to the server. */
pg.Client.prototype.query = function seen(this: pg.Client, ...parameters: unknown[]): unknown {
  const [statement] = parameters;
  const text = typeof statement === 'string' ? statement : (statement as { text?: string } | undefined)?.text;
  if (text !== undefined && !BACKGROUND.test(text)) counting?.push(text);
  return Reflect.apply(query, this, parameters) as unknown;
} as typeof query;

/** The SQL statements that an act sends to the database, without those of relay, feed and jobs. */
export async function statementsOf(act: () => Promise<unknown>): Promise<string[]> {
  const statements: string[] = [];
  counting = statements;
  try {
    await act();
  } finally {
    counting = null;
  }
  return statements;
}
