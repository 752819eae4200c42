import type pg from 'pg';
import type { PostgresPool, PostgresPoolClient } from 'kysely';
import { AbandonableClient } from './abandonable-client.ts';
import type { FairQueue, Leave } from './fair-queue.ts';
import type { Meter, Payer } from './meter.ts';
import { wantedHere } from './wanted.ts';
import { type CancelBackend, WatchedConnection } from './watched-connection.ts';

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
  private readonly cancel: CancelBackend | null;
  /** Whom each connection works for. */
  private readonly holders: Holders = new WeakMap();

  /**
   * `queue`: of as many places as there may be connections; null where first come is first served. `cancel`: ends the
   * statement of a connection for which nobody waits; null where each is waited for to its end.
   */
  constructor(
    pool: pg.Pool,
    meter: Meter,
    queue: FairQueue | null = null,
    cancel: CancelBackend | null = null,
  ) {
    this.pool = pool;
    this.meter = meter;
    this.queue = queue;
    this.cancel = cancel;
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

  /** The signal of who asks here, where work may be given up. */
  get signal(): AbortSignal | undefined {
    return this.cancel === null ? undefined : wantedHere();
  }

  /** Watches the statements that are sent on that connection until it is given back. */
  watch({ client }: Lease): WatchedConnection {
    return new WatchedConnection(client, this.cancel);
  }

  /** A connection, as soon as it is this owner's turn. Rejects with the signal's reason when it aborts before that. */
  async lease(owner: string, signal?: AbortSignal): Promise<Lease> {
    const leave = (await this.queue?.take(owner, signal)) ?? (() => undefined);
    try {
      return new Lease(await this.pool.connect(), leave, this.meter, this.holders);
    } catch (error) {
      leave();
      throw error;
    }
  }

  /** For Kysely: a connection that works for who asks here, until it is released. */
  async connect(): Promise<PostgresPoolClient> {
    const { payer } = this.meter;
    const { signal } = this;
    const lease = await this.lease(ownerOfReads(payer), signal);
    lease.turnTo(payer);
    const { client } = lease;
    if (signal !== undefined) {
      return new AbandonableClient(client, this.watch(lease), signal, (isLost) => lease.release(isLost));
    }
    client.release = (isLost?: Error | boolean) => lease.release(isLost !== undefined && isLost !== false);
    return client;
  }

  end(): Promise<void> {
    return this.pool.end();
  }
}
