import { expect, test } from '@jest/globals';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { Relay } from '../src/events/relay.ts';
import type { Place } from '../src/feed/feed-cursor.ts';
import { type FeedEvent, FeedLog } from '../src/feed/feed-log.service.ts';
import { type FeedListener, FeedTail } from '../src/feed/feed-tail.ts';
import type { FeedFilter } from '../src/feed/feed.rules.ts';
import { createLogger } from '../src/platform/logger.ts';
import { Chance } from './faults/chance.ts';
import { copyEvents } from './faults/event-copies.ts';
import { ObservedNeed } from './faults/observed-need.ts';
import { placeAt } from './support/feed-places.ts';
import { testHub } from './support/test-hub.ts';
import { buildWorld } from './support/world.ts';
import { until } from './support/until.ts';

const STEPS = 400;

const chance = new Chance();
const hub = await testHub();
const { database } = hub;
const { as, villages } = await buildWorld(hub);
const { id: needId } = await ObservedNeed.publish(as.coordinator, villages.cimarga.id);

/** Says how often events were read. */
class CountedLog extends FeedLog {
  reads = 0;

  override read(filter: FeedFilter, after: Place, limit: number): Promise<FeedEvent[]> {
    this.reads += 1;
    return super.read(filter, after, limit);
  }
}

/** A tail beside the hub's own; its relay gives no places, so that only the test tells it of any. */
async function openTail() {
  const logger = createLogger('silent');
  const log = new CountedLog({ reads: hub.services.database.promptReads });
  const tail = new FeedTail(log, new Relay(database.url, logger), database.url, logger);
  await tail.start();
  return { log, tail };
}

class Listening {
  readonly heard: number[] = [];
  readonly after: number;
  private readonly tail: FeedTail;

  constructor(tail: FeedTail) {
    this.tail = tail;
    this.after = tail.place.position;
    tail.subscribe(this.hear, ['all']);
  }

  end(): void {
    this.tail.unsubscribe(this.hear, ['all']);
  }

  /** All after the head it came at, as far as it has heard. */
  expectWhole(): void {
    expect(this.heard).toEqual(this.heard.map((_, index) => this.after + index + 1));
  }

  private readonly hear: FeedListener = (events) =>
    void this.heard.push(...events.map(({ position }) => position));
}

test('whatever the relay tells, late, twice or behind a gap, and whoever comes and goes, each hears all events from when it came, once and in order', async () => {
  const { log, tail } = await openTail();
  const ended: Listening[] = [];
  let open = [new Listening(tail)];
  for (let step = 0; step < STEPS; step += 1) {
    const dice = chance.whole(10);
    if (dice < 3) await copyEvents(database, needId, 1 + chance.whole(20));
    else if (dice < 6) {
      const from = Math.max(0, tail.place.position + chance.whole(40) - 20);
      const told = await hub.services.log.read({}, await placeAt(database, from), 1 + chance.whole(30));
      if (told.length > 0) tail.take(told, told.at(-1)!);
    } else if (dice === 6) tail.take([], await log.history.end());
    else if (dice === 7) open.push(new Listening(tail));
    else if (dice === 8) {
      for (const one of open) one.end();
      ended.push(...open);
      open = [];
    } else await nextTurn();
  }
  const last = new Listening(tail);
  await copyEvents(database, needId, 5);
  await until(() => last.heard.length > 0, 'an event');
  last.end();
  ended.push(last);
  open.push(new Listening(tail));
  await copyEvents(database, needId, 5);
  await hub.feedStamped();
  const head = (await log.history.end()).position;
  await until(() => tail.place.position === head, 'a tail at the end of the feed');
  for (const one of [...ended, ...open]) one.expectWhole();
  for (const one of open) expect(one.heard).toHaveLength(head - one.after);
  for (const one of open) one.end();
  await tail.stop();
});

test('while nobody listens, the tail keeps up with the feed and reads no event', async () => {
  const { log, tail } = await openTail();
  await copyEvents(database, needId, 20);
  await hub.feedStamped();
  const head = (await log.history.end()).position;
  await until(() => tail.place.position === head, 'a tail at the end of the feed');
  expect(log.reads).toBe(0);
  await tail.stop();
});

test('what its own relay has placed a node does not read from the log again', async () => {
  const { log, tail } = await openTail();
  const listening = new Listening(tail);
  await copyEvents(database, needId, 20);
  await hub.feedStamped();
  await until(
    async () => listening.heard.length === (await log.history.end()).position - listening.after,
    'all events',
  );
  const before = await placeAt(database, tail.place.position - 10);
  const told = await hub.services.log.read({}, before, 10);
  const next = told.map((event) => ({ ...event, position: event.position + 10 }));
  const { reads } = log;
  tail.take(next, next.at(-1)!);
  expect(listening.heard.slice(-10)).toEqual(next.map(({ position }) => position));
  expect(log.reads).toBe(reads);
  listening.end();
  await tail.stop();
});
