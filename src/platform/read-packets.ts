import type pg from 'pg';
import type { Payer } from './meter.ts';
import { packed } from './pipeline.ts';
import { type Lease, ownerOfReads, type ReadPool } from './read-pool.ts';
import { Turns } from './turns.ts';

/** So many statements travel on one connection at once, where many are asked for in one turn of the event loop. */
const MOST_TOGETHER = 8;
/** Statements that usually take less, all together, travel with those of others. */
const QUICK_MS = 10;
/** How much the latest time of a statement weighs among its times. */
const WEIGHT = 0.25;

/**
 * What a connection may prepare before it makes room for a new one, in characters of statements: the server keeps some 80
 * bytes for each character until the connection ends, and strangers may write ever new statements.
 */
const MOST_PREPARED = 500_000;

/** How long a statement usually takes, in milliseconds; null when nobody has asked for it yet. */
export interface Pace {
  ms: number | null;
}

interface Waiting {
  query: pg.QueryConfig;
  payer: Payer | null;
  pace: Pace;
  signal: AbortSignal | undefined;
  resolve: (result: pg.QueryResult) => void;
  reject: (error: unknown) => void;
}

/** What waits to travel on the same connections, and on how many of these some of it travels. */
interface Lane {
  readonly owner: string;
  readonly waiting: Turns<Waiting>;
  isScheduled: boolean;
  busy: number;
  /** Connections that were asked for, and are not there yet. */
  coming: number;
}

/** Whose connections those are on which what is quick travels together. */
const EVERYBODY = 'everybody';

/**
 * Sends what is asked for in one turn of the event loop in as few packets as serves: each packet costs a call of the kernel
 * on either side, and wakes a process, which is most of what a small read costs. A few connections are kept busy; a crowd
 * waits behind them in the same packets, not for further connections. Each statement stands alone: one that fails
 * takes no other with it.
 *
 * What is known to be quick travels with what others ask for, owners in turns. All else could hold up what travels behind it, and
 * travels with what the same owner asks for.
 */
export class ReadPackets {
  private readonly pool: ReadPool;
  private readonly width: number;
  /** How long the statements are that each connection has prepared, by name. */
  private readonly prepared = new WeakMap<pg.PoolClient, Map<string, number>>();
  private readonly lanes = new Map<string, Lane>();

  /** On connections in pipeline mode; `width` of them are used in a lane before statements are put together. */
  constructor(pool: ReadPool, width: number) {
    this.pool = pool;
    this.width = width;
  }

  /** `pace` is kept by the statement's text, and is told how long it took. */
  query<T extends pg.QueryResultRow>(
    query: pg.QueryConfig,
    pace: Pace = { ms: null },
  ): Promise<pg.QueryResult<T>> {
    const { signal, meter } = this.pool;
    const { payer } = meter;
    const owner = ownerOfReads(payer);
    const lane = this.laneOf(pace.ms !== null && pace.ms < QUICK_MS ? EVERYBODY : owner);
    return new Promise((resolve, reject) => {
      const one = { query, payer, pace, signal, resolve: resolve as Waiting['resolve'], reject };
      const drop = () => {
        if (lane.waiting.remove(owner, one)) reject(signal?.reason as Error);
      };
      lane.waiting.add(owner, one);
      if (signal?.aborted) drop();
      else signal?.addEventListener('abort', drop, { once: true });
      if (lane.isScheduled) return;
      lane.isScheduled = true;
      setImmediate(() => {
        lane.isScheduled = false;
        this.send(lane);
      });
    });
  }

  private laneOf(owner: string): Lane {
    let lane = this.lanes.get(owner);
    if (lane === undefined) {
      lane = { owner, waiting: new Turns(), isScheduled: false, busy: 0, coming: 0 };
      this.lanes.set(owner, lane);
    }
    return lane;
  }

  private send(lane: Lane): void {
    const { size } = lane.waiting;
    const free = Math.max(1, this.width - lane.busy - lane.coming);
    const packets = Math.min(size, Math.max(free, Math.ceil(size / MOST_TOGETHER)));
    // All of it was given up.
    if (size === 0 && lane.busy + lane.coming === 0) this.lanes.delete(lane.owner);
    for (let more = packets - lane.coming; more > 0; more -= 1) void this.sendPacket(lane);
  }

  private async sendPacket(lane: Lane): Promise<void> {
    lane.coming += 1;
    let lease: Lease;
    try {
      lease = await this.pool.lease(lane.owner);
    } catch (error) {
      const failed = this.packetOf(lane);
      lane.coming -= 1;
      for (const { reject } of failed) reject(error);
      this.goOn(lane);
      return;
    }
    const packet = this.packetOf(lane);
    lane.coming -= 1;
    lane.busy += 1;
    lease.turnTo(packet[0]?.payer ?? null);
    const send = packed(lease.client);
    const watched = this.pool.watch(lease);
    const answers = packet.map(({ query, pace, signal, resolve, reject }, index) => {
      // They are answered one after another: each begins with the answer to the one before.
      const next = packet[index + 1]?.payer ?? null;
      const sent = send(query).finally(() => {
        const ms = lease.turnTo(next);
        pace.ms = pace.ms === null ? ms : pace.ms + (ms - pace.ms) * WEIGHT;
      });
      return watched.watch(sent, signal).then(resolve, reject);
    });
    await Promise.all(answers);
    await watched.ended();
    lane.busy -= 1;
    lease.release(this.isFull(lease.client, packet));
    this.goOn(lane);
  }

  /** After a packet, also one that got no connection: what it left behind has nobody else to send it. */
  private goOn(lane: Lane): void {
    if (lane.waiting.size > 0) this.send(lane);
    else if (lane.busy + lane.coming === 0 && !lane.isScheduled) this.lanes.delete(lane.owner);
  }

  /** What travels on the next connection: its share of what waits, and no more than is quick all together. */
  private packetOf({ waiting, coming }: Lane): Waiting[] {
    const most = Math.min(MOST_TOGETHER, Math.ceil(waiting.size / coming));
    const packet: Waiting[] = [];
    let ms = 0;
    while (packet.length < most && (packet.length === 0 || ms < QUICK_MS)) {
      const next = waiting.next();
      if (next === undefined) break;
      packet.push(next);
      ms += next.pace.ms ?? 0;
    }
    return packet;
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
