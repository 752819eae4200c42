import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { isObjectType } from 'graphql';
import { PledgeFeedDocument } from '../client/operations.ts';
import type { SinergiClient } from '../client/sinergi-client.ts';
import { type EventKind, eventKinds } from '../src/events/event.entity.ts';
import {
  type EventAddress,
  type FeedFilter,
  matches,
  topicsOf,
  topicsOfEvent,
} from '../src/feed/feed.rules.ts';
import { createSchema } from '../src/schema.ts';
import { seed } from './balance/seed.ts';
import { copyEvents, placesOf } from './faults/event-copies.ts';
import { historyOf } from './faults/feed-reading.ts';
import { ObservedNeed } from './faults/observed-need.ts';
import { claim, commit, publish, report } from './support/acts.ts';
import { take } from './support/listener.ts';
import { gql } from './support/query.ts';
import { freeGroup } from './support/free-group.ts';
import { testHub } from './support/test-hub.ts';
import { allFieldsForAll, fieldsPerViewer } from './support/viewerless-document.ts';
import { buildWorld } from './support/world.ts';
import { until } from './support/until.ts';

const hub = await testHub();
const { database } = hub;
const { as, villages, accounts } = await buildWorld(hub);
const { live, tail, log } = hub.services;
const schema = await createSchema();

type Heard = { pledgeFeed: { cursor: string; pledge: { note: string | null } | null } };

/** A feed of pledges with their notes, which only some may read. */
const notes = gql<Heard>(
  'subscription ($filter: FeedFilter, $after: Cursor) { pledgeFeed(filter: $filter, after: $after) { cursor pledge { note } } }',
);

test('subscribers who ask alike are one group, wherever each of them begins; others are groups of their own', async () => {
  const need = await ObservedNeed.publish(as.coordinator, villages.cimarga.id);
  const { id, filter, cursor } = need;
  const clients = await Promise.all(
    (['semen', 'kodim', 'auditor', 'kader'] as const).map((person) => hub.client(accounts[person])),
  );
  const feeds = clients.flatMap((client) =>
    [cursor, undefined].map((after) => client.subscribe(PledgeFeedDocument, { filter, after })),
  );
  await hub.feedsOpen(8);
  expect(live.groupCount).toBe(1);
  const other = as.auditor.subscribe(PledgeFeedDocument, {
    filter: { needIds: [id], kinds: ['PLEDGE_MADE'] },
  });
  const inIndonesian = (await hub.client(accounts.auditor, 'id')).subscribe(PledgeFeedDocument, { filter });
  await hub.feedsOpen(10);
  expect(live.groupCount).toBe(3);
  await copyEvents(database, id, 50);
  const heard = await Promise.all(feeds.map((feed) => take(feed, 50)));
  for (const events of heard) {
    expect(events.map(({ pledgeFeed }) => pledgeFeed)).toEqual(heard[0]!.map(({ pledgeFeed }) => pledgeFeed));
  }
  await Promise.all([...feeds, other, inIndonesian].map((feed) => feed.return()));
  await hub.feedsOpen(0);
  expect([live.groupCount, tail.topicCount]).toEqual([0, 0]);
});

test('each event is executed once for a group, and its messages are the same for all who stood at the same place', async () => {
  const { id, filter } = await ObservedNeed.publish(as.coordinator, villages.cimarga.id);
  await hub.feedStamped();
  await until(
    async () => tail.place.position === (await log.history.end()).position,
    'a tail at the end of the feed',
  );
  let performed = 0;
  const perform = (root: unknown) => {
    performed += 1;
    return Promise.resolve(JSON.stringify((root as { position: number }).position));
  };
  const group = freeGroup(hub, filter, perform);
  const start = group.place.position;
  const readers = Array.from({ length: 20 }, () => {
    const got: number[] = [];
    const reader = {
      got,
      take: (events: readonly { event: { position: number } }[]) =>
        void got.push(...events.map(({ event }) => event.position)),
      fail: (error: unknown) => {
        throw error;
      },
    };
    group.add(reader);
    return reader;
  });
  // More than wait in the group's queue, so that a part comes from the log.
  await copyEvents(database, id, 3000);
  await until(() => readers[0]!.got.length >= 3000, '3,000 events');
  const places = await placesOf(database, id, start);
  for (const reader of readers) {
    expect(reader.got).toEqual(places);
    group.remove(reader);
  }
  expect(performed).toBe(3000);
  expect(tail.topicCount).toBe(0);
});

test('a document that shows what not all may see is executed once for each scope, and no scope sees another’s', async () => {
  const need = await publish(as.kader, { villageId: villages.cimarga.id });
  await hub.feedStamped();
  const filter = { needIds: [need.id] };
  const second = await hub.client(accounts.auditor);
  const mine: [client: SinergiClient, sees: boolean][] = [
    [as.semen, true],
    [as.kodim, false],
    [as.dinkes, false],
    [as.auditor, true],
    [second, true],
    [as.kader, true],
    [as.kaderTunjungTeja, false],
    [as.coordinator, true],
    [as.coordinatorSerang, false],
    [as.admin, true],
  ];
  const feeds = mine.map(([client]) => client.subscribe(notes, { filter }));
  await hub.feedsOpen(mine.length);
  // The two auditors share one.
  expect(live.groupCount).toBe(mine.length - 1);
  for (let turn = 0; turn < 5; turn += 1) {
    await claim(as.semen, need.id, 1, { note: `rahasia ${turn}` });
    const heard = await Promise.all(feeds.map((feed) => take(feed, 1)));
    expect(heard.map(([event]) => event!.pledgeFeed.pledge!.note)).toEqual(
      mine.map(([, sees]) => (sees ? `rahasia ${turn}` : null)),
    );
  }
  await Promise.all(feeds.map((feed) => feed.return()));
});

test('the fields that differ by viewer are declared so, and no other field asks who is there', async () => {
  expect(fieldsPerViewer(schema)).toEqual([
    'Delivery.evidence',
    'Delivery.note',
    'Delivery.reason',
    'Delivery.verificationNote',
    'DeliveryState.evidence',
    'DeliveryState.note',
    'DeliveryState.reason',
    'DeliveryState.verificationNote',
    'Pledge.note',
    'Pledge.reason',
    'PledgeState.note',
    'PledgeState.reason',
    'Village.needs',
  ]);
  const need = await publish(as.kader, { villageId: villages.cimarga.id, sector: 'sanitation' });
  await hub.feedStamped();
  const typeOf = (name: string) => {
    const type = schema.getType(name);
    if (!isObjectType(type)) throw new Error(`${name} is no object`);
    return type;
  };
  // Executed in a context that throws when a resolver asks for the viewer.
  const everything = gql<{ pledgeFeed: { kind: EventKind } }>(
    `subscription ($filter: FeedFilter) { pledgeFeed(filter: $filter) ${allFieldsForAll(typeOf('FeedEvent'), 3)} }`,
  );
  const board = gql<{ villageBoard: { id: string } }>(
    `subscription ($id: ID!) { villageBoard(villageId: $id) ${allFieldsForAll(typeOf('Village'), 2)} }`,
  );
  const balance = gql<{ balanceChanged: object }>(
    `subscription ($id: ID!) { balanceChanged(partnerId: $id) ${allFieldsForAll(typeOf('SupportBalance'), 3)} }`,
  );
  const feed = as.auditor.subscribe(everything, { filter: { needIds: [need.id] } });
  await hub.feedsOpen(1);
  const pledge = await claim(as.semen, need.id, 3);
  await commit(as.semen, pledge.id, hub.clock.date(5));
  await report(as.semen, pledge.id, 1, hub.clock.date());
  const kinds = (await take(feed, 3)).map(({ pledgeFeed }) => pledgeFeed.kind);
  expect(kinds).toEqual(['PLEDGE_MADE', 'PLEDGE_COMMITTED', 'DELIVERY_REPORTED']);
  const [[village], [standing]] = await Promise.all([
    take(as.auditor.subscribe(board, { id: villages.cimarga.id }), 1),
    take(as.auditor.subscribe(balance, { id: (await as.semen.request(viewer)).viewer.partner.id }), 1),
  ]);
  expect(village!.villageBoard.id).toBe(villages.cimarga.id);
  expect(standing!.balanceChanged).toMatchObject({ standing: expect.any(String) });
  await as.auditor.close();
});

const viewer = gql<{ viewer: { partner: { id: string } } }, Record<string, never>>(
  '{ viewer { partner { id } } }',
);

test('previousCursor is the last cursor a reader had, so that it can prove that nothing was missed', async () => {
  const need = await ObservedNeed.publish(as.coordinator, villages.cimarga.id);
  const { filter } = need;
  // Somewhere between: an event that the filter does not match is the last of all.
  await ObservedNeed.publish(as.coordinator, villages.sajira.id);
  const events = async (after: string | undefined, count: number) => {
    const feed = as.auditor.subscribe(PledgeFeedDocument, { filter, after });
    await hub.feedsOpen(1);
    const made = copyEvents(database, need.id, count);
    const heard = (await take(feed, count)).map(({ pledgeFeed }) => pledgeFeed);
    await made;
    await feed.return();
    await hub.feedsOpen(0);
    return heard;
  };
  const { feed: end } = await as.auditor.request(lastOfAll);
  const fresh = await events(undefined, 30);
  expect(fresh[0]!.previousCursor).toBe(end.pageInfo.endCursor);
  const resumed = await events(fresh.at(-1)!.cursor, 30);
  const all = [...fresh, ...resumed];
  all.slice(1).forEach((event, index) => expect(event.previousCursor).toBe(all[index]!.cursor));
  expect(all.map(({ position }) => position)).toEqual(
    all.map(({ position }) => position).toSorted((a, b) => a - b),
  );
  const pages = await historyOf(as.auditor, { filter, after: need.cursor });
  expect(pages[0]!.previousCursor).toBe(need.cursor);
  pages.slice(1).forEach((event, index) => expect(event.previousCursor).toBe(pages[index]!.cursor));
});

const lastOfAll = gql<{ feed: { pageInfo: { endCursor: string } } }, Record<string, never>>(
  '{ feed(first: 1, latest: true) { pageInfo { endCursor } } }',
);

const some = <T>(values: readonly T[]) =>
  fc.option(fc.subarray([...values], { maxLength: 3 }), { nil: undefined });
const codes = ['36.01.01.2001', '36.01.02.2001', '36.02.11.2005', '36.02.11.2006', '36.71.01.1001'];
const kinds = eventKinds.slice(0, 4);
const ids = ['a', 'b', 'c'];
const filters: fc.Arbitrary<FeedFilter> = fc.record(
  {
    areaCode: fc.constantFrom('36', '36.0', '36.02', '36.02.11', ...codes),
    villageIds: some(ids),
    needIds: some(ids),
    partnerIds: some(ids),
    sectors: some(ids),
    kinds: some(kinds),
  },
  { requiredKeys: [] },
);
const addresses: fc.Arbitrary<EventAddress> = fc.record({
  kind: fc.constantFrom(...kinds),
  villageId: fc.constantFrom(...ids),
  villageCode: fc.constantFrom(...codes),
  needId: fc.constantFrom(...ids),
  partnerId: fc.constantFrom('a', 'b', null),
  sectorCode: fc.constantFrom(...ids),
});

test('an event that a filter matches has a topic under which the filter is listed, and a narrow filter is listed under few', () => {
  fc.assert(
    fc.property(filters, addresses, fc.constantFrom('a', null), (filter, event, holderId) => {
      const listed = topicsOf(filter);
      const isFound = topicsOfEvent(event, holderId).some((topic) => listed.includes(topic));
      return isFound || !matches(filter, event);
    }),
    { numRuns: 5000, seed },
  );
  expect(topicsOf({ needIds: ['n'], areaCode: '36', kinds: ['PLEDGE_MADE'] })).toEqual(['need:n']);
  expect(topicsOf({ villageIds: [] })).toEqual([]);
});

test('the hub had nothing to complain of', () => expect(hub.complaints).toEqual([]));
