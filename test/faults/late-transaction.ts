import pg from 'pg';
import type { TestDatabase } from '../support/test-database.ts';
import { copyEvents } from './event-copies.ts';

/** A transaction that has written an event, and so drawn its number, and is not committed until it is told to. */
export class LateTransaction {
  /** The number it drew. */
  readonly id: number;
  private readonly client: pg.Client;

  private constructor(id: number, client: pg.Client) {
    this.id = id;
    this.client = client;
  }

  /** Writes one more event like the need's first one. */
  static async begin(database: TestDatabase, needId: string): Promise<LateTransaction> {
    const client = new pg.Client(database.url);
    await client.connect();
    const sql = async <Row extends object>(statement: string, values?: unknown[]) =>
      (await client.query<Row>(statement, values)).rows;
    await sql('begin');
    const [id] = await copyEvents({ sql }, needId, 1);
    return new LateTransaction(id!, client);
  }

  async commit(): Promise<void> {
    await this.client.query('commit');
    await this.client.end();
  }
}
