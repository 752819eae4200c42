import { expect, test } from '@jest/globals';
import {
  AreaDocument,
  FeedDocument,
  NeedsDocument,
  NodeDocument,
  PartnersDocument,
  PledgesDocument,
  PolicyDocument,
  VillagesDocument,
} from '../client/operations.ts';
import type { FeedEventKind } from '../client/operations.ts';
import { claim, refused } from './support/acts.ts';
import { gql } from './support/query.ts';
import { buildRangkas } from './support/rangkas.ts';
import { statementsOf } from './support/statements.ts';
import { testHub } from './support/test-hub.ts';
import { buildWorld } from './support/world.ts';

const hub = await testHub();
const world = await buildWorld(hub);
const { as, accounts, villages, partners } = world;
const { database } = hub;
const { rangkas, needs, pledges, delivery } = await buildRangkas(hub, world);

interface Page {
  totalCount: number;
  edges: { cursor: string; node: { id: string } }[];
  nodes: { id: string }[];
  pageInfo: {
    hasNextPage: boolean;
    hasPreviousPage: boolean;
    startCursor: string | null;
    endCursor: string | null;
  };
}
const PAGE =
  'totalCount edges { cursor node { id } } nodes { id } pageInfo { hasNextPage hasPreviousPage startCursor endCursor }';
const list = (table: string, where: string, order: string) =>
  `select id from ${table} where ${where} order by ${order}`;

const lists: [name: string, source: (page: string) => string, sql: string][] = [
  ['villages', (page) => `villages(${page}) { ${PAGE} }`, list('villages', 'true', 'code')],
  ['needs', (page) => `needs(${page}) { ${PAGE} }`, list('needs', 'true', 'id desc')],
  ['partners', (page) => `partners(${page}) { ${PAGE} }`, list('partners', 'true', 'code')],
  ['pledges', (page) => `pledges(${page}) { ${PAGE} }`, list('pledges', 'true', 'id desc')],
  [
    'policies',
    (page) => `policies(areaCode: "36.04", ${page}) { ${PAGE} }`,
    list('policies', `area_id = (select id from areas where code = '36.04')`, 'version desc'),
  ],
  [
    'the needs of a village',
    (page) => `village(id: "${rangkas[0]!.id}") { needs(${page}) { ${PAGE} } }`,
    list('needs', `village_id = '${rangkas[0]!.id}'`, 'id desc'),
  ],
  [
    'the pledges of a village',
    (page) => `village(id: "${rangkas[0]!.id}") { pledges(${page}) { ${PAGE} } }`,
    list('pledges', `village_id = '${rangkas[0]!.id}'`, 'id desc'),
  ],
  [
    'the pledges of a need',
    (page) => `need(id: "${needs[0]!.id}") { pledges(${page}) { ${PAGE} } }`,
    list('pledges', `need_id = '${needs[0]!.id}'`, 'id desc'),
  ],
  [
    'the pledges of a partner',
    (page) => `partner(id: "${partners.semen.id}") { pledges(${page}) { ${PAGE} } }`,
    list('pledges', `partner_id = '${partners.semen.id}'`, 'id desc'),
  ],
];

test.each(lists)(
  'the pages of %s are the whole list, in its order, without repeats',
  async (_, source, sql) => {
    const all = (await database.sql<{ id: string }>(sql)).map(({ id }) => id);
    for (const size of [1, 7, 100]) {
      if (all.length / size > 30) continue;
      const walked: string[] = [];
      let after: string | null = null;
      do {
        const answer = await as.auditor.request(
          gql(`{ ${source(`first: ${size}${after === null ? '' : `, after: "${after}"`}`)} }`),
        );
        const [field] = Object.values(answer as Record<string, Page | Record<string, Page>>);
        const page: Page = 'pageInfo' in field! ? (field as Page) : Object.values(field!)[0]!;
        expect(page.totalCount).toBe(all.length);
        expect(page.edges.map(({ node }) => node)).toEqual(page.nodes);
        expect(page.pageInfo).toEqual({
          hasNextPage: walked.length + page.nodes.length < all.length,
          hasPreviousPage: after !== null,
          startCursor: page.edges[0]!.cursor,
          endCursor: page.edges.at(-1)!.cursor,
        });
        walked.push(...page.nodes.map(({ id }) => id));
        after = page.pageInfo.hasNextPage ? page.pageInfo.endCursor : null;
      } while (after !== null);
      expect(walked).toEqual(all);
    }
  },
);

test('the pages of the feed are the whole feed, each event once, from either end', async () => {
  await hub.feedStamped();
  const all = (
    await database.sql<{ kind: string; position: number }>(
      'select kind, position from events order by position',
    )
  ).map(({ kind }) => kind);
  const walked: string[] = [];
  for (let after: string | null = null, more = true; more;) {
    const {
      feed,
    }: { feed: { nodes: { kind: string }[]; pageInfo: { hasNextPage: boolean; endCursor: string | null } } } =
      await as.auditor.request(FeedDocument, { first: 50, after });
    walked.push(...feed.nodes.map(({ kind }) => kind));
    ({ endCursor: after, hasNextPage: more } = feed.pageInfo);
  }
  expect(walked).toEqual(all);
  const { feed } = await as.auditor.request(FeedDocument, { first: 3, latest: true });
  expect(feed.nodes.map(({ kind }) => kind)).toEqual(all.slice(-3));
});

test('needs are found by area, sector, status and the beginnings of words, alone and together', async () => {
  const count = async (filter: object) => (await as.semen.request(NeedsDocument, filter)).needs.totalCount;
  expect(await count({})).toBe(23);
  expect(await count({ areaCode: '36' })).toBe(23);
  expect(await count({ areaCode: '36.04' })).toBe(0);
  expect(await count({ areaCode: '36.02.14.2001' })).toBe(4);
  expect(await count({ sector: ['nutrition'] })).toBe(7);
  expect(await count({ sector: ['nutrition', 'sanitation'] })).toBe(14);
  expect(await count({ sector: [] })).toBe(0);
  expect(await count({ status: ['CANCELLED'] })).toBe(1);
  expect(await count({ search: 'perpus' })).toBe(3);
  expect(await count({ search: 'KELILING perpustakaan' })).toBe(3);
  expect(await count({ search: 'warga' })).toBe(20);
  expect(await count({ search: 'warga perpustakaan' })).toBe(0);
  expect(await count({ search: '!!!' })).toBe(23);
  expect(
    await count({ search: 'warga', sector: ['nutrition'], status: ['OPEN'], areaCode: '36.02.14' }),
  ).toBe(6);
});

test('villages are found by area, synergy and name', async () => {
  const codes = async (filter: object) =>
    (await as.semen.request(VillagesDocument, filter)).villages.nodes.map(({ code }) => code);
  expect(await codes({ areaCode: '36.04' })).toEqual([villages.tunjungTeja.code]);
  expect(await codes({ areaCode: '36.01' })).toEqual([villages.koroncong.code]);
  expect(await codes({ synergy: ['SINGLE_COLOUR'] })).toEqual([rangkas[0]!.code]);
  expect(await codes({ search: 'cima jaya' })).toEqual([villages.cimarga.code]);
  expect(await codes({ search: 'rangkas', synergy: ['SYNERGY', 'MULTI_COLOUR'] })).toEqual([]);
});

test('partners are found by kind, cluster, name and code', async () => {
  const codes = async (filter: object) =>
    (await as.semen.request(PartnersDocument, filter)).partners.nodes.map(({ code }) => code);
  expect(await codes({ kind: ['MILITARY', 'PRIVATE'] })).toEqual(['kodim-0603', 'semen-merah']);
  expect(await codes({ cluster: ['health', 'education'] })).toEqual(['dindik-banten', 'dinkes-lebak']);
  expect(await codes({ search: 'banten' })).toEqual(['dindik-banten', 'perkim-banten']);
  expect(await codes({ kind: ['COMMUNITY'], cluster: ['health'] })).toEqual([]);
});

test('pledges are found by area, partner and status', async () => {
  const count = async (filter: object) =>
    (await as.kader.request(PledgesDocument, filter)).pledges.totalCount;
  expect(await count({})).toBe(100);
  expect(await count({ areaCode: rangkas[3]!.code })).toBe(5);
  expect(await count({ partnerId: partners.semen.id })).toBe(20);
  expect(await count({ partnerId: partners.semen.id, status: ['FULFILLED', 'WITHDRAWN', 'CANCELLED'] })).toBe(
    3,
  );
  expect(await count({ areaCode: '36.04' })).toBe(0);
});

test('the feed is narrowed by area, village, need, partner, sector and kind; an empty list lets nothing through', async () => {
  const kinds = async (filter: object) =>
    (await as.kader.request(FeedDocument, { filter, first: 100 })).feed.nodes.map(({ kind }) => kind);
  const fulfilled: FeedEventKind[] = ['PLEDGE_FULFILLED'];
  expect(await kinds({ kinds: fulfilled })).toEqual(fulfilled);
  expect(await kinds({ needIds: [needs[20]!.id] })).toEqual(['NEED_PUBLISHED']);
  expect(await kinds({ villageIds: [rangkas[1]!.id], partnerIds: [partners.semen.id] })).toEqual([
    'PLEDGE_MADE',
    'PLEDGE_WITHDRAWN',
  ]);
  expect(await kinds({ areaCode: rangkas[2]!.code, sectors: ['reading'] })).toHaveLength(6);
  expect(await kinds({ areaCode: '36.04' })).toEqual([]);
  for (const field of ['villageIds', 'needIds', 'partnerIds', 'sectors', 'kinds']) {
    expect(await kinds({ [field]: [] })).toEqual([]);
  }
});

test('anything is found by its id alone', async () => {
  const { area } = await as.kader.request(AreaDocument, { code: '36.02' });
  const { policy } = await as.kader.request(PolicyDocument);
  const ids: Record<string, string> = {
    Area: area!.id,
    Village: rangkas[0]!.id,
    Partner: partners.semen.id,
    Need: needs[0]!.id,
    Pledge: pledges[0]!.id,
    Delivery: delivery.id,
    Policy: policy.id,
  };
  for (const [type, id] of Object.entries(ids)) {
    expect((await as.kader.request(NodeDocument, { id })).node).toMatchObject({ __typename: type, id });
    const nothings = `${id.slice(0, -1)}${id.endsWith('z') ? 'y' : 'z'}`;
    expect((await as.kader.request(NodeDocument, { id: nothings })).node).toBeNull();
  }
});

test('an area sums the coverage and counts the synergy of its villages, and knows its neighbours in the tree', async () => {
  const { area } = await as.kader.request(AreaDocument, { code: '36.02' });
  expect(area).toMatchObject({
    level: 'REGENCY',
    parent: { code: '36' },
    children: [{ code: '36.02.11' }, { code: '36.02.12' }, { code: '36.02.14' }],
    coverage: {
      needed: 3_500_000 * 1930,
      committed: 35_000_000,
      verified: 35_000_000,
      pledged: 3_500_000 * (93 * 10),
      openNeeds: 22,
    },
    synergy: { villages: 22, untouched: 21, singleColour: 1, multiColour: 0, synergy: 0 },
  });
});

test('a page with its nested lists costs as many statements for twenty villages as for two', async () => {
  const source =
    gql(`query ($first: Int!) { villages(areaCode: "36.02.14", first: $first) { totalCount nodes {
    code district { name } regency { name } province { name } coverage { needed } colours { cluster { code } share }
    needs(first: 5) { totalCount nodes { id sector { cluster { code } } mandateHolder { code cluster { code } }
      pledges(first: 5) { totalCount nodes { id partner { code } verdicts { message } deliveries(first: 1) { nodes { id pledge { id } } } note need { id village { code } } } } } }
    pledges(first: 5) { totalCount nodes { id policy { version } partner { mandate { code } areas { code } balance { net standing } } } }
  } } }`);
  const ofTwo = await statementsOf(() => as.coordinator.request(source, { first: 2 }));
  const ofTwenty = await statementsOf(() => as.coordinator.request(source, { first: 20 }));
  expect(ofTwenty.length).toBe(ofTwo.length);
  // What a coordinator sees beyond others is read in transactions that name the asker: three statements more for each.
  expect(ofTwenty.length).toBeLessThan(40);
});

test('problems and errors speak the language that the client prefers: Indonesian, or English', async () => {
  const languages: [header: string, language: 'id' | 'en'][] = [
    ['id', 'id'],
    ['en', 'en'],
    ['en-GB,en;q=0.9', 'en'],
    ['id-ID', 'id'],
    ['in', 'id'],
    ['nl, en;q=0.5', 'en'],
    ['nl', 'id'],
    ['id;q=0.1, en;q=0.9', 'en'],
    ['en;q=0, id', 'id'],
    ['', 'id'],
    ['*', 'id'],
  ];
  for (const [header, language] of languages) {
    const client = await hub.client(accounts.semen, header);
    const [problem] = await refused(claim(client, needs[20]!.id, 11));
    const said = {
      id: ['Hanya 10 yang tersisa dari kebutuhan ini. Anda meminta 11.', 'Mintalah 1 sampai 100 sekaligus.'],
      en: ['Only 10 of this need remain. You asked for 11.', 'Ask for 1 to 100 at a time.'],
    }[language];
    expect([header, problem!.message]).toEqual([header, said[0]]);
    await expect(client.request(NeedsDocument, { first: 0 })).rejects.toThrow(said[1]);
  }
});

test('nothing of this was a fault to the hub', () => {
  expect(hub.complaints).toEqual([]);
});
