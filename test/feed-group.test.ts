import { expect, test } from '@jest/globals';
import { FeedGroup } from '../src/feed/feed-group.ts';
import { createLogger } from '../src/platform/logger.ts';
import { copyEvents, placesOf } from './faults/event-copies.ts';
import { ObservedNeed } from './faults/observed-need.ts';
import { testHub, until } from './support/test-hub.ts';
import { buildWorld } from './support/world.ts';

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

test('the hub had nothing to complain of', () => expect(hub.complaints).toEqual([]));
