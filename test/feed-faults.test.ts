import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { FeedEvent } from '../client/follow-feed.ts';
import type { SinergiClient } from '../client/sinergi-client.ts';
import { relayHolderName } from './faults/backends.ts';
import { Chance } from './faults/chance.ts';
import { type CrashWorld, insertCrashWorld } from './faults/crash-world.ts';
import { copyEvents } from './faults/event-copies.ts';
import { dealFaults } from './faults/fault-deck.ts';
import { FaultyNode } from './faults/faulty-node.ts';
import { historyOf } from './faults/feed-reading.ts';
import { ObservedNeed } from './faults/observed-need.ts';
import { roam } from './faults/roaming.ts';
import { claimStubbornly } from './faults/stubborn-claim.ts';
import type { Pledge } from './support/acts.ts';
import { TestDatabase } from './support/test-database.ts';
import { until } from './support/until.ts';

const FAULTS = 30;
const EVENTS = 5000;
const CLAIMS_A_ROUND = 8;
const COPIES_A_ROUND = Math.ceil(EVENTS / FAULTS) - CLAIMS_A_ROUND;

const chance = new Chance();
const database = await TestDatabase.create();
const nodes: FaultyNode[] = [];
let world: CrashWorld;
/** Each account's client at each node, the nodes in their order. */
let claimants: SinergiClient[][];
let coordinators: SinergiClient[];

const clientsOf = (accountId: string) => Promise.all(nodes.map((node) => node.client(accountId)));

beforeAll(async () => {
  world = await insertCrashWorld(database);
  nodes.push(...(await Promise.all(['hub-1', 'hub-2'].map((name) => FaultyNode.start(database, name)))));
  claimants = await Promise.all(world.claimants.map(clientsOf));
  coordinators = await clientsOf(world.coordinator);
});
afterAll(async () => {
  await Promise.all(nodes.map((node) => node.stop()));
  await database.drop();
});

/** That many claims at once, each at the nodes in an order of chance. */
function claimAll(needs: readonly ObservedNeed[], count: number): Promise<Pledge>[] {
  return Array.from({ length: count }, () => {
    const clients = claimants[chance.whole(claimants.length)]!;
    const order = chance.whole(2) === 0 ? clients : clients.toReversed();
    return claimStubbornly(order, needs[chance.whole(needs.length)]!.id);
  });
}

interface Follower {
  /** Null: of all needs. */
  need: ObservedNeed | null;
  following: ReturnType<typeof roam>;
}

/**
 * Follows these needs from each node, and from both with a move at every loss: all of them, and one each. A follower
 * ends when all that it follows has ended.
 */
async function followAll(needs: readonly ObservedNeed[]): Promise<Follower[]> {
  const [first, second] = await clientsOf(world.coordinator);
  const orders = [[first!], [second!], [first!, second!], [second!, first!]];
  const begin = (nodesInOrder: SinergiClient[], need: ObservedNeed | null): Follower => {
    let ends = need === null ? needs.length : 1;
    const isLast = ({ kind }: FeedEvent) => kind === 'NEED_CHANGED' && (ends -= 1) === 0;
    const filter = need?.filter ?? { needIds: needs.map(({ id }) => id) };
    const following = roam(nodesInOrder, { filter, after: needs.at(-1)!.cursor, retryMs: 20 }, isLast);
    // It is awaited later, when its failure would have been nobody's.
    following.catch(() => undefined);
    return { need, following };
  };
  return [
    ...orders.map((order) => begin(order, null)),
    ...needs.map((need, index) => begin(orders[index % orders.length]!, need)),
  ];
}

async function publishNeeds(): Promise<ObservedNeed[]> {
  const needs: ObservedNeed[] = [];
  for (const villageId of world.villageIds) {
    needs.push(await ObservedNeed.publish(coordinators[needs.length % 2]!, villageId, 100_000));
  }
  return needs;
}

/** Each follower heard its slice of the log, in order and nothing twice; answers the whole slice. */
async function expectWhole(needs: readonly ObservedNeed[], followers: readonly Follower[]) {
  const historyWith = (filter: ObservedNeed['filter']) =>
    historyOf(coordinators[0]!, { filter, after: needs.at(-1)!.cursor });
  const log = await historyWith({ needIds: needs.map(({ id }) => id) });
  let moves = 0;
  for (const { need, following } of followers) {
    const slice = need === null ? log : await historyWith(need.filter);
    const { heard, ...more } = await following;
    moves += more.moves;
    const wrongAt = heard.findIndex((event, at) => event.cursor !== slice[at]?.cursor);
    expect({ wrongAt, count: heard.length }).toEqual({ wrongAt: -1, count: slice.length });
    expect(JSON.stringify(heard)).toBe(JSON.stringify(slice));
  }
  const proof = await database.sql(
    `select count(*) = max(position) as contiguous, count(*) = count(distinct position) as once,
      max(position) = (select position from feed_head) as whole from events`,
  );
  expect(proof).toEqual([{ contiguous: true, once: true, whole: true }]);
  return { log, moves };
}

function expectTold(log: readonly FeedEvent[], pledges: readonly Pledge[]): void {
  const told = log.flatMap(({ kind, pledge }) => (kind === 'PLEDGE_MADE' ? [pledge!.pledgeId] : []));
  expect(told.toSorted()).toEqual(pledges.map(({ id }) => id).toSorted());
}

/** Which number has which place. */
const places = () => database.sql<object>('select position, id from events order by position');

async function unstamped(): Promise<number> {
  const [row] = await database.sql<{ count: number }>('select count(*) as count from outbox');
  return row!.count;
}

const allReady = () =>
  until(
    async () => (await Promise.all(nodes.map((node) => node.isReady()))).every(Boolean),
    'both hubs ready',
  );

const secondsSince = (begin: number) => Math.round((performance.now() - begin) / 100) / 10;

test(`through ${FAULTS} faults amid ${EVENTS} events at two hubs, every follower hears the log, in order and nothing twice`, async () => {
  const faults = dealFaults(chance);
  const begin = performance.now();
  const needs = await publishNeeds();
  const followers = await followAll(needs);
  const claims: Promise<Pledge>[] = [];
  expect(faults).toHaveLength(FAULTS);
  for (const { name, happen, nodeIndex, percent } of faults) {
    const node = nodes[nodeIndex]!;
    claims.push(...claimAll(needs, CLAIMS_A_ROUND));
    const copied = copyEvents(database, needs[chance.whole(needs.length)]!.id, COPIES_A_ROUND);
    process.stdout.write(`${secondsSince(begin)} s: ${node.name}, ${name}\n`);
    await happen({ node, database, percent });
    await copied;
  }
  const pledges = await Promise.all(claims);
  const claimed = secondsSince(begin);
  await allReady();
  for (const need of needs) await need.end();
  const { log, moves } = await expectWhole(needs, followers);
  expectTold(log, pledges);
  expect(log.length).toBeGreaterThanOrEqual(EVENTS);
  expect(moves).toBeGreaterThan(FAULTS);
  process.stdout.write(
    `${log.length} events, ${moves} moves; claims answered after ${claimed} s, all over after ${secondsSince(begin)} s\n`,
  );
}, 240_000);

test('while a hub that holds the relay’s lock is frozen, the other takes over; once it goes on, nothing is stamped twice', async () => {
  await allReady();
  const needs = await publishNeeds();
  const followers = await followAll(needs);
  const holder = await relayHolderName(database);
  const frozen = nodes.find(({ name }) => name === holder)!;
  const claims = claimAll(needs, 20);
  await claims[0];
  const begin = performance.now();
  frozen.freeze();
  claims.push(...claimAll(needs, 20));
  const hasMoved = async () => ![null, frozen.name].includes(await relayHolderName(database));
  await until(hasMoved, 'another holder of the relay’s lock');
  const takenOverAfter = secondsSince(begin);
  await copyEvents(database, needs[0]!.id, 500);
  const pledges = await Promise.all(claims);
  const claimedAfter = secondsSince(begin);
  await until(async () => (await unstamped()) === 0, 'an empty outbox');
  const stamped = await places();

  frozen.thaw();
  pledges.push(...(await Promise.all(claimAll(needs, 20))));
  await allReady();
  for (const need of needs) await need.end();
  const { log } = await expectWhole(needs, followers);
  expectTold(log, pledges);
  expect((await places()).slice(0, stamped.length)).toEqual(stamped);
  expect(takenOverAfter).toBeLessThan(10);
  process.stdout.write(
    `frozen: lock moved after ${takenOverAfter} s, all claims answered after ${claimedAfter} s\n`,
  );
}, 120_000);
