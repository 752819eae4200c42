import { afterAll, expect, test } from '@jest/globals';
import WebSocket from 'ws';
import type { FeedEvent } from '../client/follow-feed.ts';
import { PledgeFeedDocument } from '../client/operations.ts';
import { createSinergiClient, type SinergiClient } from '../client/sinergi-client.ts';
import { doorbells, hubBackends, relayHolder, terminate } from './faults/backends.ts';
import { Chance } from './faults/chance.ts';
import { insertClaimants } from './faults/claimants.ts';
import { ObservedNeed } from './faults/observed-need.ts';
import { claimStubbornly } from './faults/stubborn-claim.ts';
import type { Pledge } from './support/acts.ts';
import { TcpProxy } from './support/tcp-proxy.ts';
import { TestDatabase } from './support/test-database.ts';
import { TestHub, testHub } from './support/test-hub.ts';
import { buildWorld } from './support/world.ts';
import { until } from './support/until.ts';

const chance = new Chance();
const database = await TestDatabase.create();
/** Alone at first, so that its relay is the one that stamps. */
const first = await TestHub.start({ database });
const hub = await testHub({ database, clock: first.clock });
const link = await TcpProxy.to(database.url);
afterAll(async () => {
  await first.stop();
  await link.close();
  await database.drop();
});
const { as, villages, accounts } = await buildWorld(hub);
const claimants = await insertClaimants(database, 'economy', 8);

const observe = () => ObservedNeed.publish(as.coordinator, villages.cimarga.id);
const clientsAt = (node: TestHub) => Promise.all(claimants.map((account) => node.client(account)));

/** That many claims at once, half of them begun at each node, each repeated until it is answered. */
function claimAll(need: ObservedNeed, count: number, nodes: readonly SinergiClient[][]): Promise<Pledge>[] {
  return Array.from({ length: count }, (_, index) => {
    const order = index % 2 === 0 ? nodes : nodes.toReversed();
    return claimStubbornly(
      order.map((clients) => clients[index % clients.length]!),
      need.id,
    );
  });
}

/** After `done` of the acts are over. */
async function afterSome(acts: readonly Promise<unknown>[], done: number): Promise<void> {
  let over = 0;
  for (const act of acts) act.then(() => (over += 1)).catch(() => undefined);
  await until(() => over >= done, `${done} of ${acts.length} acts`);
}

async function expectOnceInOrder(
  need: ObservedNeed,
  heard: readonly FeedEvent[],
  pledges: readonly Pledge[],
) {
  expect(heard).toEqual(await need.history());
  const made = heard.filter(({ kind }) => kind === 'PLEDGE_MADE').map(({ pledge }) => pledge!.pledgeId);
  expect(made.toSorted()).toEqual(pledges.map(({ id }) => id).toSorted());
  await hub.expectTrueBooks();
}

test('what happens at either node reaches the subscribers of both, once and in order', async () => {
  const need = await observe();
  const followers = [
    need.follow(await first.client(accounts.auditor)),
    need.follow(await hub.client(accounts.auditor)),
  ];
  const pledges = await Promise.all(claimAll(need, 40, [await clientsAt(first), await clientsAt(hub)]));
  await need.end();
  const [heardAtFirst, heardAtHub] = await Promise.all(followers);
  expect(heardAtFirst).toEqual(heardAtHub);
  await expectOnceInOrder(need, heardAtHub!, pledges);
});

test('when the node that stamps stops amid claims, the other takes over, and its subscribers resume there', async () => {
  const need = await observe();
  const holder = await relayHolder(database);
  const follower = need.follow(as.auditor);
  const heard: FeedEvent[] = [];
  const { filter, cursor } = need;
  // A client that the hub's test does not close, so that it hears the end from the hub.
  const token = await first.tokenOf(accounts.auditor);
  const client = createSinergiClient({ url: first.url, token, webSocket: WebSocket });
  const leaving = client.subscribe(PledgeFeedDocument, { filter, after: cursor });
  const left = (async () => {
    for await (const { pledgeFeed } of leaving) heard.push(pledgeFeed);
  })();
  const lost = left.then(
    () => null,
    (error: unknown) => error,
  );

  const acts = claimAll(need, 240, [await clientsAt(first), await clientsAt(hub)]);
  await afterSome(acts, 10 + chance.whole(30));
  await until(() => heard.length > 0, 'an event before the end');
  await first.stop();
  const pledges = await Promise.all(acts);
  expect(await lost).toMatchObject({ code: 'CONNECTION_LOST' });
  expect(heard.length).toBeGreaterThan(0);
  expect(await relayHolder(database)).not.toBe(holder);

  const rest = need.follow(await hub.client(accounts.auditor), { after: heard.at(-1)!.cursor });
  await need.end();
  await expectOnceInOrder(need, [...heard, ...(await rest)], pledges);
  expect(await follower).toEqual([...heard, ...(await rest)]);
});

test('when the connection of the node that stamps is ended amid claims, again and again, no place is lost or given twice', async () => {
  const third = await testHub({ database, clock: first.clock });
  const need = await observe();
  const followers = [
    need.follow(await third.client(accounts.auditor)),
    need.follow(await hub.client(accounts.auditor)),
  ];
  const acts = claimAll(need, 60, [await clientsAt(third), await clientsAt(hub)]);
  for (const done of [10, 30]) {
    await afterSome(acts, done);
    const holder = (await relayHolder(database))!;
    await terminate(database, [holder]);
    await until(
      async () => ![null, holder].includes(await relayHolder(database)),
      'another holder of the relay’s lock',
    );
  }
  const pledges = await Promise.all(acts);
  await need.end();
  const [heardAtThird, heardAtHub] = await Promise.all(followers);
  expect(heardAtThird).toEqual(heardAtHub);
  await expectOnceInOrder(need, heardAtHub!, pledges);
});

test('a lost doorbell is connected anew, and meanwhile the feed goes on', async () => {
  const need = await observe();
  const follower = need.follow(as.auditor);
  const before = await doorbells(database);
  expect(before).toHaveLength(2);
  await terminate(database, before);
  const pledges = await Promise.all(claimAll(need, 10, [await clientsAt(hub)]));
  await need.end();
  await expectOnceInOrder(need, await follower, pledges);
  await until(async () => {
    const now = await doorbells(database);
    return now.length === 2 && !now.some((pid) => before.includes(pid));
  }, 'two new doorbells');
});

test('a hub whose connections to the database are all broken, again and again, loses no claim and no subscriber, and waits for a database that is away', async () => {
  const weak = await testHub({ database, databaseUrl: link.url, clock: first.clock });
  const need = await observe();
  const follower = need.follow(await weak.client(accounts.auditor));
  const acts = claimAll(need, 80, [await clientsAt(weak)]);
  for (const done of [10, 20, 30, 40, 50, 60]) {
    await afterSome(acts, done);
    if (chance.whole(2) === 0) link.reset();
    else await terminate(database, await hubBackends(database));
  }
  const pledges = await Promise.all(acts);
  await need.end();
  await expectOnceInOrder(need, await follower, pledges);
  const isReady = async () => (await fetch(`${weak.url}/health/ready`)).ok;
  await until(isReady, 'a ready hub');

  const complaints = weak.complaints.length;
  const begin = performance.now();
  link.isUp = false;
  link.reset();
  weak.services.relay.wake();
  expect(await isReady()).toBe(false);
  const knocks = () =>
    weak.complaints.slice(complaints).filter((line) => line.includes('the relay of events: it failed'))
      .length;
  await until(() => knocks() >= 3, 'a relay that tries again');
  link.isUp = true;
  expect(performance.now() - begin).toBeGreaterThan(900);
  await until(isReady, 'a ready hub');
});
