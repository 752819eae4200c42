import { type QueryExecutorProvider, type RawBuilder, sql } from 'kysely';
import type pg from 'pg';
import { preparedOn } from './prepared.ts';

/** What the work of a transaction of plain statements sees. */
export interface Statements {
  /** Where `sql` is executed. Statements that do not need each other's answers may be sent before the first answer. */
  readonly sql: QueryExecutorProvider;
  /** To be written when the work is done. What one transaction writes at its end does not see each other. */
  atEnd(name: string, write: RawBuilder<unknown>): void;
  /** Runs once the transaction is durable; never when it is undone. */
  afterCommit(effect: () => void): void;
}

/** Writes by their names, in one statement. */
function together(writes: ReadonlyMap<string, RawBuilder<unknown>>): RawBuilder<unknown> {
  const all = [...writes];
  const [, last] = all.pop()!;
  if (all.length === 0) return last;
  const others = all.map(([name, write]) => sql`${sql.id(name)} as (${write})`);
  return sql`with ${sql.join(others)} ${last}`;
}

/** SQLSTATE of a statement in a transaction that has failed before. */
const ABORTED = '25P02';

const ignore = () => undefined;

/** Whoever waits for it hears it; nobody has to, since a later statement of the same pipeline fails as well. */
function unwatched<T>(sent: Promise<T>): Promise<T> {
  sent.catch(ignore);
  return sent;
}

/**
 * Sends on that connection; what is sent before the process does anything else leaves in one packet. Each packet costs a
 * call of the kernel, which is most of what a small statement costs its sender.
 */
export function packed(
  client: pg.PoolClient,
): <R extends pg.QueryResultRow>(query: pg.QueryConfig) => Promise<pg.QueryResult<R>> {
  const { stream } = client.connection;
  let isHeld = false;
  return (query) => {
    if (!isHeld) {
      isHeld = true;
      stream.cork();
      process.nextTick(() => {
        isHeld = false;
        stream.uncork();
      });
    }
    return unwatched(client.query(query));
  };
}

/**
 * One transaction on a connection in pipeline mode: `begin` travels with the first statements, and all that is written
 * with the commit. The connection is given back, or thrown away when it does not roll back.
 */
export async function inPipeline<T>(
  client: pg.PoolClient,
  afterCommit: Statements['afterCommit'],
  work: (tx: Statements) => Promise<T>,
  lockTimeoutMs: number | null = null,
): Promise<T> {
  const writes = new Map<string, RawBuilder<unknown>>();
  /** Why the transaction failed: what was sent behind it fails too, and may be heard of before. */
  let cause: unknown = null;
  const sendPacked = packed(client);
  const send: typeof sendPacked = (query) => {
    const sent = sendPacked<never>(query);
    sent.catch((error: unknown) => (cause ??= error));
    return sent;
  };
  const database = preparedOn(send);
  let lost = false;
  try {
    const begun = send({ text: 'begin' });
    if (lockTimeoutMs !== null) void send({ text: `set local lock_timeout = ${lockTimeoutMs}` });
    const answer = await work({
      sql: database,
      atEnd: (name, write) => {
        if (writes.has(name)) throw new Error(`two writes are named ${name}`);
        writes.set(name, write);
      },
      afterCommit,
    });
    const written = writes.size === 0 ? null : unwatched(together(writes).execute(database));
    const committed = send({ text: 'commit' });
    await begun;
    await written;
    // PostgreSQL answers COMMIT with ROLLBACK when a statement had failed.
    if ((await committed).command !== 'COMMIT') throw new Error('the transaction was rolled back');
    return answer;
  } catch (error) {
    await client.query('rollback').catch(() => (lost = true));
    throw (error as pg.DatabaseError).code === ABORTED ? cause : error;
  } finally {
    client.release(lost);
  }
}
