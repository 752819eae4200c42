import { randomBytes, randomUUID } from 'node:crypto';
import type { Logger } from 'pino';
import { LockedLoop, type LockedWork } from '../platform/locked-loop.ts';
import { RELAY_LOCK } from '../platform/locks.ts';
import type { Row } from '../platform/rows.ts';
import type { Session, Statement } from '../platform/session.ts';
import type { Event } from './event.entity.ts';
import { ordinalsOf, type Term, writeTrail } from './feed-terms.rules.ts';

/** Rings when events have got their places; says which relay gave them. */
export const FEED_CHANNEL = 'sinergi_feed';
/** Rings when a node whose relay does not give places has committed events. */
export const COMMIT_CHANNEL = 'sinergi_commit';
const BATCH = 500;

/** An event that has just got its place, as all may see it. */
export type PlacedRow = Omit<Row<Event>, 'words'>;

/** What tells an event's place from that of any other. */
export type PlaceRow = Pick<PlacedRow, 'position' | 'digest' | 'terms'>;

/** Who hears on this node of what its relay has placed, without reading it from the log. */
export interface PlacedListener {
  /** Whether it has anybody to tell. */
  readonly isHeard: boolean;
  /** Called after the commit with events in order, and the last place that is given; must not wait or throw. */
  take(events: readonly PlacedRow[], end: PlaceRow): void;
}

const COLUMNS = `id, kind, occurred_at, village_code, village_id, need_id, sector_code, pledge_id, partner_id, snapshot`;
const SHOWN = `id::float8, position::float8, kind, occurred_at as "occurredAt", village_code as "villageCode",
    village_id as "villageId", need_id as "needId", sector_code as "sectorCode", pledge_id as "pledgeId",
    partner_id as "partnerId", snapshot, digest, terms`;

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
    insert into events (position, ${COLUMNS}, words, terms)
    select head.position + row_number() over (order by id), ${COLUMNS}, words, $2 from taken, head order by id
    returning *),
  moved as (
    update feed_head set position = head.position + (select count(*) from taken)
    from head where feed_head.id = 1 and exists (select from taken)
    returning feed_head.position, pg_notify('${FEED_CHANNEL}', $1))
  ${answer}`,
});

const PLACE = placing(
  'place',
  `select position::float8, digest, terms, (count(*) over ())::int as placed from placed
    order by placed.position desc limit 1`,
);
const PLACE_AND_TELL = placing('place-and-tell', `select ${SHOWN} from placed order by position`);

/** The term that begins now, if there is anything to place. $1: its id. */
const BEGIN_TERM = `
  insert into feed_terms (ordinal, id, after)
  select coalesce((select max(ordinal) from feed_terms), 0) + 1, $1, position from feed_head
  where exists (select from outbox) returning ordinal`;
const TERMS = `select ordinal, id, after::float8 from feed_terms where ordinal = any($1::int[]) order by ordinal desc`;

/**
 * One of these runs on every node; the one that holds the lock gives places, the others ring for it after their own
 * commits.
 */
export class Relay {
  /** Tells its rings from those of other nodes. */
  readonly id = randomUUID();
  private readonly loop: LockedLoop;
  private listener: PlacedListener | null = null;
  /** Of the term in which this relay gives places; null until it has something to place. */
  private trail: string | null = null;
  /** Something was committed here since the last round began. */
  private committed = false;

  constructor(url: string, logger: Logger) {
    const work: LockedWork = {
      lock: RELAY_LOCK,
      name: 'the relay of events',
      // It hears what the other nodes ring.
      inherit: (session) => {
        this.trail = null;
        return session.listen(COMMIT_CHANNEL, () => this.loop.wake());
      },
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
    this.trail ??= await beginTerm(session);
    if (this.trail === null) return false;
    if (this.listener?.isHeard === true) {
      const events = await session.query<PlacedRow>(PLACE_AND_TELL, [this.id, this.trail]);
      if (events.length > 0) this.listener.take(events, events.at(-1)!);
      return events.length === BATCH;
    }
    const [end] = await session.query<PlaceRow & { placed: number }>(PLACE, [this.id, this.trail]);
    if (end !== undefined) this.listener?.take([], end);
    return end?.placed === BATCH;
  }

  /** One bell for all commits since the last one. It is not theirs to ring: commits that notify wait for each other. */
  private async ring(session: Session): Promise<void> {
    if (!this.committed) return;
    this.committed = false;
    await session.query(`notify ${COMMIT_CHANNEL}`);
  }
}

/** Begins a term when there is something to place; answers its trail, or null. */
async function beginTerm(session: Session): Promise<string | null> {
  const [begun] = await session.query<{ ordinal: number }>(BEGIN_TERM, [randomBytes(3).toString('hex')]);
  if (begun === undefined) return null;
  const { ordinal } = begun;
  return writeTrail({ ordinal, terms: await session.query<Term>(TERMS, [ordinalsOf(ordinal)]) });
}
