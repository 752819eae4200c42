import { describe, expect, test } from '@jest/globals';
import { FeedDocument } from '../client/operations.ts';
import type { SinergiClient } from '../client/sinergi-client.ts';
import {
  approve,
  cancel,
  claim,
  commit,
  dispute,
  draft,
  publish,
  refused,
  report,
  update,
  verify,
  withdraw,
} from './support/acts.ts';
import { insertPolicy } from './support/inserts.ts';
import { Listener, take } from './support/listener.ts';
import { gql } from './support/query.ts';
import { testHub } from './support/test-hub.ts';
import { buildWorld, people, type Person } from './support/world.ts';

const hub = await testHub();
const openHub = await testHub({ database: hub.database, clock: hub.clock, publicRead: true });
const { as, villages, partners } = await buildWorld(hub);
const visitor = await openHub.client(null);
const today = hub.clock.date();

const need = await publish(as.kader, { villageId: villages.cimarga.id });
const aDraft = await draft(as.kader, { villageId: villages.cimarga.id, title: 'Rahasia desa' });
const withdrawn = await claim(as.semen, need.id, 2);
await withdraw(as.semen, withdrawn.id, { reason: 'rahasia: anggaran' });
const pledge = await claim(as.semen, need.id, 5, { note: 'rahasia: catatan' });
await commit(as.semen, pledge.id, hub.clock.date(20));
const delivery = await report(as.semen, pledge.id, 2, today, {
  note: 'rahasia: kiriman',
  evidence: ['https://rahasia.test/foto'],
});
await dispute(as.kader, delivery.id, { reason: 'rahasia: rusak' });
await verify(as.kader, (await report(as.semen, pledge.id, 1, today)).id, { note: 'rahasia: tiba' });
await insertPolicy(hub.database, '36.02.11', { COLOUR_SHARE: 'APPROVAL' });
const approved = await claim(
  as.semen,
  (await publish(as.kader, { villageId: villages.cimarga.id, unitValue: 1_000_000_000 })).id,
  24,
);
await approve(as.coordinator, approved.id, { reason: 'rahasia: disetujui' });
await hub.feedStamped();

const everything: [string, string][] = [
  ['viewer', '{ viewer { id } }'],
  ['node', `{ node(id: "${need.id}") { id } }`],
  ['area', '{ area(code: "36") { id } }'],
  ['villages', '{ villages { totalCount } }'],
  ['village', '{ village(code: "36.02.11.2005") { id } }'],
  ['needs', '{ needs { totalCount } }'],
  ['need', `{ need(id: "${need.id}") { id } }`],
  ['sectors', '{ sectors { code } }'],
  ['clusters', '{ clusters { code } }'],
  ['partners', '{ partners { totalCount } }'],
  ['partner', '{ partner(code: "semen-merah") { id } }'],
  ['pledges', '{ pledges { totalCount } }'],
  ['pledge', `{ pledge(id: "${pledge.id}") { id } }`],
  ['policy', '{ policy { id } }'],
  ['policies', '{ policies { totalCount } }'],
  ['reciprocity', '{ reciprocity { bilateral } }'],
  ['feed', '{ feed { nodes { kind } } }'],
];
const streams: [string, string][] = [
  [
    'pledgeFeed',
    `subscription { pledgeFeed(after: "${Buffer.from('feed:0').toString('base64url')}") { kind } }`,
  ],
  ['villageBoard', `subscription { villageBoard(villageId: "${villages.cimarga.id}") { id } }`],
  ['balanceChanged', `subscription { balanceChanged(partnerId: "${partners.semen.id}") { net } }`],
];
const readable = new Map([...everything, ...streams]);

async function read(by: SinergiClient, source: string): Promise<unknown> {
  const document = gql(source);
  if (!source.startsWith('subscription')) return by.request(document);
  const results = by.subscribe(document);
  const [first] = await take(results, 1);
  await results.return();
  return first;
}

test.each([...readable])(
  '%s is for everybody who has signed in, and for nobody else',
  async (name, source) => {
    for (const person of people) {
      expect([person, await read(as[person], source)]).toEqual([person, { [name]: expect.anything() }]);
    }
    await expect(read(as.anonymous, source)).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });
  },
);

test.each([...readable])('%s is for everybody where the public may read', async (name, source) => {
  expect(await read(visitor, source)).toEqual({ [name]: name === 'viewer' ? null : expect.anything() });
});

test('what somebody could claim is told to members of the partner, and to those who oversee', async () => {
  const preview = `claimPreview(input: { needId: "${need.id}", quantity: 1, partnerId: "${partners.semen.id}" }) { outcome }`;
  const source = gql(`{ ${preview} suggestedNeeds(partnerId: "${partners.semen.id}") { id } }`);
  const may: Person[] = [
    'semen',
    'coordinator',
    'coordinatorSerang',
    'coordinatorProvince',
    'auditor',
    'admin',
  ];
  for (const person of may) {
    expect(await as[person].request(source)).toMatchObject({ claimPreview: { outcome: expect.any(String) } });
  }
  for (const person of people.filter((one) => !may.includes(one))) {
    await expect(as[person].request(source)).rejects.toMatchObject({ code: 'FORBIDDEN' });
  }
  await expect(visitor.request(source)).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });
});

describe('notes, reasons and evidence', () => {
  const fields = 'note reason deliveries { note reason evidence }';
  const mayRead: (Person | 'visitor')[] = [
    'semen',
    'kader',
    'coordinator',
    'coordinatorProvince',
    'auditor',
    'admin',
  ];
  const ways: [string, string][] = [
    ['pledge', `{ pledge(id: "${pledge.id}") { ${fields} } w: pledge(id: "${withdrawn.id}") { ${fields} } }`],
    ['node of a pledge', `{ node(id: "${pledge.id}") { ... on Pledge { ${fields} } } }`],
    [
      'node of a delivery',
      `{ node(id: "${delivery.id}") { ... on Delivery { note reason evidence pledge { ${fields} } } } }`,
    ],
    ['pledges', `{ pledges { nodes { ${fields} } } }`],
    ['the pledges of a need', `{ need(id: "${need.id}") { pledges { nodes { ${fields} } } } }`],
    ['the pledges of a village', `{ village(code: "36.02.11.2005") { pledges { nodes { ${fields} } } } }`],
    ['the pledges of a partner', `{ partner(code: "semen-merah") { pledges { nodes { ${fields} } } } }`],
    ['feed', `{ feed(latest: true) { nodes { pledge { ${fields} } } } }`],
  ];

  test.each(ways)(
    'through %s are for the partner, the village, its coordinators, auditors and administrators',
    async (_, source) => {
      for (const person of [...people, 'visitor'] as const) {
        const answer = JSON.stringify(await read(person === 'visitor' ? visitor : as[person], source));
        expect([person, answer.includes('rahasia')]).toEqual([person, mayRead.includes(person)]);
      }
    },
  );

  test('through the live feed are for the same people', async () => {
    const after = Buffer.from('feed:0').toString('base64url');
    const source = gql(
      `subscription { pledgeFeed(after: "${after}", filter: { needIds: ["${need.id}"] }) { pledge { ${fields} } } }`,
    );
    for (const person of [...people, 'visitor'] as const) {
      const results = (person === 'visitor' ? visitor : as[person]).subscribe(source);
      const heard = JSON.stringify(await take(results, 9));
      await results.return();
      expect([person, heard.includes('rahasia')]).toEqual([person, mayRead.includes(person)]);
    }
  });
});

describe('a draft', () => {
  const sees: (Person | 'visitor')[] = ['kader', 'coordinator', 'coordinatorProvince', 'auditor', 'admin'];
  const drafts = (id: string) => `{ need(id: "${id}") { id } node(id: "${id}") { id }
    needs(search: "rahasia") { totalCount nodes { id } }
    village(code: "36.02.11.2005") { needs(first: 100) { totalCount nodes { id } } } }`;

  async function expectSeenBy(id: string): Promise<void> {
    for (const person of [...people, 'visitor'] as const) {
      const answer = (await read(person === 'visitor' ? visitor : as[person], drafts(id))) as {
        need: object | null;
        node: object | null;
        needs: { totalCount: number; nodes: object[] };
        village: { needs: { totalCount: number; nodes: object[] } };
      };
      const seen = sees.includes(person);
      expect([person, answer]).toMatchObject([person, { needs: { totalCount: seen ? 1 : 0 } }]);
      expect([
        person,
        answer.need !== null,
        answer.node !== null,
        JSON.stringify(answer.village).includes(id),
      ]).toEqual([person, seen, seen, seen]);
      expect(answer.village.needs.totalCount).toBe(answer.village.needs.nodes.length);
    }
  }

  test('is seen by its village, its coordinators, auditors and administrators, and by nobody else in any way', () =>
    expectSeenBy(aDraft.id));

  test('is not there for who would claim it, and no fact of the feed', async () => {
    expect(await refused(claim(as.semen, aDraft.id, 1))).toMatchObject([{ __typename: 'NotFound' }]);
    expect(
      await refused(update(as.kaderTunjungTeja, { needId: aDraft.id, version: 1, title: 'Lain' })),
    ).toMatchObject([{ __typename: 'NotFound' }]);
    await update(as.kader, { needId: aDraft.id, version: 1, quantity: 7 });
    const { feed } = await as.admin.request(FeedDocument, { filter: { needIds: [aDraft.id] } });
    expect(feed.nodes).toEqual([]);
  });

  test('that was cancelled stays unseen', async () => {
    await cancel(as.kader, aDraft.id);
    await expectSeenBy(aDraft.id);
  });
});

test('nobody listens to a feed any more, and nothing was a fault to the hubs', async () => {
  const listener = new Listener(as.auditor);
  await hub.feedsOpen(1);
  await listener.stop();
  await hub.feedsOpen(0);
  await openHub.feedsOpen(0);
  expect([...hub.complaints, ...openHub.complaints]).toEqual([]);
});
