import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import type { Ground } from '../ground.ts';
import { type Claiming, claimedServer, LISTENERS } from './claims-beside-listeners.ts';
import { gather } from './fan-out.ts';
import type { Delays } from './listeners-protocol.ts';
import type { Listening } from './listening.ts';
import { Published } from './published.ts';
import type { Server } from './server.ts';

export const EVENTS_A_SECOND = 80;

/** In seconds. What comes while a server warms up is not counted. */
export interface SingleDurations {
  warmUpSeconds: number;
  seconds: number;
}

export interface SingleEvents extends Delays {
  /** Events a second that came about. */
  perSecond: number;
  /** How much of what was published reached the listeners, 1 for all of it. */
  heardShare: number;
}

/** When each event after that position was committed, in the feed's order, in milliseconds since 1970. */
async function commitTimes(ground: Ground, after: number): Promise<number[]> {
  // The claim's own row tells; the event's was written again by the relay.
  const rows = await rowsOf<{ ms: number }>(
    ground,
    `select (extract(epoch from pg_xact_commit_timestamp(p.xmin)) * 1000)::float8 as ms
      from events e join pledges p on p.id = e.pledge_id where e.position > $1 order by e.position`,
    [after],
  );
  return rows.map(({ ms }) => ms);
}

async function feedHead(ground: Ground): Promise<number> {
  const [row] = await rowsOf<{ head: number }>(ground, 'select position::int as head from feed_head');
  return row!.head;
}

async function rowsOf<Row extends object>(ground: Ground, statement: string, values: unknown[] = []) {
  const client = new pg.Client({ connectionString: ground.url });
  await client.connect();
  try {
    return (await client.query<Row>(statement, values)).rows;
  } finally {
    await client.end();
  }
}

/** Real claims at a steady rate: from each one's commit to each listener. */
export async function measureClaimedEvents(
  claiming: Claiming,
  { warmUpSeconds, seconds }: SingleDurations,
): Promise<SingleEvents> {
  const { ground, listening, claimants, target } = claiming;
  const atRate = { kind: 'at-rate', target, perSecond: EVENTS_A_SECOND } as const;
  await gather(listening, claimedServer(claiming), LISTENERS);
  await claimants.ask({ ...atRate, seconds: warmUpSeconds });
  await listening.settled();
  await listening.reset();
  const head = await feedHead(ground);
  await claimants.ask({ ...atRate, seconds });
  await listening.settled();
  return reported(listening, await commitTimes(ground, head));
}

/** Events that cost no claim, at the same rate: from publishing to each listener. */
export async function measurePublishedEvents(
  listening: Listening,
  server: Server,
  { warmUpSeconds, seconds }: SingleDurations,
): Promise<SingleEvents> {
  await gather(listening, server, LISTENERS);
  await publishAtRate(listening, server, warmUpSeconds);
  return reported(listening, await publishAtRate(listening, server, seconds));
}

/** Answers when each event was published, once every listener has all of them. */
async function publishAtRate(listening: Listening, server: Server, seconds: number): Promise<number[]> {
  await listening.reset();
  const published = new Published(server, LISTENERS);
  const begun = performance.now();
  for (let number = 0; number < EVENTS_A_SECOND * seconds; number += 1) {
    const waitMs = begun + (number * 1000) / EVENTS_A_SECOND - performance.now();
    if (waitMs > 0) await sleep(waitMs);
    published.publish(1);
  }
  await published.arrived(listening);
  return published.atMs;
}

async function reported(listening: Listening, publishedAtMs: readonly number[]): Promise<SingleEvents> {
  const delays = await listening.report({ fromMs: -Infinity, untilMs: Infinity, publishedAtMs });
  await listening.disconnect();
  const elapsedMs = Math.max(...publishedAtMs) - Math.min(...publishedAtMs);
  return {
    ...delays,
    perSecond: ((publishedAtMs.length - 1) * 1000) / elapsedMs,
    heardShare: delays.messages / (publishedAtMs.length * LISTENERS.sockets),
  };
}
