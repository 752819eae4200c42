import { expect, test } from '@jest/globals';
import {
  FeedDocument,
  NeedDocument,
  PledgeDocument,
  PublishDraftDocument,
  VillageDocument,
} from '../client/operations.ts';
import {
  cancel,
  claim,
  commit,
  dispute,
  draft,
  type Need,
  publish,
  refused,
  report,
  update,
  verify,
} from './support/acts.ts';
import { testHub } from './support/test-hub.ts';
import { buildWorld } from './support/world.ts';

const hub = await testHub();
const { as, villages, partners } = await buildWorld(hub);
const today = hub.clock.date();
const dueOn = hub.clock.date(30);

const newNeed = (more: object = {}) =>
  publish(as.kader, { villageId: villages.cimarga.id, quantity: 20, unitValue: 1000, ...more });
const readNeed = async (id: string) => (await as.auditor.request(NeedDocument, { id })).need!;
const readPledge = async (id: string) => (await as.auditor.request(PledgeDocument, { id })).pledge!;
const change = async ({ id }: Need, what: object) =>
  update(as.kader, { needId: id, version: (await readNeed(id)).version, ...what });
const figures = async () =>
  (await as.auditor.request(VillageDocument, { code: villages.cimarga.code })).village!.coverage;

async function kindsOf(needId: string): Promise<string[]> {
  await hub.feedStamped();
  const { feed } = await as.auditor.request(FeedDocument, { filter: { needIds: [needId] }, first: 100 });
  return feed.nodes.map(({ kind }) => kind);
}

/** A commitment of 10 of 20, of which 4 are verified. */
async function halfDelivered(need: Need) {
  const pledge = await commit(as.semen, (await claim(as.semen, need.id, 10)).id, dueOn);
  await verify(as.kader, (await report(as.semen, pledge.id, 4, today)).id);
  return pledge;
}

test('a need is published as it was written, trimmed, with the version 1, and counts in its village’s plan', async () => {
  const before = await figures();
  const need = await newNeed({
    title: '  Pompa air ',
    description: ' ',
    unit: ' unit ',
    dueOn,
    urgent: true,
  });
  expect(need).toMatchObject({
    title: 'Pompa air',
    unit: 'unit',
    dueOn,
    urgent: true,
    version: 1,
    status: 'OPEN',
    value: 20_000,
    remaining: 20,
    sector: { code: 'sanitation' },
    village: { code: villages.cimarga.code },
  });
  expect(await readNeed(need.id)).toMatchObject({
    description: null,
    mandateHolder: { id: partners.perkim.id },
    createdAt: hub.clock.now().toISOString(),
  });
  expect(await figures()).toMatchObject({ needed: before.needed + 20_000, openNeeds: before.openNeeds + 1 });
  expect(await kindsOf(need.id)).toEqual(['NEED_PUBLISHED']);
});

test('a text holds what people write: several lines, accents, emoji and marks of other scripts', async () => {
  const texts = {
    title: 'Sumur 🚰 “dalam” — ½ µ',
    description: 'Baris satu\nBaris dua\t✓\r\nሰላም مرحبا e\u0301',
    unit: 'm³',
  };
  const need = await newNeed(texts);
  expect(await readNeed(need.id)).toMatchObject({
    ...texts,
    description: 'Baris satu\nBaris dua\t✓\nሰላም مرحبا é',
  });
});

test('the mandate holder is the partner of the smallest area that covers the village, or nobody', async () => {
  const holder = async (villageId: string, sector: string) => {
    const need = await publish(as.admin, { villageId, sector });
    return (await readNeed(need.id)).mandateHolder?.code ?? null;
  };
  expect(await holder(villages.cimarga.id, 'nutrition')).toBe('dinkes-lebak');
  expect(await holder(villages.tunjungTeja.id, 'nutrition')).toBeNull();
  expect(await holder(villages.tunjungTeja.id, 'housing')).toBe('perkim-banten');
  expect(await holder(villages.cimarga.id, 'safety')).toBeNull();
});

test('a draft counts nowhere until it is published, with the version that was read', async () => {
  const before = await figures();
  const one = await draft(as.kader, { villageId: villages.cimarga.id, quantity: 5, unitValue: 1000 });
  expect(one).toMatchObject({ status: 'DRAFT', version: 1 });
  expect(await change(one, { quantity: 6 })).toMatchObject({ status: 'DRAFT', version: 2, quantity: 6 });
  expect(await figures()).toEqual(before);
  const publishAt = async (version: number) =>
    (await as.kader.request(PublishDraftDocument, { input: { needId: one.id, version } })).publishDraft;
  expect((await publishAt(1)).problems).toMatchObject([{ __typename: 'StaleVersion', currentVersion: 2 }]);
  expect((await publishAt(2)).need).toMatchObject({ status: 'OPEN', version: 3 });
  expect((await publishAt(3)).problems).toMatchObject([{ __typename: 'WrongState', status: 'OPEN' }]);
  expect(await figures()).toMatchObject({ needed: before.needed + 6000, openNeeds: before.openNeeds + 1 });
  expect(await kindsOf(one.id)).toEqual(['NEED_PUBLISHED']);
});

test('a change moves the plan with it; null takes a description or a due date away, and what is absent stays', async () => {
  const need = await newNeed({ description: 'Dekat sekolah', dueOn });
  const before = await figures();
  const changed = await change(need, { quantity: 30, unitValue: 2000 });
  expect(changed).toMatchObject({
    quantity: 30,
    unitValue: 2000,
    value: 60_000,
    version: 2,
    dueOn,
    title: need.title,
  });
  expect(await figures()).toMatchObject({ needed: before.needed + 40_000 });
  await change(need, { description: null, dueOn: null });
  expect(await readNeed(need.id)).toMatchObject({ description: null, dueOn: null, version: 3 });
  expect(await refused(update(as.kader, { needId: need.id, version: 3 }))).toMatchObject([
    { __typename: 'InvalidInput' },
  ]);
  expect(await kindsOf(need.id)).toEqual(['NEED_PUBLISHED', 'NEED_CHANGED', 'NEED_CHANGED']);
});

test('the quantity never falls below what is claimed, and the unit value is frozen by the first pledge', async () => {
  const need = await newNeed();
  await claim(as.semen, need.id, 8);
  await commit(as.kodim, (await claim(as.kodim, need.id, 5)).id, dueOn);
  expect(await refused(change(need, { quantity: 12 }))).toMatchObject([
    { __typename: 'InvalidInput', path: ['input', 'quantity'] },
  ]);
  expect(await refused(change(need, { unitValue: 999 }))).toMatchObject([
    { __typename: 'InvalidInput', path: ['input', 'unitValue'] },
  ]);
  expect(await change(need, { unitValue: 1000, quantity: 13 })).toMatchObject({
    status: 'COMMITTED',
    remaining: 0,
  });
  expect(await refused(claim(as.semen, need.id, 1))).toMatchObject([
    { __typename: 'NotEnoughRemaining', remaining: 0 },
  ]);
  expect(await change(need, { quantity: 14 })).toMatchObject({ status: 'OPEN', remaining: 1 });
});

test('a quantity that is lowered to what is verified fulfils the need', async () => {
  const need = await newNeed();
  const pledge = await commit(as.semen, (await claim(as.semen, need.id, 10)).id, dueOn);
  await verify(as.kader, (await report(as.semen, pledge.id, 10, today)).id);
  expect(await change(need, { quantity: 10 })).toMatchObject({
    status: 'FULFILLED',
    remaining: 0,
    verified: 10,
  });
  expect((await kindsOf(need.id)).slice(-2)).toEqual(['NEED_CHANGED', 'NEED_FULFILLED']);
  expect(await refused(change(need, { title: 'Lain' }))).toMatchObject([
    { __typename: 'WrongState', status: 'FULFILLED' },
  ]);
  expect(await refused(cancel(as.kader, need.id))).toMatchObject([
    { __typename: 'WrongState', status: 'FULFILLED' },
  ]);
});

test('a need that is cancelled ends its open pledges; what is verified stands on the pledge, and leaves the plan', async () => {
  const before = await figures();
  const need = await newNeed();
  const committed = await halfDelivered(need);
  const promised = await claim(as.kodim, need.id, 3);
  const withdrawn = await claim(as.dindik, need.id, 2);
  const cancelled = await cancel(as.kader, need.id, { reason: 'Dibangun dari dana desa' });
  expect(cancelled).toMatchObject({
    status: 'CANCELLED',
    pledged: 0,
    committed: 4,
    delivered: 4,
    verified: 4,
    remaining: 0,
  });
  for (const { id } of [committed, promised, withdrawn]) {
    expect(await readPledge(id)).toMatchObject({ status: 'CANCELLED', expiresAt: null });
  }
  expect(await readPledge(committed.id)).toMatchObject({ verified: 4, delivered: 4 });
  expect(await figures()).toEqual(before);
  expect((await kindsOf(need.id)).slice(-4)).toEqual([
    'NEED_CANCELLED',
    'PLEDGE_CANCELLED',
    'PLEDGE_CANCELLED',
    'PLEDGE_CANCELLED',
  ]);
  const [{ entries } = { entries: '' }] = await hub.database.sql<{ entries: string }>(
    `select string_agg(kind || ' ' || amount_rupiah, ', ' order by id) as entries from ledger_entries where pledge_id = $1`,
    [committed.id],
  );
  expect(entries).toBe('PEND 10000, POST 4000, VOID 6000');
  const late = [
    () => cancel(as.kader, need.id),
    () => change(need, { title: 'Lain' }),
    () => claim(as.semen, need.id, 1),
  ];
  for (const act of late) {
    expect(await refused(act())).toMatchObject([{ __typename: 'WrongState', status: 'CANCELLED' }]);
  }
});

test('a need is not cancelled over a delivery that nobody has decided', async () => {
  const need = await newNeed();
  const pledge = await halfDelivered(need);
  const { id } = await report(as.semen, pledge.id, 2, today);
  const before = await hub.contents();
  expect(await refused(cancel(as.kader, need.id))).toMatchObject([
    { __typename: 'WrongState', status: 'DELIVERING' },
  ]);
  expect(await hub.contents()).toEqual(before);
  await dispute(as.kader, id);
  expect(await cancel(as.kader, need.id)).toMatchObject({ status: 'CANCELLED', verified: 4 });
});

test('colours and synergy of a village follow what its partners commit, and go back with what ends', async () => {
  const villageId = villages.koroncong.id;
  const state = async () => {
    const { village } = await as.auditor.request(VillageDocument, { code: villages.koroncong.code });
    return [
      village!.synergy,
      village!.diversity,
      village!.colours.map(({ cluster, share }) => [cluster.code, share]),
    ];
  };
  const need = await publish(as.admin, { villageId, quantity: 100, unitValue: 1000 });
  expect(await state()).toEqual(['UNTOUCHED', 0, []]);
  await commit(as.semen, (await claim(as.semen, need.id, 45)).id, dueOn);
  expect(await state()).toEqual(['SINGLE_COLOUR', 1, [['economy', 1]]]);
  await commit(as.kodim, (await claim(as.kodim, need.id, 5)).id, dueOn);
  expect(await state()).toEqual([
    'MULTI_COLOUR',
    expect.closeTo(1.2195, 3),
    [
      ['economy', 0.9],
      ['security', 0.1],
    ],
  ]);
  await commit(as.dinkes, (await claim(as.dinkes, need.id, 50)).id, dueOn);
  expect(await state()).toMatchObject([
    'SYNERGY',
    expect.closeTo(2.197, 2),
    [
      ['health', 0.5],
      ['economy', 0.45],
      ['security', 0.05],
    ],
  ]);
  await cancel(as.admin, need.id);
  expect(await state()).toEqual(['UNTOUCHED', 0, []]);
});

test('all books are true after all of this, and nothing was a fault to the hub', async () => {
  await hub.expectTrueBooks();
  expect(hub.complaints).toEqual([]);
});
