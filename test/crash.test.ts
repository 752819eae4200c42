import { randomUUID } from 'node:crypto';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { sql } from 'kysely';
import WebSocket from 'ws';
import type { FeedEvent } from '../client/follow-feed.ts';
import { createSinergiClient, type SinergiClient } from '../client/sinergi-client.ts';
import { SinergiError } from '../client/sinergi-error.ts';
import { lastingPort } from './support/lasting-port.ts';
import { Chance } from './faults/chance.ts';
import { type CrashWorld, lookInto, makeCrashWorld, tokenFor, untrueProofs } from './faults/crash-world.ts';
import { follow, historyOf, lastCursor } from './faults/feed-reading.ts';
import { clusterGone, clusterProcesses, killNow } from './faults/postgres-processes.ts';
import { claim, publish, withdraw } from './support/acts.ts';
import { ChildHub } from './support/child-hub.ts';
import { TOKEN_SECRET } from './support/session-token.ts';
import { until } from './support/until.ts';

const READY = 'Stop it with Ctrl-C.';
/** Each partner sends so many claims at once, so that the kill falls into the middle of some of them. */
const STREAMS = 3;

interface Sent {
  as: SinergiClient;
  needId: string;
  key: string;
  /** Null while the client has no answer. */
  pledgeId: string | null;
}

const chance = new Chance();
const sent: Sent[] = [];
let dataDir: string;
let port: number;
let world: CrashWorld;
let hub: ChildHub;
let claimants: SinergiClient[];
let coordinator: SinergiClient;
let needIds: string[];
let followed: Promise<FeedEvent[]>;
let cursor: string | null;

async function start(): Promise<void> {
  hub = new ChildHub('main.js', {
    DATA_DIR: dataDir,
    PORT: String(port),
    TOKEN_SECRET,
    LOG_LEVEL: 'warn',
  });
  await hub.printed(READY);
}

async function clientOf(accountId: string): Promise<SinergiClient> {
  const token = await tokenFor(dataDir, accountId);
  return createSinergiClient({ url: `http://127.0.0.1:${port}`, token, webSocket: WebSocket });
}

async function send(one: Sent): Promise<void> {
  one.pledgeId = (await claim(one.as, one.needId, 1, { idempotencyKey: one.key })).id;
}

/** Claims one after the other until the hub does not answer any more. */
async function claimUntilCut(as: SinergiClient): Promise<void> {
  for (;;) {
    const one = { as, needId: needIds[chance.whole(needIds.length)]!, key: randomUUID(), pledgeId: null };
    sent.push(one);
    try {
      await send(one);
    } catch (error) {
      if (error instanceof SinergiError) return;
      throw error;
    }
  }
}

const acknowledged = () => sent.filter(({ pledgeId }) => pledgeId !== null);

type Order = 'the hub first' | 'the database first' | 'all at once';

async function killEverything(order: Order): Promise<void> {
  const database = await clusterProcesses(dataDir);
  if (order === 'the hub first') killNow([hub.pid]);
  // The hub has the time to meet a database that is gone, with claims on their way.
  killNow(database);
  if (order === 'the database first') await clusterGone(database[0]!);
  killNow([hub.pid]);
  expect([await hub.end(), hub.output]).toEqual(['SIGKILL', expect.any(String)]);
  await clusterGone(database[0]!);
}

beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'sinergi-crash-'));
  await chmod(dataDir, 0o711);
  world = await makeCrashWorld(dataDir);
  port = await lastingPort();
  await start();
  claimants = await Promise.all(world.claimants.map(clientOf));
  coordinator = await clientOf(world.coordinator);
  const needs = await Promise.all(
    world.villageIds.map((villageId) =>
      publish(coordinator, { villageId, quantity: 1_000_000, unitValue: 1000 }),
    ),
  );
  needIds = needs.map(({ id }) => id);
  await until(async () => (await historyOf(coordinator)).length === needIds.length, 'the needs on the feed');
  cursor = await lastCursor(coordinator);
  let lost = 0;
  const onLost = (error: SinergiError) => {
    if ((lost += 1) > 500) throw error;
  };
  const follower = await clientOf(world.coordinator);
  followed = follow(
    follower,
    { after: cursor, retryMs: 100, onLost },
    ({ kind }) => kind === 'PLEDGE_WITHDRAWN',
  );
  followed
    .catch(() => undefined)
    .finally(() => follower.close())
    .catch(() => undefined);
});

afterAll(async () => {
  const left = await clusterProcesses(dataDir);
  killNow([hub.pid, ...left]);
  if (left.length > 0) await clusterGone(left[0]!);
  await rm(dataDir, { recursive: true, force: true });
});

test.each<Order>(['the hub first', 'the database first', 'all at once'])(
  'after kill -9 amid claims, %s, every acknowledged claim is there once, and the rest can be sent again',
  async (order) => {
    const before = acknowledged().length;
    const enough = 20 + chance.whole(40);
    const streams = Array.from({ length: STREAMS }, () => claimants.map(claimUntilCut)).flat();
    await until(() => acknowledged().length - before >= enough, `${enough} claims`);
    await killEverything(order);
    await Promise.all(streams);
    const unanswered = sent.filter(({ pledgeId }) => pledgeId === null);
    expect(unanswered.length).toBeGreaterThan(0);

    await start();
    const known = acknowledged().map(({ pledgeId }) => pledgeId!);
    const kept = await lookInto(dataDir, async ({ reads }) => {
      const { rows } = await sql<{ id: string }>`select id from pledges`.execute(reads);
      return rows.map(({ id }) => id);
    });
    expect(new Set(kept)).toEqual(new Set([...kept, ...known]));

    // Twice at once, as an impatient client does.
    await Promise.all(unanswered.flatMap((one) => [send(one), send({ ...one })]));
    const answers = new Set(sent.map(({ pledgeId }) => pledgeId));
    expect(answers.size).toBe(sent.length);
    for (const id of kept) expect(answers).toContain(id);
    await expectTrueState();
  },
);

/** One pledge and one event for each claim that was sent, places without a gap, and every book true. */
async function expectTrueState(): Promise<void> {
  await lookInto(dataDir, async (database) => {
    await until(async () => {
      const { rows } = await sql`select from outbox`.execute(database.systemReads);
      return rows.length === 0;
    }, 'an empty outbox');
    const { rows } = await sql`
      select (select count(*) from pledges) as pledges, (select sum(pledged) from needs) as pledged,
        count(*) filter (where kind = 'PLEDGE_MADE') as made,
        count(distinct pledge_id) filter (where kind = 'PLEDGE_MADE') as told,
        count(*) as events, count(distinct position) as places, max(position) as last
      from events`.execute(database.reads);
    const claims = sent.length;
    const events = claims + needIds.length;
    expect(rows).toEqual([
      { pledges: claims, pledged: claims, made: claims, told: claims, events, places: events, last: events },
    ]);
    expect(await untrueProofs(database)).toEqual([]);
  });
}

test('whoever followed the feed through all of it, with the cursor, heard each event once and in order', async () => {
  const last = sent.at(-1)!;
  await withdraw(last.as, last.pledgeId!);
  const heard = await followed;
  expect(heard).toHaveLength(sent.length + 1);
  expect(heard).toEqual(await historyOf(coordinator, { after: cursor }));
});
