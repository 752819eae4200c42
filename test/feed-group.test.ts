import { expect, test } from '@jest/globals';
import { FeedGroup } from '../src/feed/feed-group.ts';
import { createLogger } from '../src/platform/logger.ts';
import { copyEvents, placesOf } from './faults/event-copies.ts';
import { ObservedNeed } from './faults/observed-need.ts';
import { testHub } from './support/test-hub.ts';
import { buildWorld } from './support/world.ts';
import { until } from './support/until.ts';

const hub = await testHub();
const { database } = hub;
const { as, villages } = await buildWorld(hub);
const { tail, log } = hub.services;

test('who joins a group at the moment an execution of it fails misses nothing', async () => {
  const { id, filter } = await ObservedNeed.publish(as.coordinator, villages.cimarga.id);
  await hub.feedStamped();
  await until(async () => tail.head === (await log.head()), 'a tail at the end of the feed');
  let failures = 0;
  const execution = {
    key: 'fails once',
    perform: (root: unknown) => {
      if (failures === 0) return Promise.reject(new Error('an execution that fails'));
      return Promise.resolve(JSON.stringify((root as { position: number }).position));
    },
    payFor: () => 0,
    settle: () => undefined,
  };
  const group = new FeedGroup(execution, filter, log, tail, createLogger('silent'));
  const start = group.position;
  const got: number[] = [];
  const late = {
    take: (events: readonly { event: { position: number } }[]) =>
      void got.push(...events.map(({ event }) => event.position)),
    fail: (error: unknown) => {
      throw error;
    },
  };
  // It heard of the failure, and has not left yet: what it was sent before waits for its network.
  const slow = {
    take: () => undefined,
    fail: () => {
      failures += 1;
      queueMicrotask(() => {
        expect(group.position).toBe(start);
        group.add(late);
      });
    },
  };
  group.add(slow);
  await copyEvents(database, id, 10);
  await until(() => failures > 0, 'a failure');
  await copyEvents(database, id, 10);
  await hub.feedStamped();
  const places = await placesOf(database, id, start);
  expect(places).toHaveLength(20);
  await until(() => got.at(-1) === places.at(-1), 'the last event');
  expect(got).toEqual(places);
  expect(failures).toBe(1);
  group.remove(slow);
  group.remove(late);
  expect(tail.topicCount).toBe(0);
});

/** A group whose executions wait until `open` is called, and its one reader. */
async function gatedGroup() {
  const { id, filter } = await ObservedNeed.publish(as.coordinator, villages.cimarga.id);
  const atEnd = async () => {
    await hub.feedStamped();
    await until(async () => tail.head === (await log.head()), 'a tail at the end of the feed');
  };
  await atEnd();
  const { promise, resolve: open } = Promise.withResolvers<void>();
  let performed = 0;
  const execution = {
    key: 'gated',
    perform: async () => {
      performed += 1;
      await promise;
      return '{}';
    },
    payFor: () => 0,
    settle: () => undefined,
  };
  const group = new FeedGroup(execution, filter, log, tail, createLogger('silent'));
  const start = group.position;
  return {
    group,
    open,
    performed: () => performed,
    publish: async (count: number) => {
      await copyEvents(database, id, count);
      await atEnd();
    },
    places: () => placesOf(database, id, start),
  };
}

test('between full batches, and batches of the log, the hub turns to everything else', async () => {
  const { group, open, publish, places } = await gatedGroup();
  let turn = 0;
  const taken: { position: number; turn: number }[] = [];
  const reader = {
    take: (events: readonly { event: { position: number } }[]) => {
      taken.push(...events.map(({ event: { position } }) => ({ position, turn })));
      setImmediate(() => (turn += 1));
    },
    fail: (error: unknown) => {
      throw error;
    },
  };
  group.add(reader);
  await publish(1);
  await publish(900);
  open();
  await until(() => taken.length === 901, 'what waited in the queue');
  // More than may wait.
  await publish(2500);
  await until(() => taken.length === 3401, 'what had to be read from the log');
  expect(taken.map(({ position }) => position)).toEqual(await places());
  const batches = [...Map.groupBy(taken, (one) => one.turn).values()];
  expect(Math.max(...batches.map(({ length }) => length))).toBeLessThanOrEqual(100);
  group.remove(reader);
});

test('between slices of a large crowd the hub turns to everything else; who comes or goes then is told of what comes after, or of nothing', async () => {
  const { group, open, publish, places } = await gatedGroup();
  let turn = 0;
  const turns: number[] = [];
  const readerThat = (take: (position: number) => void) => ({
    take: (events: readonly { event: { position: number } }[]) => take(events.at(-1)!.event.position),
    fail: (error: unknown) => {
      throw error;
    },
  });
  const heard: { first: number[]; last: number[]; late: number[]; gone: number[] } = {
    first: [],
    last: [],
    late: [],
    gone: [],
  };
  let joinedAt = -1;
  const late = readerThat((position) => heard.late.push(position));
  const gone = readerThat((position) => heard.gone.push(position));
  const first = readerThat((position) => {
    heard.first.push(position);
    if (heard.first.length > 1) return;
    setImmediate(() => {
      turn += 1;
      joinedAt = group.position;
      group.add(late);
      group.remove(gone);
    });
  });
  const crowd = [first, ...Array.from({ length: 600 }, () => readerThat(() => turns.push(turn))), gone];
  crowd.push(readerThat((position) => heard.last.push(position)));
  for (const reader of crowd) group.add(reader);
  await publish(1);
  open();
  await until(() => heard.last.length === 1, 'the first event');
  await publish(1);
  await until(() => heard.late.length === 1, 'the second event');
  const [one, two] = await places();
  expect(turns.slice(0, 600).some((at) => at === 0) && turns.slice(0, 600).some((at) => at > 0)).toBe(true);
  expect(joinedAt).toBe(one);
  expect(heard).toEqual({ first: [one, two], last: [one, two], late: [two], gone: [] });
  for (const reader of [...crowd, late]) group.remove(reader);
});

test('what waits while the group rests is executed for nobody once all readers have left', async () => {
  const { group, open, publish, performed } = await gatedGroup();
  const reader = {
    // By the next tick, and before any timer, the group rests.
    take: () => process.nextTick(() => group.remove(reader)),
    fail: (error: unknown) => {
      throw error;
    },
  };
  group.add(reader);
  await publish(1);
  await publish(10);
  open();
  await until(() => group.size === 0, 'the reader to leave');
  await publish(1);
  expect(performed()).toBe(1);
  expect(tail.topicCount).toBe(0);
});

test('the hub had nothing to complain of', () => expect(hub.complaints).toEqual([]));
