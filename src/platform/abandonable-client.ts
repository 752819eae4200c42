import type { PostgresCursor, PostgresPoolClient, PostgresQueryResult } from 'kysely';
import type { WatchedConnection } from './watched-connection.ts';

/** Statements that are waited for to their end: who has sent one must know whether the connection is in a transaction. */
const OPENS_OR_ENDS = /^(?:begin|start transaction|commit|rollback)/;

/** A lent connection whose statements are given up when the signal aborts, for Kysely. */
export class AbandonableClient implements PostgresPoolClient {
  private readonly client: PostgresPoolClient;
  private readonly watched: WatchedConnection;
  private readonly signal: AbortSignal;
  private readonly giveBack: (isLost: boolean) => void;

  constructor(
    client: PostgresPoolClient,
    watched: WatchedConnection,
    signal: AbortSignal,
    giveBack: (isLost: boolean) => void,
  ) {
    this.client = client;
    this.watched = watched;
    this.signal = signal;
    this.giveBack = giveBack;
  }

  query<R>(sql: string, parameters: readonly unknown[]): Promise<PostgresQueryResult<R>>;
  query<R>(cursor: PostgresCursor<R>): PostgresCursor<R>;
  query<R>(
    asked: string | PostgresCursor<R>,
    parameters: readonly unknown[] = [],
  ): Promise<PostgresQueryResult<R>> | PostgresCursor<R> {
    if (typeof asked !== 'string') throw new Error('a read that may be given up is not streamed');
    return this.send<R>(asked, parameters);
  }

  /** Only once nothing of it runs or is about to be cancelled. */
  release(isLost = false): void {
    void this.watched.ended().then(() => this.giveBack(isLost));
  }

  private async send<R>(sql: string, parameters: readonly unknown[]): Promise<PostgresQueryResult<R>> {
    const { client, watched, signal } = this;
    // What is under way is undone, once it has ended; nothing else is begun.
    if (signal.aborted && sql !== 'rollback') throw signal.reason as Error;
    if (signal.aborted) await watched.ended();
    const sent = client.query<R>(sql, parameters);
    return watched.watch(sent, OPENS_OR_ENDS.test(sql) ? undefined : signal);
  }
}
