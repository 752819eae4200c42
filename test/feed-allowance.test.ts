// What the history costs a subscriber's allowance; the clock stands still unless a test moves it.
import { expect, test } from '@jest/globals';
import { print } from 'graphql';
import { PledgeFeedDocument } from '../client/operations.ts';
import { copyEvents } from './faults/event-copies.ts';
import { historyOf } from './faults/feed-reading.ts';
import { ObservedNeed } from './faults/observed-need.ts';
import { OpenedReaders } from './faults/opened-readers.ts';
import { Asker } from './support/asker.ts';
import { testHub } from './support/test-hub.ts';
import { TestMeter } from './support/test-meter.ts';
import { buildWorld } from './support/world.ts';
import { until } from './support/until.ts';

const BURST = 100_000;
const PER_SECOND = 1000;
const meter = new TestMeter();
const hub = await testHub({
  environment: { FIELDS_PER_SECOND: String(PER_SECOND), FIELDS_BURST: String(BURST) },
  meter,
});
const { database } = hub;
const { as, villages, accounts } = await buildWorld(hub);
const opened = new OpenedReaders(hub);
const wait = (seconds: number) => hub.clock.moveTo(new Date(hub.clock.now().getTime() + seconds * 1000));

const CHUNK = 20;
/** What an event of this costs, and holds. */
const FIELDS = 53;
const query = `subscription ($filter: FeedFilter, $after: Cursor) {
  pledgeFeed(filter: $filter, after: $after) { cursor need { ${Array.from({ length: 50 }, (_, index) => `a${index}: version`).join(' ')} } }
}`;
/** How many events that many fields pay for. */
const eventsFor = (fields: number) => Math.floor(fields / (CHUNK * FIELDS)) * CHUNK;

type Heard = { pledgeFeed: { cursor: string } };

test('a long history is paid from half of the allowance and waits for more; live events and queries go on', async () => {
  await wait(1000);
  const need = await ObservedNeed.publish(as.coordinator, villages.cimarga.id);
  const variables = { filter: need.filter, after: need.cursor };
  await copyEvents(database, need.id, 2000);
  await hub.feedStamped();
  const reader = await opened.of(accounts.auditor);
  const id = reader.subscribe(query, variables);
  const count = () => reader.resultsOf(id).length;
  const spare = BURST / 2 - 100;
  await until(() => count() >= eventsFor(spare), 'as much as the allowance pays for');
  const asker = new Asker(hub.url, await hub.tokenOf(accounts.auditor));
  const large = `{ needs(first: 100) { nodes { ${'id '.repeat(398)} } } }`;
  meter.statementMs = 400;
  expect((await asker.ask('http', large)).errors).toBeUndefined();
  meter.statementMs = 0;
  const live = reader.subscribe(query, { filter: need.filter });
  await hub.feedsOpen(2);
  await copyEvents(database, need.id, 1);
  await until(() => reader.resultsOf(live).length === 1, 'what happens now');
  expect(count()).toBe(eventsFor(spare));
  // First what the query has taken, then the rest of what is missing of one more chunk.
  await wait(50);
  await until(() => count() > eventsFor(spare), 'what more there is');
  reader.complete(live);
  while (count() < 2001) {
    const before = count();
    await wait(50);
    await until(() => count() > before, 'more of the history');
  }
  const all = await historyOf(as.coordinator, variables);
  expect(reader.resultsOf<Heard>(id).map(({ pledgeFeed }) => pledgeFeed.cursor)).toEqual(
    all.map(({ cursor }) => cursor),
  );
});

test('the wait ends with the subscription', async () => {
  await wait(1000);
  const need = await ObservedNeed.publish(as.coordinator, villages.cimarga.id);
  await copyEvents(database, need.id, 2000);
  await hub.feedStamped();
  const reader = await opened.of(accounts.auditor);
  const id = reader.subscribe(query, { filter: need.filter, after: need.cursor });
  const count = () => reader.resultsOf(id).length;
  await until(() => count() >= eventsFor(BURST / 2 - 100), 'as much as the allowance pays for');
  const before = count();
  reader.complete(id);
  await hub.feedsOpen(0);
  await wait(1000);
  const next = reader.subscribe('{ clusters { code } }');
  await reader.answerTo(next);
  expect(count()).toBe(before);
});

test('what an event could hold, and does not, is given back', async () => {
  await wait(1000);
  const need = await ObservedNeed.publish(as.coordinator, villages.cimarga.id);
  await copyEvents(database, need.id, 400);
  await hub.feedStamped();
  const reader = await opened.of(accounts.auditor);
  // 1,117 fields an event, were all lists full: some 450,000.
  const id = reader.subscribe(print(PledgeFeedDocument), { filter: need.filter, after: need.cursor });
  await until(() => reader.resultsOf(id).length === 400, 'all of the history');
});

test('the hub had nothing to complain of', () => expect(hub.complaints).toEqual([]));
