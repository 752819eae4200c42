import type pg from 'pg';
import { packed } from './pipeline.ts';

/** So many statements travel on one connection at once, where many are asked for in one turn of the event loop. */
const MOST_TOGETHER = 8;

/**
 * What a connection may prepare before it makes room for a new one, in characters of statements: the server keeps some 80
 * bytes for each character until the connection ends, and strangers may write ever new statements.
 */
const MOST_PREPARED = 500_000;

interface Waiting {
  query: pg.QueryConfig;
  resolve: (result: pg.QueryResult) => void;
  reject: (error: unknown) => void;
}

/**
 * Sends what is asked for in one turn of the event loop in as few packets as serves: each packet costs a call of the kernel
 * on either side, and wakes a process, which is most of what a small read costs. A few connections are kept busy; a crowd
 * waits behind them in the same packets, not for further connections. Each statement stands alone: one that fails
 * takes no other with it.
 */
export class ReadPackets {
  private readonly pool: pg.Pool;
  private readonly width: number;
  /** How long the statements are that each connection has prepared, by name. */
  private readonly prepared = new WeakMap<pg.PoolClient, Map<string, number>>();
  private busy = 0;
  private waiting: Waiting[] = [];

  /** On connections in pipeline mode; `width` of them are used before statements are put together. */
  constructor(pool: pg.Pool, width: number) {
    this.pool = pool;
    this.width = width;
  }

  query<T extends pg.QueryResultRow>(query: pg.QueryConfig): Promise<pg.QueryResult<T>> {
    return new Promise((resolve, reject) => {
      if (this.waiting.length === 0) setImmediate(() => this.send());
      this.waiting.push({ query, resolve: resolve as Waiting['resolve'], reject });
    });
  }

  private send(): void {
    const all = this.waiting;
    this.waiting = [];
    const free = Math.max(1, this.width - this.busy);
    const packets = Math.min(all.length, Math.max(free, Math.ceil(all.length / MOST_TOGETHER)));
    for (let index = 0; index < packets; index += 1) {
      const packet = all.filter((_, place) => place % packets === index);
      this.busy += 1;
      void this.sendPacket(packet).finally(() => (this.busy -= 1));
    }
  }

  private async sendPacket(packet: readonly Waiting[]): Promise<void> {
    let client: pg.PoolClient;
    try {
      client = await this.pool.connect();
    } catch (error) {
      for (const { reject } of packet) reject(error);
      return;
    }
    const send = packed(client);
    const answers = packet.map(({ query, resolve, reject }) => send(query).then(resolve, reject));
    await Promise.all(answers);
    client.release(this.isFull(client, packet));
  }

  /** Counts what a packet prepared; true when the connection holds too much. */
  private isFull(client: pg.PoolClient, packet: readonly Waiting[]): boolean {
    const known = this.prepared.get(client) ?? new Map<string, number>();
    this.prepared.set(client, known);
    for (const { name, text } of packet.map(({ query }) => query)) {
      if (name !== undefined) known.set(name, text.length);
    }
    return [...known.values()].reduce((sum, length) => sum + length, 0) > MOST_PREPARED;
  }
}
