import type { Logger } from 'pino';
import { LockedLoop, type LockedWork } from '../platform/locked-loop.ts';
import { RELAY_LOCK } from '../platform/locks.ts';
import type { Session } from '../platform/session.ts';

/** Rings when events have got their places. */
export const FEED_CHANNEL = 'sinergi_feed';
/** Rings when a node whose relay does not stamp has committed events. */
export const COMMIT_CHANNEL = 'sinergi_commit';
const BATCH = 1000;

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
 * One of these runs on every node; the one that holds the lock stamps, the others ring for it after their own commits.
 */
export class Relay {
  private readonly loop: LockedLoop;
  /** Something was committed here since the last round began. */
  private committed = false;

  constructor(url: string, logger: Logger) {
    const work: LockedWork = {
      lock: RELAY_LOCK,
      name: 'the relay of events',
      // It hears what the other nodes ring.
      inherit: (session) => session.listen(COMMIT_CHANNEL, () => this.loop.wake()),
      turn: (session) => this.stamp(session),
      standBy: (session) => this.ring(session),
    };
    this.loop = new LockedLoop(url, work, logger);
  }

  start(): void {
    this.loop.start();
  }

  /** Called after each commit; any number of calls until the next round cost one. */
  readonly wake = (): void => {
    this.committed = true;
    this.loop.wake();
  };

  /** True while this node's connection is alive: it stamps, or stands ready to inherit. */
  get isRunning(): boolean {
    return this.loop.isRunning;
  }

  stop(): Promise<void> {
    return this.loop.stop();
  }

  /** Stamps a batch at most; true when it was a full one. */
  private async stamp(session: Session): Promise<boolean> {
    this.committed = false;
    const [row] = await session.query<{ stamped: number }>(STAMP);
    // A doorbell only: listeners poll as well, so a lost notification costs a moment, never an event.
    if (row!.stamped > 0) await session.query(`notify ${FEED_CHANNEL}`);
    return row!.stamped === BATCH;
  }

  /** One bell for all commits since the last one. It is not theirs to ring: commits that notify wait for each other. */
  private async ring(session: Session): Promise<void> {
    if (!this.committed) return;
    this.committed = false;
    await session.query(`notify ${COMMIT_CHANNEL}`);
  }
}
