import pg from 'pg';
import type { TestDatabase } from '../support/test-database.ts';
import { until } from '../support/until.ts';

/** A transaction that is not over yet: whoever needs what it has locked waits. */
export class Holding {
  private readonly database: TestDatabase;
  private readonly client: pg.Client;

  private constructor(database: TestDatabase, client: pg.Client) {
    this.database = database;
    this.client = client;
  }

  /** Runs the statement, which locks, in a transaction of its own connection. */
  static async open(database: TestDatabase, statement: string, values: unknown[] = []): Promise<Holding> {
    const client = new pg.Client({ connectionString: database.url });
    await client.connect();
    await client.query('begin');
    await client.query(statement, values);
    return new Holding(database, client);
  }

  /** Waits until that many backends, the relay's left out, wait for a lock; answers their process numbers. */
  async waiting(count: number): Promise<number[]> {
    let pids: number[] = [];
    await until(async () => {
      const rows = await this.database.sql<{ pid: number }>(
        `select pid from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'
          and query not like '%feed_head%'`,
      );
      pids = rows.map(({ pid }) => pid);
      return pids.length === count;
    }, `${count} waiting backends`);
    return pids;
  }

  /** Locks more; when that ends as a deadlock, nothing is held any more. */
  async lockMore(statement: string, values: unknown[] = []): Promise<void> {
    await this.client.query(statement, values).catch((error: pg.DatabaseError) => {
      if (error.code !== '40P01') throw error;
    });
  }

  /** Lets everybody go on; of its own nothing remains. */
  async release(): Promise<void> {
    await this.client.query('rollback');
    await this.client.end();
  }
}
