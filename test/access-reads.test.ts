import { describe, expect, test } from '@jest/globals';
import { FeedDocument } from '../client/operations.ts';
import type { SinergiClient } from '../client/sinergi-client.ts';
import { privateFields, rootAccess } from '../src/access/api-access.ts';
import type { Act } from '../src/access/permissions.ts';
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
import { BEGINNING } from '../src/feed/feed-cursor.ts';
import { insertPolicy } from './support/inserts.ts';
import { Listener, take } from './support/listener.ts';
import { gql } from './support/query.ts';
import { testHub } from './support/test-hub.ts';
import { type Asker, askers, permitted } from './support/relations.ts';
import { buildWorld } from './support/world.ts';

const hub = await testHub();
const openHub = await testHub({ database: hub.database, clock: hub.clock, publicRead: true });
const { as, accounts, villages, partners } = await buildWorld(hub);
const visitor = await openHub.client(null);
const today = hub.clock.date();
const fromTheBeginning = BEGINNING.cursor;

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

type QueryName = keyof typeof rootAccess.Query;
type SubscriptionName = keyof typeof rootAccess.Subscription;

/** Each root field as somebody asks for it; of semen where it is about a partner. */
const queries: Record<QueryName, string> = {
  accounts: '{ accounts { nodes { id } } }',
  area: '{ area(code: "36") { id } }',
  apiTokens: `{ apiTokens(accountId: "${accounts.semen}") { id } }`,
  auditTrail: '{ auditTrail { nodes { position } } }',
  claimPreview: `{ claimPreview(input: { needId: "${need.id}", quantity: 1, partnerId: "${partners.semen.id}" }) { outcome } }`,
  clusters: '{ clusters { code } }',
  feed: '{ feed { nodes { kind } } }',
  need: `{ need(id: "${need.id}") { id } }`,
  needs: '{ needs { totalCount } }',
  node: `{ node(id: "${need.id}") { id } }`,
  partner: '{ partner(code: "semen-merah") { id } }',
  partners: '{ partners { totalCount } }',
  pledge: `{ pledge(id: "${pledge.id}") { id } }`,
  pledges: '{ pledges { totalCount } }',
  policies: '{ policies { totalCount } }',
  policy: '{ policy { id } }',
  reciprocity: '{ reciprocity { bilateral } }',
  sectors: '{ sectors { code } }',
  sessions: `{ sessions(accountId: "${accounts.semen}") { id } }`,
  suggestedNeeds: `{ suggestedNeeds(partnerId: "${partners.semen.id}") { nodes { id } } }`,
  viewer: '{ viewer { id } }',
  village: '{ village(code: "36.02.11.2005") { id } }',
  villages: '{ villages { totalCount } }',
};
const streams: Record<SubscriptionName, string> = {
  balanceChanged: `subscription { balanceChanged(partnerId: "${partners.semen.id}") { net } }`,
  pledgeFeed: `subscription { pledgeFeed(after: "${fromTheBeginning}") { kind } }`,
  villageBoard: `subscription { villageBoard(villageId: "${villages.cimarga.id}") { id } }`,
};

async function read(by: SinergiClient, source: string): Promise<unknown> {
  const document = gql(source);
  if (!source.startsWith('subscription')) return by.request(document);
  const results = by.subscribe(document);
  const [first] = await take(results, 1);
  await results.return();
  return first;
}

const clientOf = (asker: Asker) => (asker === 'visitor' ? visitor : as[asker]);
const isNobody = (asker: Asker) => asker === 'visitor' || asker === 'anonymous';

describe.each(askers)('%s', (asker) => {
  const reads = [
    ...Object.entries(queries).map(([name, source]) => [name, source, rootAccess.Query[name as QueryName]]),
    ...Object.entries(streams).map(([name, source]) => [
      name,
      source,
      rootAccess.Subscription[name as SubscriptionName],
    ]),
  ] as [string, string, Act][];

  test.each(reads)('reads %s if the table says so', async (name, source, act) => {
    const answer = read(clientOf(asker), source);
    if (permitted(act).includes(asker)) {
      const isEmpty = name === 'viewer' && isNobody(asker);
      expect(await answer).toEqual({ [name]: isEmpty ? null : expect.anything() });
    } else {
      const code = isNobody(asker) ? 'UNAUTHENTICATED' : 'FORBIDDEN';
      await expect(answer).rejects.toMatchObject({ code });
    }
  });
});

describe('private fields', () => {
  const fieldsOf = (type: string) =>
    Object.keys(privateFields).flatMap((path) =>
      path.startsWith(`${type}.`) ? path.slice(type.length + 1) : [],
    );
  const ofDelivery = fieldsOf('Delivery').join(' ');
  const fields = `${fieldsOf('Pledge').join(' ')} deliveries(first: 10) { nodes { ${ofDelivery} } }`;
  const then = `${fieldsOf('PledgeState').join(' ')} deliveries(first: 5) { nodes { ${fieldsOf('DeliveryState').join(' ')} } }`;
  const written = ['catatan', 'disetujui', 'kiriman', 'rusak', 'tiba', 'foto'];
  const ways: [name: string, source: string, shown: readonly string[]][] = [
    [
      'pledge',
      `{ pledge(id: "${pledge.id}") { ${fields} } approved: pledge(id: "${approved.id}") { ${fields} } }`,
      written,
    ],
    [
      'node of a pledge',
      `{ node(id: "${pledge.id}") { ... on Pledge { ${fields} } } }`,
      without('disetujui'),
    ],
    [
      'nodes of deliveries',
      `{ node(id: "${delivery.id}") { ... on Delivery { ${ofDelivery} pledge { ${fields} } } } }`,
      without('disetujui'),
    ],
    ['pledges', `{ pledges { nodes { ${fields} } edges { node { ${fields} } } } }`, written],
    [
      'the pledges of a need',
      `{ need(id: "${need.id}") { pledges { nodes { ${fields} } } } }`,
      without('disetujui'),
    ],
    [
      'the pledges of a village',
      `{ village(code: "36.02.11.2005") { pledges { nodes { ${fields} } } } }`,
      written,
    ],
    [
      'the pledges of a partner',
      `{ partner(code: "semen-merah") { pledges { nodes { ${fields} } } } }`,
      written,
    ],
    ['feed', `{ feed(first: 100) { nodes { pledge { ${then} } } } }`, written],
    ['feed, as it is now', `{ feed(first: 20) { nodes { pledge { current { ${fields} } } } } }`, written],
  ];

  function without(word: string): string[] {
    return written.filter((one) => one !== word);
  }

  /** Which of the words that were written in confidence an answer shows. */
  const shownIn = (answer: unknown) => {
    const text = JSON.stringify(answer);
    return written.filter(
      (word) => text.includes(`rahasia: ${word}`) || text.includes(`rahasia.test/${word}`),
    );
  };

  test.each(ways)('through %s are for those whom the table names', async (_, source, shown) => {
    for (const asker of askers.filter((one) => one !== 'anonymous')) {
      const expected = permitted('seePrivate').includes(asker) ? shown : [];
      expect([asker, shownIn(await read(clientOf(asker), source))]).toEqual([asker, expected]);
    }
  });

  test('through the live feed are for the same people', async () => {
    const source = gql(
      `subscription { pledgeFeed(after: "${fromTheBeginning}", filter: { needIds: ["${need.id}"] }) { pledge { ${then} } } }`,
    );
    for (const asker of askers.filter((one) => one !== 'anonymous')) {
      const results = clientOf(asker).subscribe(source);
      const heard = await take(results, 9);
      await results.return();
      const expected = permitted('seePrivate').includes(asker) ? without('disetujui') : [];
      expect([asker, shownIn(heard)]).toEqual([asker, expected]);
    }
  });
});

describe('a draft', () => {
  const drafts = (id: string) => `{ need(id: "${id}") { id } node(id: "${id}") { id }
    needs(search: "rahasia") { totalCount nodes { id } }
    village(code: "36.02.11.2005") { needs(first: 100) { totalCount nodes { id } } } }`;

  async function expectSeenBy(id: string): Promise<void> {
    for (const person of askers.filter((one) => one !== 'anonymous')) {
      const answer = (await read(clientOf(person), drafts(id))) as {
        need: object | null;
        node: object | null;
        needs: { totalCount: number; nodes: object[] };
        village: { needs: { totalCount: number; nodes: object[] } };
      };
      const seen = permitted('seeDrafts').includes(person);
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
