import { BEGINNING } from '../src/feed/feed-cursor.ts';
import { randomUUID } from 'node:crypto';
import { describe, expect, test } from '@jest/globals';
import { newId } from '../src/platform/ids.ts';
import { writeCursor } from '../src/platform/page.ts';
import { cancel, claim, commit, draft, publish, report, update, withdraw } from './support/acts.ts';
import { take } from './support/listener.ts';
import { gql } from './support/query.ts';
import { statementsOf } from './support/statements.ts';
import { testHub } from './support/test-hub.ts';
import { buildWorld, type Person } from './support/world.ts';

/** What one may not see is like what is not there: through every door the answers are the same but for the id. */

const hub = await testHub();
const openHub = await testHub({ database: hub.database, clock: hub.clock, publicRead: true });
const { as, villages, partners, accounts } = await buildWorld(hub);
const open = await publish(as.kader, { villageId: villages.cimarga.id, title: 'Sumur bor' });
const kept = await draft(as.kader, { villageId: villages.cimarga.id, title: 'Rahasia desa' });
const cancelled = await draft(as.kader, { villageId: villages.cimarga.id, title: 'Rahasia lama' });
await cancel(as.kader, cancelled.id, { reason: 'Rahasia lama' });
const later = await publish(as.coordinator, { villageId: villages.sajira.id, title: 'Sumur gali' });
await hub.feedStamped();

/** Those from whom drafts of Cimarga are hidden. */
const outsiders = ['semen', 'dinkes', 'kaderTunjungTeja', 'coordinatorSerang', 'visitor'] as const;
type Outsider = (typeof outsiders)[number];

interface Answer {
  status: number;
  body: string;
}

async function ask(outsider: Outsider, query: string): Promise<Answer> {
  const token = outsider === 'visitor' ? null : await hub.tokenOf(accounts[outsider]);
  const response = await fetch(`${outsider === 'visitor' ? openHub.url : hub.url}/graphql`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      ...(token !== null && { authorization: `Bearer ${token}` }),
    },
    body: JSON.stringify({ query }),
  });
  return { status: response.status, body: await response.text() };
}

/** An id of nothing that stands at the same place in every list: it differs from `id` in its last letters alone. */
function nextTo(id: string): string {
  return `${id.slice(0, -4)}${id.endsWith('0000') ? '0001' : '0000'}`;
}

const fields = 'id title status quantity village { code } pledges { totalCount }';
const problems = 'problems { __typename message path }';
const page = `totalCount nodes { ${fields} } edges { cursor } pageInfo { hasNextPage hasPreviousPage startCursor endCursor }`;

/** Every way in which an id of a need can be given, or stands for a place. */
const doors: Record<string, (id: string) => string> = {
  need: (id) => `{ need(id: "${id}") { ${fields} } }`,
  node: (id) => `{ node(id: "${id}") { __typename id ... on Need { ${fields} } } }`,
  claimPreview: (id) => `{ claimPreview(input: { needId: "${id}", quantity: 1 }) { outcome remaining } }`,
  'claimPreview of too much': (id) =>
    `{ claimPreview(input: { needId: "${id}", quantity: 1000000, partnerId: "${partners.semen.id}" }) { outcome } }`,
  'a page of needs after it': (id) => `{ needs(first: 1, after: "${writeCursor('needs', id)}") { ${page} } }`,
  'a page of the village after it': (id) =>
    `{ village(code: "36.02.11.2005") { needs(first: 1, after: "${writeCursor('needs', id)}") { ${page} } } }`,
  'the feed of it': (id) =>
    `{ feed(filter: { needIds: ["${id}"] }) { nodes { kind } pageInfo { endCursor } } }`,
  claimNeed: (id) =>
    `mutation { claimNeed(input: { needId: "${id}", quantity: 1, idempotencyKey: "claim" }) { pledge { id } ${problems} } }`,
  'claimNeed of too much': (id) =>
    `mutation { claimNeed(input: { needId: "${id}", quantity: 1000000, idempotencyKey: "more" }) { pledge { id } ${problems} } }`,
  updateNeed: (id) =>
    `mutation { updateNeed(input: { needId: "${id}", version: 1, title: "Lain", idempotencyKey: "update" }) { need { id } ${problems} } }`,
  'updateNeed of another version': (id) =>
    `mutation { updateNeed(input: { needId: "${id}", version: 7, quantity: 1 }) { need { id } ${problems} } }`,
  publishDraft: (id) =>
    `mutation { publishDraft(input: { needId: "${id}", version: 1, idempotencyKey: "publish" }) { need { id } ${problems} } }`,
  cancelNeed: (id) =>
    `mutation { cancelNeed(input: { needId: "${id}", reason: "Lain", idempotencyKey: "cancel" }) { need { id } ${problems} } }`,
};

describe.each(outsiders)('to %s', (outsider) => {
  describe.each([
    ['a draft', kept.id],
    ['a need that was cancelled as a draft', cancelled.id],
  ])('%s', (_, hidden) => {
    test.each(Object.entries(doors))('is like nothing through %s', async (__, door) => {
      const nothing = nextTo(hidden);
      const answers: Answer[] = [];
      /** The statements that the answer took: what is hidden takes no other work than what is not there. */
      const work = (id: string) => statementsOf(async () => answers.push(await ask(outsider, door(id))));
      const ofHidden = await work(hidden);
      expect(await work(nothing)).toEqual(ofHidden);
      // Also the other way round: the first to use an idempotency key may be either.
      await work(hidden);
      const [first, ...others] = answers.map(({ status, body }) => ({
        status,
        body: body.replaceAll(hidden, '<id>').replaceAll(nothing, '<id>'),
      }));
      expect(first!.body).not.toContain('Rahasia');
      for (const other of others) expect(other).toEqual(first);
    });

    test('is like nothing through the live feed', async () => {
      const client = outsider === 'visitor' ? await openHub.client(null) : as[outsider];
      const after = BEGINNING.cursor;
      const heard = await Promise.all(
        [hidden, nextTo(hidden)].map(async (id) => {
          const results = client.subscribe(
            gql<{ pledgeFeed: { kind: string; need: { needId: string } } }>(
              `subscription { pledgeFeed(after: "${after}", filter: { needIds: ["${id}", "${open.id}"] }) { kind need { needId } } }`,
            ),
          );
          const [first] = await take(results, 1);
          await results.return();
          return first;
        }),
      );
      expect(heard[0]).toEqual(heard[1]);
      expect(heard[0]!.pledgeFeed.need.needId).toBe(open.id);
    });
  });

  test('the doors lead somewhere: through them an open need is not like nothing', async () => {
    const names = ['need', 'node', 'the feed of it', ...(outsider === 'visitor' ? [] : ['cancelNeed'])];
    for (const door of names.map((name) => doors[name]!)) {
      const [there, nothing] = [
        await ask(outsider, door(later.id)),
        await ask(outsider, door(nextTo(later.id))),
      ];
      expect(there.body).not.toBe(nothing.body);
    }
  });

  test('nothing that can be read changes when a draft is written, changed and cancelled', async () => {
    const everything = async () => {
      const answers: Answer[] = [];
      for (const query of [
        `{ needs(first: 100) { ${page} } }`,
        `{ drafts: needs(status: [DRAFT]) { ${page} } cancelled: needs(status: [CANCELLED]) { ${page} } }`,
        `{ needs(search: "rahasia", sector: ["sanitation"], areaCode: "36.02.11") { ${page} } }`,
        `{ village(code: "36.02.11.2005") { needs(first: 100) { ${page} } pledges { totalCount } synergy diversity
          coverage { needed pledged committed openNeeds } colours { share } } }`,
        '{ area(code: "36") { coverage { needed openNeeds } synergy { villages untouched } } }',
        '{ feed(latest: true) { nodes { position cursor } pageInfo { endCursor hasNextPage } } }',
        '{ partner(code: "semen-merah") { pledges { totalCount } balance { creditLine standing } } }',
        `{ suggestedNeeds(partnerId: "${partners.semen.id}") { nodes { id } } }`,
      ]) {
        answers.push(await ask(outsider, query));
      }
      return answers;
    };
    const before = await everything();
    const { id } = await draft(as.kader, { villageId: villages.cimarga.id, title: 'Rahasia baru' });
    expect(await everything()).toEqual(before);
    await update(as.kader, { needId: id, version: 1, quantity: 99, title: 'Rahasia lain' });
    expect(await everything()).toEqual(before);
    await cancel(as.kader, id, { reason: 'Rahasia batal' });
    expect(await everything()).toEqual(before);
    expect(before.every(({ body }) => !body.includes('Rahasia'))).toBe(true);
  });
});

test('a pledge and a delivery with words in confidence are like those without', async () => {
  const privately = 'note reason deliveries { nodes { note reason verificationNote evidence } }';
  const told = async (words: boolean) => {
    const pledge = await claim(as.semen, open.id, 1, words ? { note: 'rahasia' } : {});
    await commit(as.semen, pledge.id, hub.clock.date(9));
    await report(
      as.semen,
      pledge.id,
      1,
      hub.clock.date(),
      words ? { note: 'rahasia', evidence: ['https://rahasia.test'] } : {},
    );
    return pledge.id;
  };
  const ids = [await told(true), await told(false)];
  for (const outsider of outsiders.filter((one) => one !== 'semen')) {
    const [withWords, without] = await Promise.all(
      ids.map((id) =>
        ask(
          outsider,
          `{ pledge(id: "${id}") { status version ${privately} } node(id: "${id}") { ... on Pledge { ${privately} } } }`,
        ),
      ),
    );
    expect(withWords).toEqual(without);
    expect(without!.body).toContain('"evidence":[]');
  }
});

test('ids of what the API never shows are like ids of nothing', async () => {
  for (const outsider of outsiders) {
    const answers = await Promise.all(
      [accounts.admin, newId('account')].map((id) => ask(outsider, `{ node(id: "${id}") { id } }`)),
    );
    expect(answers[0]).toEqual(answers[1]);
  }
});

test('a key that another partner or account has used is like one that nobody has', async () => {
  const key = randomUUID();
  const another = await claim(as.semen, open.id, 1, { idempotencyKey: key, note: 'rahasia' });
  await withdraw(as.semen, another.id, { idempotencyKey: key, reason: 'rahasia' });
  const people: Person[] = ['dinkes', 'kodim'];
  for (const person of people) {
    const mine = await claim(as[person], open.id, 1, { idempotencyKey: key });
    expect(mine).toMatchObject({ status: 'PLEDGED', partner: { id: partners[person as 'dinkes'].id } });
    expect(mine.id).not.toBe(another.id);
    expect((await withdraw(as[person], mine.id, { idempotencyKey: key })).id).toBe(mine.id);
  }
});

test('none of it was a fault to the hubs', () => {
  expect([...hub.complaints, ...openHub.complaints]).toEqual([]);
});
