import pg from 'pg';
import { COMMIT_CHANNEL } from '../../src/events/relay.ts';

/** Copies events of the past into the outbox: the one way to give a hub events as fast as it can send them. */
const COPY = `
  insert into outbox (kind, occurred_at, village_code, village_id, need_id, sector_code, pledge_id, partner_id, snapshot)
  select kind, occurred_at, village_code, village_id, need_id, sector_code, pledge_id, partner_id, snapshot
  from generate_series($1::int, $2::int) number join models on place = number % $3 order by number`;

/** The first pledge of each village, numbered from 0 in the villages' order. */
const MODELS = `
  create temp table models as
  select row_number() over (order by village_id) - 1 as place, first.* from (
    select distinct on (village_id) * from events where kind = 'PLEDGE_MADE' order by village_id, id) as first`;

/** Publishes to a hub as another node does: it writes events, and rings for the hub's relay, which gives them their places. */
export class Publisher {
  private readonly client: pg.Client;
  private readonly models: number;
  private last: Promise<void> = Promise.resolve();

  private constructor(client: pg.Client, models: number) {
    this.client = client;
    this.models = models;
  }

  static async open(databaseUrl: string): Promise<Publisher> {
    // What is measured begins behind the commit, so that nobody waits for the disk here.
    const options = '-c synchronous_commit=off';
    const client = new pg.Client({ connectionString: databaseUrl, options });
    // What goes wrong is heard by whoever publishes.
    client.on('error', () => undefined);
    await client.connect();
    await client.query(MODELS);
    const { rows } = await client.query<{ count: number }>('select count(*)::int as count from models');
    return new Publisher(client, rows[0]!.count);
  }

  /** Writes the events of these numbers, one statement after another. */
  async publish(from: number, count: number): Promise<void> {
    const copied = this.copyAfter(this.last, from, count);
    this.last = copied;
    await copied;
  }

  private async copyAfter(last: Promise<void>, from: number, count: number): Promise<void> {
    await last;
    await this.client.query(COPY, [from, from + count - 1, this.models]);
    await this.client.query(`notify ${COMMIT_CHANNEL}`);
  }

  async close(): Promise<void> {
    await this.last.catch(() => undefined);
    await this.client.end();
  }
}
