import { afterAll, expect, test } from '@jest/globals';
import { claim, deadlocksOf, million, needsIn, partnersIn, sorted, worldWith } from './balance/crowd.ts';
import { Holding } from './balance/holding.ts';
import { kaderOf, Lane, memberOf, type World } from './balance/lane.ts';
import type { ModelPartner } from './balance/model.ts';
import { policyInput, policyOf } from './balance/steps.ts';

const lane = await Lane.open(16);
afterAll(() => lane.close());

const ROUNDS = 4;
const { services, clock } = lane;

test('8 partners of one cluster claim at once where COLOUR_SHARE leaves room for three: exactly three pass', async () => {
  for (let round = 0; round < ROUNDS; round += 1) {
    const world = await worldWith(lane, 'COLOUR_SHARE', {
      permille: { ...policyOf(0).permille, colour: 300 },
    });
    // Each on a need of its own, so that no lock of a need puts them in a row.
    const needs = await needsIn(lane, world.villages[0]!, 10);
    const partners = await partnersIn(lane, world, 'green', 8);
    const { made, refused } = await sorted(
      partners.map((partner, index) => claim(lane, partner, needs[index]!)),
    );
    expect(made).toHaveLength(3);
    expect(refused).toEqual(Array.from({ length: 5 }, () => 'BalanceRuleBroken'));
    const [other] = await partnersIn(lane, world, 'red', 1);
    expect(await claim(lane, other!, needs[9]!)).toMatchObject({ status: 'PLEDGED' });
  }
});

test('one partner claims 50 needs at once with a CAPACITY of 20: exactly 20 are open', async () => {
  const world = await worldWith(lane, 'CAPACITY', {
    capacity: 20,
    permille: { ...policyOf(0).permille, fulfilled: 500 },
  });
  const lists = await Promise.all(world.villages.map((village) => needsIn(lane, village, 17)));
  const [partner] = await partnersIn(lane, world, 'green', 1);
  const { made, refused } = await sorted(
    lists
      .flat()
      .slice(0, 50)
      .map((id) => claim(lane, partner!, id)),
  );
  expect(made).toHaveLength(20);
  expect(refused).toEqual(Array.from({ length: 30 }, () => 'BalanceRuleBroken'));
  const [open] = await lane.database.sql('select count(*)::int as count from pledges where partner_id = $1', [
    partner!.id,
  ]);
  expect(open).toEqual({ count: 20 });
});

test('of simultaneous claims on the last bit of a PARTNER_SHARE as many pass as fit, to the rupiah', async () => {
  for (let round = 0; round < ROUNDS; round += 1) {
    const world = await worldWith(lane, 'PARTNER_SHARE', {
      permille: { ...policyOf(0).permille, partner: 500 },
    });
    const [village] = world.villages;
    const needs = await needsIn(lane, village!, 8, { unitValue: 10 * million });
    const small = await needsIn(lane, village!, 2, { unitValue: 1, quantity: 5 * million });
    const [partner] = await partnersIn(lane, world, 'green', 1);
    // The plan is 90 million: 40 in fours, and then 5 million less one rupiah.
    const { made } = await sorted(needs.map((id) => claim(lane, partner!, id)));
    expect(made).toHaveLength(4);
    await claim(lane, partner!, small[0]!, 5 * million - 1);
    const last = await sorted([1, 1, 2, 1, 1].map((quantity) => claim(lane, partner!, small[1]!, quantity)));
    expect(last.made.map(({ quantity }) => quantity)).toEqual([1]);
    expect(last.refused).toEqual(Array.from({ length: 4 }, () => 'BalanceRuleBroken'));
  }
});

/** Brings a claim as far as a reported delivery; answers what verifies it. */
async function reported(
  partner: ModelPartner,
  needId: string,
  world: World,
): Promise<() => Promise<unknown>> {
  const { id: pledgeId, quantity } = await claim(lane, partner, needId);
  const by = memberOf(partner);
  await services.pledges.commit(by, { pledgeId, dueOn: clock.date(5) });
  const report = { pledgeId, quantity, deliveredOn: clock.date(), idempotencyKey: pledgeId };
  const { id: deliveryId } = await services.deliveries.report(by, report);
  return () => services.deliveries.verify(world.coordinator, { deliveryId });
}

/** Every state through which a partner's books went: what it had received, and the most that it might by then. */
async function historyOf(partner: ModelPartner, credit: number): Promise<Set<string>> {
  const entries = await lane.database.sql<{ kind: string; amount: number; given: boolean }>(
    `select kind, amount_rupiah as amount, supporter_id = $1 as given from ledger_entries
      where $1 in (supporter_id, holder_id) order by id`,
    [partner.id],
  );
  let [received, given] = [0, 0];
  const states = new Set([`0 of ${credit}`]);
  for (const { kind, amount, given: isGiven } of entries) {
    if (isGiven && kind === 'POST') given += amount;
    if (!isGiven && kind !== 'POST') received += kind === 'PEND' ? amount : -amount;
    states.add(`${received} of ${given + credit + given}`);
  }
  return states;
}

test('RECIPROCITY judges by books that really stood, while support is committed and verified, and never passes who owes', async () => {
  const credit = 100 * million;
  const world = await worldWith(lane, 'RECIPROCITY', {
    creditRupiah: credit,
    greatestCreditRupiah: 1000 * credit,
  });
  const [village, , far] = world.villages;
  // In the second district the first partner holds water, the third school.
  const [holder, , friend] = world.partners;
  const own = await needsIn(lane, far!, 30, { sector: 'water', unitValue: 1 });
  const others = await needsIn(lane, far!, 24, { sector: 'water' });
  const friendly = await needsIn(lane, far!, 4, { sector: 'school' });
  const helpers = await partnersIn(lane, world, 'green', 4);
  const toVerify = await Promise.all(
    others.slice(0, 8).map((id, index) => reported(helpers[index % 4]!, id, world)),
  );
  const toRepay = await Promise.all(friendly.map((id) => reported(holder!, id, world)));
  const committing = others.slice(8).map((id, index) => reported(helpers[index % 4]!, id, world));
  const claiming = own.map(async (id, index) => {
    await new Promise((resolve) => setTimeout(resolve, index * 10));
    return claim(lane, holder!, id);
  });
  const verifying = toVerify.map((verify) => verify());
  const { made, refused } = await sorted(claiming);
  await Promise.all([...verifying, ...committing]);
  expect(made.length + refused.length).toBe(30);
  const history = await historyOf(holder!, credit);
  for (const { verdicts } of made) {
    const [{ rule, broken, before, limit } = { rule: '', broken: true, before: 1, limit: 0 }] = verdicts;
    expect([rule, broken, before <= limit]).toEqual(['RECIPROCITY', false, true]);
    expect(history).toContain(`${before} of ${limit}`);
  }
  // 240 million were received and nothing was given.
  const [late] = await needsIn(lane, village!, 1, { sector: 'market' });
  const [ownLate] = await needsIn(lane, far!, 1, { sector: 'water', unitValue: 1 });
  expect((await sorted([claim(lane, holder!, ownLate!)])).refused).toEqual(['BalanceRuleBroken']);
  expect(await claim(lane, holder!, late!)).toMatchObject({ status: 'PLEDGED' });
  await Promise.all(toRepay.map((verify) => verify()));
  expect(
    (await services.balances.standingOf([holder!.id, friend!.id])).map(({ standing }) => standing),
  ).toEqual(['OWES', 'BALANCED']);
});

const bars = (synergyColours: number) => ({ ...policyOf(0), synergyColours, synergyDiversityTenths: 10 });

test('a policy that is published while a second colour is being committed finds both colours', async () => {
  const world = await worldWith(lane, null);
  const [village] = world.villages;
  const [red, green] = world.partners;
  const needs = await needsIn(lane, village!, 2);
  const pledges = [await claim(lane, red!, needs[0]!), await claim(lane, green!, needs[1]!)];
  const dueOn = clock.date(5);
  await services.pledges.commit(memberOf(red!), { pledgeId: pledges[0]!.id, dueOn });
  const holding = await Holding.open(lane.database, 'select from villages where id = $1 for update', [
    village!.id,
  ]);
  const committed = services.pledges.commit(memberOf(green!), { pledgeId: pledges[1]!.id, dueOn });
  await holding.waiting(1);
  const published = services.publication.publish(world.coordinator, policyInput(bars(2), world.regency));
  await holding.waiting(2);
  await holding.release();
  await Promise.all([committed, published]);
  expect(await services.villages.byId([village!.id])).toMatchObject([{ synergy: 'SYNERGY', diversity: 2 }]);
});

test('of two policies published at once the one of the smaller area rules the village', async () => {
  const world = await worldWith(lane, null, { synergyColours: 3 });
  const [village] = world.villages;
  const needs = await needsIn(lane, village!, 2);
  for (const [index, partner] of world.partners.slice(0, 2).entries()) {
    const { id: pledgeId } = await claim(lane, partner, needs[index]!);
    await services.pledges.commit(memberOf(partner), { pledgeId, dueOn: clock.date(5) });
  }
  expect(await services.villages.byId([village!.id])).toMatchObject([{ synergy: 'MULTI_COLOUR' }]);
  const holding = await Holding.open(lane.database, 'select from villages where id = $1 for update', [
    village!.id,
  ]);
  const district = policyInput(bars(2), `${world.regency}.01`);
  const small = services.publication.publish(world.coordinator, district);
  await holding.waiting(1);
  const great = services.publication.publish(world.coordinator, policyInput(bars(3), world.regency));
  await holding.waiting(2);
  await holding.release();
  await Promise.all([small, great]);
  expect(await services.villages.byId([village!.id])).toMatchObject([{ synergy: 'SYNERGY' }]);
});

test('needs and policies published at once for the same villages never wait in a circle, and versions follow each other', async () => {
  const world = await worldWith(lane, null);
  const acts: Promise<unknown>[] = [];
  for (let turn = 0; turn < 10; turn += 1) {
    for (const village of world.villages) {
      const need = {
        villageId: village.id,
        sector: 'water',
        title: 'Sumur',
        unit: 'unit',
        unitValue: 5,
        quantity: 2,
      };
      acts.push(services.newNeeds.publish(kaderOf(village), need));
    }
    acts.push(services.publication.publish(world.coordinator, policyInput(bars(2), world.regency)));
  }
  expect((await sorted(acts)).made).toHaveLength(40);
  const rows = await lane.database.sql<{ version: number }>(
    `select version from policies p join areas a on a.id = p.area_id where a.code = $1 order by version`,
    [world.regency],
  );
  expect(rows.map(({ version }) => version)).toEqual(Array.from({ length: 11 }, (_, index) => index + 1));
});

test('none of this met a deadlock, and the books are true', async () => {
  expect(await deadlocksOf(lane)).toBe(0);
  expect(await lane.faultsInBooks()).toEqual([]);
});
