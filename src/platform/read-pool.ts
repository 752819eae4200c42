import type pg from 'pg';
import type { PostgresPool } from 'kysely';
import type { FairQueue, Leave } from './fair-queue.ts';
import type { Meter, Payer } from './meter.ts';

/** Whose turn it takes to read for this payer: the hub's own reads are one owner's. */
export function ownerOfReads(payer: Payer | null): string {
  return payer?.owner ?? 'hub';
}

type Holders = WeakMap<pg.ClientBase, Payer | null>;

/** A connection that is lent for some statements, one after another. */
export class Lease {
  readonly client: pg.PoolClient;
  private readonly giveBack: (isLost?: boolean) => void;
  private readonly leave: Leave;
  private readonly meter: Meter;
  private readonly holders: Holders;
  private payer: Payer | null = null;
  private begunAt: number;
  private since: number;

  constructor(client: pg.PoolClient, leave: Leave, meter: Meter, holders: Holders) {
    this.client = client;
    this.giveBack = client.release.bind(client);
    this.leave = leave;
    this.meter = meter;
    this.holders = holders;
    this.begunAt = meter.begins();
    this.since = performance.now();
  }

  /** It works for this payer from now on. Answers how many milliseconds have passed since this was called last. */
  turnTo(payer: Payer | null): number {
    const { since } = this;
    this.meter.ends(this.begunAt, this.payer);
    this.begunAt = this.meter.begins();
    this.since = performance.now();
    this.payer = payer;
    this.holders.set(this.client, payer);
    return this.since - since;
  }

  /** Gives it back, or throws it away. */
  release(isLost?: boolean): void {
    this.meter.ends(this.begunAt, this.payer);
    this.holders.set(this.client, null);
    this.giveBack(isLost);
    this.leave();
  }
}

/** A pool whose connections' work is measured, for who asks for it, and which may be dealt out by a queue. */
export class ReadPool implements PostgresPool {
  readonly meter: Meter;
  private readonly pool: pg.Pool;
  private readonly queue: FairQueue | null;
  /** Whom each connection works for. */
  private readonly holders: Holders = new WeakMap();

  /** `queue`: of as many places as there may be connections; null where first come is first served. */
  constructor(pool: pg.Pool, meter: Meter, queue: FairQueue | null = null) {
    this.pool = pool;
    this.meter = meter;
    this.queue = queue;
    pool.on('connect', (client) => {
      // What an answer brings is taken up by the thread for whom it was asked, before anybody else hears of it.
      client.connection.stream.prependListener('data', () =>
        meter.worksFor(this.holders.get(client) ?? null),
      );
    });
  }

  /** How many connections there may be. */
  get size(): number {
    return this.pool.options.max;
  }

  /** For Kysely. */
  get options(): object {
    return this.pool.options;
  }

  /** A connection, as soon as it is this owner's turn. */
  async lease(owner: string): Promise<Lease> {
    const leave = (await this.queue?.take(owner)) ?? (() => undefined);
    try {
      return new Lease(await this.pool.connect(), leave, this.meter, this.holders);
    } catch (error) {
      leave();
      throw error;
    }
  }

  /** For Kysely: a connection that works for who asks here, until it is released. */
  async connect(): Promise<pg.PoolClient> {
    const { payer } = this.meter;
    const lease = await this.lease(ownerOfReads(payer));
    lease.turnTo(payer);
    const { client } = lease;
    client.release = (isLost?: Error | boolean) => lease.release(isLost !== undefined && isLost !== false);
    return client;
  }

  end(): Promise<void> {
    return this.pool.end();
  }
}
