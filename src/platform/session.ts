import pg from 'pg';
import { Wires } from './wires.ts';

const END_WITHIN_MS = 500;

/** A statement that is planned once for the session, under its name. */
export interface Statement {
  name: string;
  text: string;
}

/**
 * A connection of its own beside the pools, for what lives and dies with its session: advisory locks, LISTEN. It is
 * lost when it has been silent for longer than its owner lets it be, who has to ask something more often than that.
 */
export class Session {
  /** Rejects when the connection is lost or closed; never resolves. */
  readonly lost: Promise<never>;
  private readonly client: pg.Client;
  private readonly wires: Wires;

  private constructor(client: pg.Client, wires: Wires) {
    this.client = client;
    this.wires = wires;
    this.lost = new Promise<never>((_, reject) => {
      client.on('error', reject);
      client.on('end', () => reject(new Error('the connection has ended')));
    });
    // Whoever waits for it hears it; nobody has to.
    this.lost.catch(() => undefined);
  }

  static async open(url: string, silenceMs: number): Promise<Session> {
    const wires = new Wires({ silenceMs });
    const client = new pg.Client({ connectionString: url, stream: wires.open });
    const session = new Session(client, wires);
    await client.connect();
    return session;
  }

  /** One statement and its rows; rejects when the connection is lost, closed, or silent for too long. */
  async query<Row extends object>(
    statement: string | Statement,
    values: readonly unknown[] = [],
  ): Promise<Row[]> {
    const query = typeof statement === 'string' ? { text: statement } : statement;
    const { rows } = await this.client.query<Row>({ ...query, values: [...values] });
    return rows;
  }

  /** Calls `hear` with what each notification on the channel says, for as long as the session lives. */
  async listen(channel: string, hear: (said: string) => void): Promise<void> {
    this.client.on('notification', (notification) => {
      if (notification.channel === channel) hear(notification.payload ?? '');
    });
    await this.query(`listen ${channel}`);
  }

  /** Says goodbye, and does not wait for long for the answer. */
  async close(): Promise<void> {
    const late = setTimeout(() => this.wires.destroy(), END_WITHIN_MS);
    await this.client.end().catch(() => undefined);
    clearTimeout(late);
  }
}
