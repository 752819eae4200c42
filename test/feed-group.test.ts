import { expect, test } from '@jest/globals';
import { setImmediate as nextTurn, setTimeout as sleep } from 'node:timers/promises';
import type { FeedGroup } from '../src/feed/feed-group.ts';
import { Chance } from './faults/chance.ts';
import { copyEvents, placesOf } from './faults/event-copies.ts';
import { ObservedNeed } from './faults/observed-need.ts';
import { freeGroup } from './support/free-group.ts';
import { testHub } from './support/test-hub.ts';
import { buildWorld } from './support/world.ts';
import { until } from './support/until.ts';

const chance = new Chance();
const hub = await testHub();
const { database } = hub;
const { as, villages } = await buildWorld(hub);
const { tail, log } = hub.services;

test('who joins a group at the moment an execution of it fails misses nothing', async () => {
  const { id, filter } = await ObservedNeed.publish(as.coordinator, villages.cimarga.id);
  await hub.feedStamped();
  await until(
    async () => tail.place.position === (await log.history.end()).position,
    'a tail at the end of the feed',
  );
  let failures = 0;
  const perform = (root: unknown) => {
    if (failures === 0) return Promise.reject(new Error('an execution that fails'));
    return Promise.resolve(JSON.stringify((root as { position: number }).position));
  };
  const group = freeGroup(hub, filter, perform);
  const start = group.place.position;
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
        expect(group.place.position).toBe(start);
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

/** Stands where the group stands when it comes, and knows what it has heard, as a subscriber does. */
class CrowdReader {
  readonly after: number;
  readonly heard: number[] = [];
  writes = 0;
  /** Of what it was handed after it had heard it from the group itself. */
  repeats = 0;
  isGone = false;
  private readonly group: FeedGroup;
  private readonly onSlice: () => void;

  constructor(group: FeedGroup, onSlice: () => void) {
    this.group = group;
    this.onSlice = onSlice;
    this.after = group.place.position;
    group.add(this);
  }

  get last(): number {
    return this.heard.at(-1) ?? this.after;
  }

  take(events: readonly { event: { position: number } }[]): void {
    this.writes += 1;
    if (chance.whole(200) === 0) {
      // As long as a slice takes that is written to the network.
      const written = performance.now() + 3;
      while (performance.now() < written);
      setImmediate(this.onSlice);
    }
    for (const { event } of events) {
      if (event.position > this.last) this.heard.push(event.position);
      else if (event.position > this.after) this.repeats += 1;
    }
  }

  fail(error: unknown): void {
    throw error;
  }

  leave(): void {
    this.isGone = true;
    this.group.remove(this);
  }
}

/** A group whose executions wait until `open` is called, and its one reader. */
async function gatedGroup() {
  const { id, filter } = await ObservedNeed.publish(as.coordinator, villages.cimarga.id);
  const atEnd = async () => {
    await hub.feedStamped();
    await until(
      async () => tail.place.position === (await log.history.end()).position,
      'a tail at the end of the feed',
    );
  };
  await atEnd();
  const { promise, resolve: open } = Promise.withResolvers<void>();
  let performed = 0;
  const perform = async () => {
    performed += 1;
    await promise;
    return '{}';
  };
  const group = freeGroup(hub, filter, perform);
  const start = group.place.position;
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
      joinedAt = group.place.position;
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

test('whoever comes and goes while a crowd is written to, and whatever comes then, each hears all events from when it came, in order and nothing twice', async () => {
  const { id, filter } = await ObservedNeed.publish(as.coordinator, villages.cimarga.id);
  await hub.feedStamped();
  await until(
    async () => tail.place.position === (await log.history.end()).position,
    'a tail at the end of the feed',
  );
  let merged = 0;
  const perform = async () => {
    if (chance.whole(4) === 0) await nextTurn();
    // Some parts hold one event, some many.
    return 'x'.repeat(chance.whole(5) === 0 ? 100_000 : 10);
  };
  const group = freeGroup(hub, filter, perform);
  const start = group.place.position;
  const readers: CrowdReader[] = [];
  // Between two slices, as others would.
  const comeOrGo = () => {
    if (chance.whole(3) === 0) readers[chance.whole(readers.length)]!.leave();
    else readers.push(new CrowdReader(group, comeOrGo));
  };
  for (let made = 0; made < 900; made += 1) readers.push(new CrowdReader(group, comeOrGo));
  for (let wave = 0; wave < 60; wave += 1) {
    // Below the rate from which on events are gathered.
    await copyEvents(database, id, chance.whole(6) === 0 ? 10 : 1 + chance.whole(2));
    hub.services.relay.wake();
    await sleep(30 + chance.whole(20));
  }
  await hub.feedStamped();
  const places = await placesOf(database, id, start);
  await until(() => group.place.position === places.at(-1), 'the last event');
  await until(() => readers.every((one) => one.isGone || one.last === places.at(-1)), 'it with everybody');
  for (const { after, heard, isGone, repeats, writes } of readers) {
    const owed = places.filter((place) => place > after);
    expect(heard).toEqual(isGone ? owed.slice(0, heard.length) : owed);
    expect(repeats).toBe(0);
    merged += writes < heard.length ? 1 : 0;
  }
  // Some got several events in one write.
  expect(merged).toBeGreaterThan(0);
  for (const one of readers) one.leave();
  expect(group.size).toBe(0);
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
