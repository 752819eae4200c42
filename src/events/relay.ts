import { randomUUID } from 'node:crypto';
import type { Logger } from 'pino';
import { LockedLoop, type LockedWork } from '../platform/locked-loop.ts';
import { RELAY_LOCK } from '../platform/locks.ts';
import type { Row } from '../platform/rows.ts';
import type { Session, Statement } from '../platform/session.ts';
import type { Event } from './event.entity.ts';

/** Rings when events have got their places; says which relay gave them. */
export const FEED_CHANNEL = 'sinergi_feed';
/** Rings when a node whose relay does not give places has committed events. */
export const COMMIT_CHANNEL = 'sinergi_commit';
const BATCH = 500;

/** An event that has just got its place, as all may see it. */
export type PlacedRow = Omit<Row<Event>, 'words'>;

/** Who hears on this node of what its relay has placed, without reading it from the log. */
export interface PlacedListener {
  /** Whether it has anybody to tell. */
  readonly isHeard: boolean;
  /** Called after the commit with events in order, and the last place that is given; must not wait or throw. */
  take(events: readonly PlacedRow[], head: number): void;
}

const COLUMNS = `id, kind, occurred_at, village_code, village_id, need_id, sector_code, pledge_id, partner_id, snapshot`;
const SHOWN = `id::float8, position::float8, kind, occurred_at as "occurredAt", village_code as "villageCode",
    village_id as "villageId", need_id as "needId", sector_code as "sectorCode", pledge_id as "pledgeId",
    partner_id as "partnerId", snapshot`;

/**
 * Gives every event its place: contiguous positions in the order in which events become visible. A transaction
 * that commits late gets a later place, so whoever has seen a place has seen all before it. The bell is rung with the
 * commit: no commit but the relay's own could wait for it.
 */
const placing = (name: string, answer: string): Statement => ({
  name,
  text: `
  with taken as (
    delete from outbox where id in (select id from outbox order by id limit ${BATCH}) returning *),
  head as (select position from feed_head where id = 1 and exists (select from taken) for update),
  placed as (
    insert into events (position, ${COLUMNS}, words)
    select head.position + row_number() over (order by id), ${COLUMNS}, words from taken, head order by id
    returning *),
  moved as (
    update feed_head set position = head.position + (select count(*) from taken)
    from head where feed_head.id = 1 and exists (select from taken)
    returning feed_head.position, pg_notify('${FEED_CHANNEL}', $1))
  ${answer}`,
});

const PLACE = placing('place', 'select count(*)::int as placed, max(position)::float8 as head from placed');
const PLACE_AND_TELL = placing('place-and-tell', `select ${SHOWN} from placed order by position`);

/**
 * One of these runs on every node; the one that holds the lock gives places, the others ring for it after their own
 * commits.
 */
export class Relay {
  /** Tells its rings from those of other nodes. */
  readonly id = randomUUID();
  private readonly loop: LockedLoop;
  private listener: PlacedListener | null = null;
  /** Something was committed here since the last round began. */
  private committed = false;

  constructor(url: string, logger: Logger) {
    const work: LockedWork = {
      lock: RELAY_LOCK,
      name: 'the relay of events',
      // It hears what the other nodes ring.
      inherit: (session) => session.listen(COMMIT_CHANNEL, () => this.loop.wake()),
      turn: (session) => this.place(session),
      standBy: (session) => this.ring(session),
    };
    this.loop = new LockedLoop(url, work, logger);
  }

  start(): void {
    this.loop.start();
  }

  /** From now on `listener` hears of what is placed here; there is one. */
  tell(listener: PlacedListener): void {
    this.listener = listener;
  }

  /** Called after each commit; any number of calls until the next round cost one. */
  readonly wake = (): void => {
    this.committed = true;
    this.loop.wake();
  };

  /** True while this node's connection is alive: it gives places, or stands ready to inherit. */
  get isRunning(): boolean {
    return this.loop.isRunning;
  }

  stop(): Promise<void> {
    return this.loop.stop();
  }

  /** Places a batch at most; true when it was a full one. */
  private async place(session: Session): Promise<boolean> {
    this.committed = false;
    if (this.listener?.isHeard === true) {
      const events = await session.query<PlacedRow>(PLACE_AND_TELL, [this.id]);
      if (events.length > 0) this.listener.take(events, events.at(-1)!.position);
      return events.length === BATCH;
    }
    const [row] = await session.query<{ placed: number; head: number }>(PLACE, [this.id]);
    if (row!.placed > 0) this.listener?.take([], row!.head);
    return row!.placed === BATCH;
  }

  /** One bell for all commits since the last one. It is not theirs to ring: commits that notify wait for each other. */
  private async ring(session: Session): Promise<void> {
    if (!this.committed) return;
    this.committed = false;
    await session.query(`notify ${COMMIT_CHANNEL}`);
  }
}
