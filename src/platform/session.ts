import pg from 'pg';

/** A connection of its own beside the pools, for what lives and dies with its session: advisory locks, LISTEN. */
export class Session {
  /** Rejects when the connection is lost or closed; never resolves. */
  readonly lost: Promise<never>;
  private readonly client: pg.Client;

  private constructor(client: pg.Client) {
    this.client = client;
    this.lost = new Promise<never>((_, reject) => {
      client.on('error', reject);
      client.on('end', () => reject(new Error('the connection has ended')));
    });
    // Whoever waits for it hears it; nobody has to.
    this.lost.catch(() => undefined);
  }

  static async open(url: string): Promise<Session> {
    const client = new pg.Client({ connectionString: url, keepAlive: true });
    const session = new Session(client);
    await client.connect();
    return session;
  }

  /** One statement and its rows; rejects at once when the connection is lost or closed. */
  async query<Row extends object>(text: string, values: readonly unknown[] = []): Promise<Row[]> {
    const { rows } = await this.client.query<Row>(text, [...values]);
    return rows;
  }

  /** Calls `hear` at every notification on the channel for as long as the session lives. */
  async listen(channel: string, hear: () => void): Promise<void> {
    this.client.on('notification', hear);
    await this.query(`listen ${channel}`);
  }

  async close(): Promise<void> {
    await this.client.end().catch(() => undefined);
  }
}
