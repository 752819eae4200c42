import { expect, test } from '@jest/globals';
import { claim, commit, publish, report, verify } from '../support/acts.ts';
import { gql } from '../support/query.ts';
import { testHub } from '../support/test-hub.ts';
import { buildWorld } from '../support/world.ts';
import { type Open, cachedByApollo, cachedByRelay, cachedByUrql } from './caches.ts';
import { measured, toldOf } from './conformance.ts';
import { documents } from './cache-documents.ts';

const hub = await testHub();
const { as, accounts, villages, partners } = await buildWorld(hub);
const need = await publish(as.kader, { villageId: villages.cimarga.id, quantity: 26 });
const pledge = await claim(as.semen, need.id, 7);
await claim(as.kodim, need.id, 1);
await commit(as.semen, pledge.id, hub.clock.date(20));
const delivery = await report(as.semen, pledge.id, 7, hub.clock.date());
await verify(as.kader, delivery.id);
await claim(as.perkim, need.id, 14);
await hub.feedStamped();

const live = { need: need.id, pledge: pledge.id, village: villages.cimarga.id, partner: partners.semen.id };
const history = { filter: { needIds: [need.id] }, first: 100 };

interface History {
  feed: {
    nodes: { need: { remaining: number; status: string }; pledge: { status: string } | null }[];
    pageInfo: { endCursor: string };
  };
}
interface Linked {
  feed: { nodes: { need: { remaining: number; current: { remaining: number } } }[] };
}
interface Live {
  need: { remaining: number };
  pledge: { status: string };
}

/** What the hub answers, past every cache. */
const told = <T>(name: keyof typeof documents, variables: object): Promise<T> =>
  as.auditor.request(gql<T>(documents[name]), { ...variables });

test('the history shows a need and a pledge as they were, each time otherwise', async () => {
  const { feed } = await told<History>('CachesHistoryQuery', history);
  expect(feed.nodes.map((event) => event.need.remaining)).toEqual([26, 19, 18, 18, 18, 18, 18, 4]);
  expect(new Set(feed.nodes.map((event) => event.pledge?.status)).size).toBeGreaterThan(3);
});

const clients: [name: string, of: string, open: Open][] = [
  ['InMemoryCache', '@apollo/client', cachedByApollo],
  ['@urql/exchange-graphcache', '@urql/exchange-graphcache', cachedByUrql],
  ['relay-runtime', 'relay-runtime', cachedByRelay],
];

test.each(clients)(
  'with %s as it comes, reading history changes no live object, and each event keeps its own figures',
  async (name, of, open) => {
    const cache = await open(`${hub.url}/graphql`, {
      authorization: `Bearer ${await hub.tokenOf(accounts.auditor)}`,
    });
    await cache.load('CachesLiveQuery', live);
    const now = await told<Live>('CachesLiveQuery', live);
    expect(await cache.kept('CachesLiveQuery', live)).toEqual(now);

    // All of it, then in pages that overlap with it, with other fields than before.
    const whole = await told<History>('CachesHistoryQuery', history);
    await cache.load('CachesHistoryQuery', history);
    expect(await cache.kept('CachesHistoryQuery', history)).toEqual(whole);
    expect(await cache.kept('CachesLiveQuery', live)).toEqual(now);
    const first = { ...history, first: 3 };
    const page = await told<History>('CachesHistoryQuery', first);
    const second = { ...history, first: 3, after: page.feed.pageInfo.endCursor };
    for (const variables of [second, first]) {
      await cache.load('CachesHistoryQuery', variables);
      await cache.load('CachesBriefQuery', variables);
    }
    for (const variables of [history, first, second]) {
      const expected = await told<History>('CachesHistoryQuery', variables);
      await cache.load('CachesHistoryQuery', variables);
      expect(await cache.kept('CachesHistoryQuery', variables)).toEqual(expected);
    }
    expect(await cache.kept('CachesLiveQuery', live)).toEqual(now);

    // What is linked to is what is now, and the cache learns it.
    await claim(as.kodim, need.id, 1);
    await hub.feedStamped();
    await cache.load('CachesLinkedQuery', history);
    const linked = (await cache.kept('CachesLinkedQuery', history)) as Linked;
    const { remaining } = (await told<Live>('CachesLiveQuery', live)).need;
    expect(remaining).toBe(now.need.remaining - 1);
    expect(new Set(linked.feed.nodes.map((event) => event.need.current.remaining))).toEqual(
      new Set([remaining]),
    );
    expect(linked.feed.nodes.map((event) => event.need.remaining).slice(0, 8)).toEqual(
      whole.feed.nodes.map((event) => event.need.remaining).slice(0, 8),
    );
    expect(((await cache.kept('CachesLiveQuery', live)) as Live).need.remaining).toBe(remaining);
    cache.close();
    expect(toldOf(name)).toEqual(
      measured(
        of,
        'live objects, history whole and in overlapping pages, links to what is now',
        '0 live objects changed',
      ),
    );
  },
);
