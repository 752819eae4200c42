import { afterAll, afterEach, beforeEach, expect, test } from '@jest/globals';
import type { SinergiClient } from '../client/sinergi-client.ts';
import { hubBackends, relayHolder, terminate } from './faults/backends.ts';
import { Chance } from './faults/chance.ts';
import { insertClaimants } from './faults/claimants.ts';
import { copyEvents } from './faults/event-copies.ts';
import { ObservedNeed } from './faults/observed-need.ts';
import { claim } from './support/acts.ts';
import { Listener } from './support/listener.ts';
import { TcpProxy } from './support/tcp-proxy.ts';
import { TestDatabase } from './support/test-database.ts';
import { TestHub, testHub } from './support/test-hub.ts';
import { buildWorld } from './support/world.ts';
import { until } from './support/until.ts';

const POLL_MS = 250;

const chance = new Chance();
const database = await TestDatabase.create();
const wire = await TcpProxy.to(database.url);
/** The node whose way to the database is in the test's hands; a new one for each test. */
let weak: TestHub;
const sound = await testHub({ database });
const { as, villages, accounts } = await buildWorld(sound);
const claimants = await insertClaimants(database, 'economy', 4);
const partners = await Promise.all(claimants.map((account) => sound.client(account)));
let forget: (() => void)[] = [];

const silence = () => forget.push(wire.silence());
const observe = () => ObservedNeed.publish(as.coordinator, villages.cimarga.id);

/** The backends of the sound node, before the weak one came. */
let others: number[];

beforeEach(async () => {
  others = await hubBackends(database);
  weak = await TestHub.start({ database, databaseUrl: wire.url, clock: sound.clock });
});
afterEach(async () => {
  await weak.stop();
  for (const breakOff of forget) breakOff();
  forget = [];
});
afterAll(async () => {
  await wire.close();
  await database.drop();
});

/** Waits until the weak node's relay is the one that stamps: it inherits before the other can come back. */
async function letWeakStamp(): Promise<number> {
  const holder = (await relayHolder(database))!;
  if (!others.includes(holder)) return holder;
  await terminate(database, [holder]);
  return holderAfter(holder);
}

async function holderAfter(before: number): Promise<number> {
  let holder: number | null = null;
  const hasMoved = async () => ![null, before].includes((holder = await relayHolder(database)));
  await until(hasMoved, 'another holder of the relay’s lock');
  return holder!;
}

const secondsSince = (begin: number) => Math.round((performance.now() - begin) / 100) / 10;

function median(numbers: readonly number[]): number {
  return numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)]!;
}

/** From the answer to each claim of `partner` until a feed at `node` has told it. */
async function delaysMs(partner: SinergiClient, node: TestHub, needId: string): Promise<number[]> {
  const feed = new Listener(await node.client(accounts.auditor), { filter: { needIds: [needId] } });
  await node.feedsOpen(1);
  const delays: number[] = [];
  for (let count = 0; count < 25; count += 1) {
    await new Promise((resolve) => setTimeout(resolve, chance.whole(POLL_MS)));
    await claim(partner, needId, 1);
    const begin = performance.now();
    await feed.take(1);
    delays.push(performance.now() - begin);
  }
  await feed.stop();
  return delays;
}

test('what is committed at a node that does not stamp is told at once, and not at the next poll', async () => {
  const need = await observe();
  const atWeak = await Promise.all(claimants.map((account) => weak.client(account)));
  const delays = [
    median(await delaysMs(atWeak[0]!, sound, need.id)),
    median(await delaysMs(partners[0]!, sound, need.id)),
  ];
  process.stdout.write(
    `median ms from answer to event, at each node: ${delays.map(Math.round).join(', ')}\n`,
  );
  expect(Math.max(...delays)).toBeLessThan(POLL_MS / 4);
});

test('a node whose connections are half-open loses the relay’s lock within seconds, finds out, and its feeds go on', async () => {
  const need = await observe();
  const follower = need.follow(await weak.client(accounts.auditor));
  await weak.feedsOpen(1);
  const holder = await letWeakStamp();
  await Promise.all(partners.map((partner) => claim(partner, need.id, 1)));
  const begin = performance.now();
  silence();
  await Promise.all(partners.map((partner) => claim(partner, need.id, 1)));
  await holderAfter(holder);
  const movedAfter = secondsSince(begin);
  await copyEvents(database, need.id, 300);
  await need.end();
  expect(await follower).toEqual(await need.history());
  const heardAfter = secondsSince(begin);
  await until(async () => (await fetch(`${weak.url}/health/ready`)).ok, 'a ready hub');
  process.stdout.write(
    `half-open: lock moved after ${movedAfter} s, feed on after ${heardAfter} s, ready after ${secondsSince(begin)} s\n`,
  );
  expect(secondsSince(begin)).toBeLessThan(20);
});

test('a hub stops within seconds although its database has fallen silent amid claims', async () => {
  const need = await observe();
  const atWeak = await Promise.all(claimants.map((account) => weak.client(account)));
  await Promise.all(atWeak.map((partner) => claim(partner, need.id, 1)));
  silence();
  const claims = Promise.allSettled(atWeak.map((partner) => claim(partner, need.id, 1)));
  // What they read first is on its way, on connections that have vanished.
  await new Promise(setImmediate);
  const begin = performance.now();
  await weak.stop();
  const stoppedAfter = secondsSince(begin);
  process.stdout.write(`half-open: stopped after ${stoppedAfter} s\n`);
  expect(stoppedAfter).toBeLessThan(10);
  expect((await claims).map(({ status }) => status)).toEqual(partners.map(() => 'rejected'));
  weak = await TestHub.start({ database, databaseUrl: wire.url, clock: sound.clock });
});

test('a hub that is cut off amid claims lets go of what it has locked, so that others may claim it', async () => {
  const need = await observe();
  const atWeak = await Promise.all(claimants.map((account) => weak.client(account)));
  let answered = 0;
  const claims = Array.from({ length: 200 }, async (_, index) => {
    await claim(atWeak[index % 4]!, need.id, 1);
    answered += 1;
  });
  const cutOff = Promise.allSettled(claims);
  await until(() => answered >= 20 + chance.whole(50), 'some claims');
  const begin = performance.now();
  silence();
  await claim(partners[0]!, need.id, 1);
  const claimedAfter = secondsSince(begin);
  process.stdout.write(`half-open: the need was free after ${claimedAfter} s\n`);
  expect(claimedAfter).toBeLessThan(10);
  await weak.stop();
  await cutOff;
  await sound.expectTrueBooks();
  weak = await TestHub.start({ database, databaseUrl: wire.url, clock: sound.clock });
});
