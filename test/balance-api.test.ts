import { expect, test } from '@jest/globals';
import {
  BalanceChangedDocument,
  PoliciesDocument,
  PolicyDocument,
  PublishPolicyDocument,
  type PublishPolicyInput,
  ReciprocityDocument,
} from '../client/operations.ts';
import type { SinergiClient } from '../client/sinergi-client.ts';
import { claim, commit, publish, refused, report, verify } from './support/acts.ts';
import { take } from './support/listener.ts';
import { gql } from './support/query.ts';
import { testHub } from './support/test-hub.ts';
import { buildWorld } from './support/world.ts';

const hub = await testHub();
const { as, villages, partners } = await buildWorld(hub);

const off: PublishPolicyInput = {
  areaCode: '36.02',
  rules: [
    { rule: 'RECIPROCITY', mode: 'OFF', limit: 250_000_000, ceiling: 1_000_000_000 },
    { rule: 'PARTNER_SHARE', mode: 'OFF', limit: 0.6, floor: 50_000_000 },
    { rule: 'COLOUR_SHARE', mode: 'OFF', limit: 0.8, floor: 50_000_000 },
    { rule: 'SPREAD', mode: 'OFF', limit: 0.7, floor: 0.2 },
    { rule: 'CAPACITY', mode: 'OFF', limit: 20, floor: 0.5 },
  ],
  synergyColours: 2,
  synergyDiversity: 1.5,
  pledgeDays: 14,
  graceDays: 14,
};

async function publishPolicy(by: SinergiClient, change: Partial<PublishPolicyInput>) {
  const { publishPolicy: answer } = await by.request(PublishPolicyDocument, { input: { ...off, ...change } });
  expect(answer.problems).toEqual([]);
  return answer.policy!;
}

const policyOf = gql<{ pledge: { policy: { id: string; version: number; pledgeDays: number } } }>(
  'query ($id: ID!) { pledge(id: $id) { policy { id version pledgeDays } } }',
);

test('a policy is the next version of its area’s; older ones stay readable, and pledges keep theirs', async () => {
  const first = await publishPolicy(as.coordinator, { pledgeDays: 7, note: '  Awal tahun ' });
  expect(first).toMatchObject({ version: 1, area: { code: '36.02' }, pledgeDays: 7, note: 'Awal tahun' });
  const need = await publish(as.kader, { villageId: villages.cimarga.id });
  const pledge = await claim(as.semen, need.id, 2);
  const second = await publishPolicy(as.coordinatorProvince, { pledgeDays: 21 });
  expect(second).toMatchObject({ version: 2, pledgeDays: 21 });
  const district = await publishPolicy(as.coordinator, { areaCode: '36.02.11', pledgeDays: 3 });
  expect(district.version).toBe(1);

  const inForce = async (areaCode: string) =>
    (await as.auditor.request(PolicyDocument, { areaCode })).policy.id;
  expect(await inForce('36.02')).toBe(second.id);
  expect(await inForce(villages.sajira.code)).toBe(second.id);
  expect(await inForce(villages.cimarga.code)).toBe(district.id);
  expect((await as.auditor.request(policyOf, { id: pledge.id })).pledge.policy).toMatchObject({
    id: first.id,
    pledgeDays: 7,
  });

  const page = (after?: string) =>
    as.auditor.request(PoliciesDocument, { areaCode: '36.02', first: 1, after });
  const { policies: newest } = await page();
  expect(newest).toMatchObject({ totalCount: 2, nodes: [second], pageInfo: { hasNextPage: true } });
  const { policies: oldest } = await page(newest.pageInfo.endCursor!);
  expect(oldest).toMatchObject({ nodes: [first], pageInfo: { hasNextPage: false } });
});

test('a policy with faults is refused with all of them, and nothing is published', async () => {
  const rules = off.rules.map((rule) =>
    rule.rule === 'SPREAD' ? { ...rule, limit: 1.5, ceiling: 3 } : rule,
  );
  const input = {
    ...off,
    rules: [...rules.slice(1), rules[2]!],
    synergyColours: 0,
    pledgeDays: 367,
    graceDays: -1,
  };
  const { publishPolicy: answer } = await as.coordinator.request(PublishPolicyDocument, { input });
  expect(answer.policy).toBeNull();
  expect(answer.problems.map(({ __typename, path }) => [__typename, path?.join('.')])).toEqual([
    ['InvalidInput', 'input.rules.2.limit'],
    ['InvalidInput', 'input.rules.2.ceiling'],
    ['InvalidInput', 'input.rules.4.rule'],
    ['InvalidInput', 'input.rules'],
    ['InvalidInput', 'input.synergyColours'],
    ['InvalidInput', 'input.pledgeDays'],
    ['InvalidInput', 'input.graceDays'],
  ]);
  const { policies } = await as.auditor.request(PoliciesDocument, { areaCode: '36.02' });
  expect(policies.totalCount).toBe(2);
});

test('the same idempotency key publishes once', async () => {
  const first = await publishPolicy(as.coordinatorSerang, { areaCode: '36.04', idempotencyKey: 'once' });
  expect(await publishPolicy(as.coordinatorSerang, { areaCode: '36.04', idempotencyKey: 'once' })).toEqual(
    first,
  );
  expect((await as.auditor.request(PoliciesDocument, { areaCode: '36.04' })).policies.totalCount).toBe(1);
});

/** As far as verified, all of it. */
async function support(by: SinergiClient, needId: string, quantity: number): Promise<void> {
  const pledge = await claim(by, needId, quantity);
  await commit(by, pledge.id, hub.clock.date(9));
  const delivery = await report(by, pledge.id, quantity, hub.clock.date());
  await verify(as.coordinatorProvince, delivery.id);
}

test('balanceChanged shows a partner’s books at once, when support becomes pending, and when it is verified', async () => {
  const need = await publish(as.kader, {
    villageId: villages.cimarga.id,
    unitValue: 1_000_000,
    quantity: 50,
  });
  const balances = as.perkim.subscribe(BalanceChangedDocument, { partnerId: partners.perkim.id });
  const next = async () => (await take(balances, 1))[0]!.balanceChanged;
  expect(await next()).toMatchObject({ receivedPending: 0, receivedPosted: 0, net: 0, standing: 'BALANCED' });
  const pledge = await claim(as.semen, need.id, 30);
  await commit(as.semen, pledge.id, hub.clock.date(9));
  expect(await next()).toMatchObject({ receivedPending: 30_000_000, receivedPosted: 0, net: 0 });
  const delivery = await report(as.semen, pledge.id, 20, hub.clock.date());
  await verify(as.kader, delivery.id);
  let shown = await next();
  // A state between the two may be shown, and need not be.
  while (shown.receivedPosted === 0) shown = await next();
  expect(shown).toMatchObject({
    receivedPending: 10_000_000,
    receivedPosted: 20_000_000,
    net: -20_000_000,
    creditLine: 250_000_000,
    standing: 'BALANCED',
  });
  await balances.return();
});

interface Standing {
  village: { colours: { committed: number; share: number }[]; diversity: number; synergy: string };
  area: { synergy: Record<'villages' | 'untouched' | 'singleColour' | 'multiColour' | 'synergy', number> };
}
const standing = gql<Standing>(`query ($code: String!, $area: String!) {
  village(code: $code) { colours { cluster { code } committed share } diversity synergy }
  area(code: $area) { synergy { villages untouched singleColour multiColour synergy } }
}`);

test('a village shows its colours, its diversity and its level, and its area how many villages stand at each', async () => {
  const { code, id: villageId } = villages.tunjungTeja;
  const look = () => as.auditor.request(standing, { code, area: '36.04' });
  const counts = { villages: 1, untouched: 0, singleColour: 0, multiColour: 0, synergy: 0 };
  expect(await look()).toEqual({
    village: { colours: [], diversity: 0, synergy: 'UNTOUCHED' },
    area: { synergy: { ...counts, untouched: 1 } },
  });
  const need = await publish(as.kaderTunjungTeja, { villageId, unitValue: 1_000_000, quantity: 100 });
  const give = async (by: SinergiClient, quantity: number) => {
    const { id } = await claim(by, need.id, quantity);
    await commit(by, id, hub.clock.date(9));
  };
  await give(as.semen, 30);
  expect(await look()).toEqual({
    village: {
      colours: [{ cluster: { code: 'economy' }, committed: 30_000_000, share: 1 }],
      diversity: 1,
      synergy: 'SINGLE_COLOUR',
    },
    area: { synergy: { ...counts, singleColour: 1 } },
  });
  await give(as.dindik, 5);
  expect(await look()).toMatchObject({
    village: { synergy: 'MULTI_COLOUR' },
    area: { synergy: { multiColour: 1 } },
  });
  await give(as.dindik, 5);
  const { village, area } = await look();
  expect(village).toMatchObject({
    colours: [{ share: 0.75 }, { share: 0.25 }],
    diversity: 1.6,
    synergy: 'SYNERGY',
  });
  expect(area.synergy).toEqual({ ...counts, synergy: 1 });
});

test('the reciprocity of an area counts what was verified there, and only there', async () => {
  const reciprocityOf = async (areaCode: string) =>
    (await as.auditor.request(ReciprocityDocument, { areaCode })).reciprocity;
  expect(await reciprocityOf('36.01')).toEqual({
    bilateral: null,
    multilateral: null,
    flows: [],
    balances: [],
  });
  const { id: villageId } = villages.koroncong;
  const needIn = (sector: string) =>
    publish(as.coordinatorProvince, { villageId, sector, unitValue: 1_000_000, quantity: 100 });
  // Sanitation is perkim's, reading is dindik's.
  await support(as.dindik, (await needIn('sanitation')).id, 100);
  expect(await reciprocityOf('36.01')).toMatchObject({ bilateral: 0, multilateral: 0 });
  await support(as.perkim, (await needIn('reading')).id, 50);
  const { flows, ...figures } = await reciprocityOf('36.01');
  expect(figures).toMatchObject({ bilateral: 2 / 3, multilateral: 2 / 3 });
  expect(flows.map(({ from, to, posted, pending }) => [from.code, to.code, posted, pending])).toEqual([
    ['dindik-banten', 'perkim-banten', 100_000_000, 0],
    ['perkim-banten', 'dindik-banten', 50_000_000, 0],
  ]);
  expect(figures.balances.map(({ partner }) => partner.code)).toEqual(['dindik-banten', 'perkim-banten']);
  const { reciprocity: shortened } = await as.auditor.request(ReciprocityDocument, {
    areaCode: '36.01',
    first: 1,
  });
  // The figures are of all flows, however few are shown.
  expect(shortened).toMatchObject({ bilateral: 2 / 3, flows: [{ posted: 100_000_000 }], balances: [{}] });
  expect(await reciprocityOf('36.04')).toMatchObject({ bilateral: null, multilateral: null });
});

test('a policy is published by whom the access rules name, and by nobody else', async () => {
  const others = [as.semen, as.kader, as.auditor, as.coordinatorSerang];
  for (const by of others) {
    const { publishPolicy: answer } = await by.request(PublishPolicyDocument, { input: off });
    expect(answer).toMatchObject({ policy: null, problems: [{ __typename: 'Forbidden', path: null }] });
  }
  await expect(as.anonymous.request(PublishPolicyDocument, { input: off })).rejects.toMatchObject({
    code: 'UNAUTHENTICATED',
  });
  for (const by of [as.coordinator, as.coordinatorProvince, as.admin]) await publishPolicy(by, {});
  const everywhere = { ...off, areaCode: null };
  const { publishPolicy: answer } = await as.coordinatorProvince.request(PublishPolicyDocument, {
    input: everywhere,
  });
  expect(answer.problems).toMatchObject([{ __typename: 'Forbidden' }]);
  expect(await publishPolicy(as.admin, everywhere)).toMatchObject({ version: 2, area: null });
});

test('a claim too great for a policy is refused to the partner and nothing is changed', async () => {
  const rules = off.rules.map((rule) =>
    rule.rule === 'PARTNER_SHARE' ? { ...rule, mode: 'ENFORCE' as const } : rule,
  );
  await publishPolicy(as.coordinator, { areaCode: villages.sajira.code, rules });
  const need = await publish(as.coordinator, {
    villageId: villages.sajira.id,
    unitValue: 10_000_000,
    quantity: 10,
  });
  await hub.actsChained();
  const before = await hub.database.rowCounts();
  expect(await refused(claim(as.semen, need.id, 7))).toMatchObject([{ __typename: 'BalanceRuleBroken' }]);
  await hub.actsChained();
  const { idempotency_keys: _, ...after } = await hub.database.rowCounts();
  expect(before).toMatchObject(after);
  expect(await claim(as.semen, need.id, 6)).toMatchObject({ status: 'PLEDGED' });
});

test('the books are true, and the hub had nothing to complain of', async () => {
  await hub.expectTrueBooks();
  expect(hub.complaints).toEqual([]);
});
