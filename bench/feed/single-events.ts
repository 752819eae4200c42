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
const ALWAYS = { fromMs: -Infinity, untilMs: Infinity };

export interface SingleEvents extends Delays {
  /** How much of what was published reached the listeners, 1 for all of it. */
  heardShare: number;
}

/** When each event after that position was committed, in the feed's order, in milliseconds since 1970. */
async function commitTimes({ url }: Ground, after: number): Promise<number[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    // The claim's own row tells; the event's was written again by the relay.
    const { rows } = await client.query<{ ms: number }>(
      `select (extract(epoch from pg_xact_commit_timestamp(p.xmin)) * 1000)::float8 as ms
        from events e join pledges p on p.id = e.pledge_id where e.position > $1 order by e.position`,
      [after],
    );
    return rows.map(({ ms }) => ms);
  } finally {
    await client.end();
  }
}

async function feedHead({ url }: Ground): Promise<number> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    const { rows } = await client.query<{ head: number }>('select position::int as head from feed_head');
    return rows[0]!.head;
  } finally {
    await client.end();
  }
}

/** Real claims at a steady rate: from each one's commit to each listener. */
export async function measureClaimedEvents(claiming: Claiming, seconds: number): Promise<SingleEvents> {
  const { ground, listening, claimants, target } = claiming;
  await gather(listening, claimedServer(claiming), LISTENERS);
  await listening.reset();
  const head = await feedHead(ground);
  await claimants.ask({ kind: 'at-rate', target, perSecond: EVENTS_A_SECOND, seconds });
  await listening.settled();
  const publishedAtMs = await commitTimes(ground, head);
  const delays = await listening.report({ ...ALWAYS, publishedAtMs });
  await listening.disconnect();
  return { ...delays, heardShare: delays.messages / (publishedAtMs.length * LISTENERS.sockets) };
}

/** The limit: a raw broadcast at the same rate, from publishing to each listener. */
export async function measureBroadcastEvents(
  listening: Listening,
  raw: Server,
  seconds: number,
): Promise<SingleEvents> {
  await gather(listening, raw, LISTENERS);
  await listening.reset();
  const published = new Published(raw, LISTENERS);
  const begun = performance.now();
  for (let number = 0; number < EVENTS_A_SECOND * seconds; number += 1) {
    const waitMs = begun + (number * 1000) / EVENTS_A_SECOND - performance.now();
    if (waitMs > 0) await sleep(waitMs);
    published.publish(1);
  }
  await published.arrived(listening);
  const delays = await listening.report({ ...ALWAYS, publishedAtMs: published.atMs });
  await listening.disconnect();
  return { ...delays, heardShare: delays.messages / published.owed };
}
