import type { Logger } from 'pino';
import { RELAY_LOCK } from '../platform/locks.ts';
import { Session } from '../platform/session.ts';

/** Rings when events have got their places. */
export const FEED_CHANNEL = 'sinergi_feed';
/** Rings when a node whose relay does not stamp has committed events. */
export const COMMIT_CHANNEL = 'sinergi_commit';
const POLL_MS = 250;
const BATCH = 1000;
const RECONNECT_MS = 500;
const SILENCE_MS = 3000;
const STOP_WITHIN_MS = 1000;

/**
 * Gives every event its place: contiguous positions in the order in which events become visible. A transaction
 * that commits late gets a later place, so whoever has seen a place has seen all before it.
 */
const STAMP = `
  with head as (select position from feed_head where id = 1 for update),
  batch as (
    select id, row_number() over (order by id) as place
    from (select id from events where position is null order by id limit ${BATCH}) as unstamped),
  stamped as (
    update events set position = head.position + batch.place
    from head, batch where events.id = batch.id returning 1),
  moved as (
    update feed_head set position = head.position + (select count(*) from batch)
    from head where feed_head.id = 1 and exists (select from batch) returning 1)
  select (select count(*)::int from stamped) as stamped, (select count(*) from moved) as moved`;

/**
 * One of these runs on every node; the one whose connection holds the advisory lock stamps, the others wait to
 * inherit it, and ring for it after their own commits. The lock lives and dies with the connection that stamps, so a
 * node that is cut off cannot stamp.
 */
export class Relay {
  private readonly url: string;
  private readonly logger: Logger;
  private wakeUp: (() => void) | null = null;
  private woken = false;
  /** Something was committed here since the last round began. */
  private committed = false;
  private session: Session | null = null;
  private stopped = false;
  private running: Promise<void> | null = null;
  /** When the relay last knew that some node, maybe this one, keeps stamping. */
  private healthyAt = 0;

  constructor(url: string, logger: Logger) {
    this.url = url;
    this.logger = logger;
  }

  start(): void {
    this.running ??= this.run();
  }

  /** Called after each commit; any number of calls until the next round cost one. */
  readonly wake = (): void => {
    this.committed = true;
    this.beginRound();
  };

  private readonly beginRound = (): void => {
    this.woken = true;
    this.wakeUp?.();
  };

  /** True while this node's connection is alive: it stamps, or stands ready to inherit. */
  get isRunning(): boolean {
    return !this.stopped && Date.now() - this.healthyAt < 20 * POLL_MS;
  }

  /** Lets the round under way come to its end, for a second at most. */
  async stop(): Promise<void> {
    this.stopped = true;
    this.wakeUp?.();
    const late = setTimeout(() => void this.session?.close(), STOP_WITHIN_MS);
    await this.running;
    clearTimeout(late);
  }

  private async run(): Promise<void> {
    while (!this.stopped) {
      try {
        await this.serve();
      } catch (error) {
        this.logger.warn({ err: error }, 'the relay lost its connection and makes a new one');
        // A commit that rang before the loss must not make this a loop without pauses.
        this.woken = false;
        await this.pause(RECONNECT_MS);
      }
    }
  }

  private async serve(): Promise<void> {
    const session = await Session.open(this.url, SILENCE_MS);
    this.session = session;
    try {
      // A holder that is stopped or cut off falls silent; the server then ends its session, and the lock is free.
      await session.query(`set idle_session_timeout = ${SILENCE_MS}`);
      // A lost connection ends the pause, and the next statement tells. Not by a race in every round: each would
      // stay in memory for as long as the session lives.
      session.lost.catch(this.beginRound);
      let holds = false;
      while (!this.stopped) {
        holds ||= await this.inherit(session);
        const { committed } = this;
        this.woken = false;
        this.committed = false;
        let stamped = 0;
        if (holds) stamped = await this.stamp(session);
        // One bell for all commits since the last one. It is not theirs to ring: commits that notify wait for each other.
        else if (committed) await session.query(`notify ${COMMIT_CHANNEL}`);
        this.healthyAt = Date.now();
        if (stamped < BATCH) await this.pause(POLL_MS);
      }
    } finally {
      await session.close();
    }
  }

  /** True when the lock was free, and from now on is this session's, which hears what the other nodes ring. */
  private async inherit(session: Session): Promise<boolean> {
    const [row] = await session.query<{ held: boolean }>('select pg_try_advisory_lock($1) as held', [
      RELAY_LOCK,
    ]);
    if (row!.held) await session.listen(COMMIT_CHANNEL, this.beginRound);
    return row!.held;
  }

  private async stamp(session: Session): Promise<number> {
    const [row] = await session.query<{ stamped: number }>(STAMP);
    // A doorbell only: listeners poll as well, so a lost notification costs a moment, never an event.
    if (row!.stamped > 0) await session.query(`notify ${FEED_CHANNEL}`);
    return row!.stamped;
  }

  private pause(ms: number): Promise<void> {
    if (this.woken || this.stopped) return Promise.resolve();
    return new Promise((resolve) => {
      const timer = setTimeout(() => this.wakeUp?.(), ms);
      this.wakeUp = () => {
        clearTimeout(timer);
        this.wakeUp = null;
        resolve();
      };
    });
  }
}
