// Claims of one moment share a transaction: what each of them may rely on all the same.
import { randomUUID } from 'node:crypto';
import { afterAll, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { Verdict } from '../src/kernel/problems.ts';
import type { PledgeView } from '../src/pledges/pledge-book.service.ts';
import { claim, needsIn, partnersIn, sorted, worldWith } from './balance/crowd.ts';
import { Holding } from './balance/holding.ts';
import { Lane, memberOf, type World } from './balance/lane.ts';
import type { ModelPartner } from './balance/model.ts';
import { seed } from './balance/seed.ts';
import { policyOf } from './balance/steps.ts';
import { statementsOf } from './support/statements.ts';
import { TOLD } from './support/told.ts';

const lane = await Lane.open();
afterAll(() => lane.close());
const { database } = lane;

/** Needs of a village, each with a partner of its own who may claim it. */
async function claimants(
  count: number,
): Promise<{ world: World; needs: string[]; partners: ModelPartner[] }> {
  const world = await worldWith(lane, null);
  const [needs, partners] = await Promise.all([
    needsIn(lane, world.villages[0]!, count, { quantity: 50, unitValue: 1000 }),
    partnersIn(lane, world, 'green', count),
  ]);
  return { world, needs, partners };
}

const begins = (statements: readonly string[]) => statements.filter((text) => text === 'begin').length;

test('claims of one moment are one transaction of eight statements, on one need or on several', async () => {
  const { needs, partners } = await claimants(20);
  const several = await statementsOf(() =>
    Promise.all(partners.map((partner, index) => claim(lane, partner, needs[index]!))),
  );
  const onOne = await statementsOf(() =>
    Promise.all(partners.map((partner) => claim(lane, partner, needs[0]!))),
  );
  expect([several.length, begins(several)]).toEqual([8, 1]);
  expect(onOne).toEqual(several);
});

test('each of them answers, and tells the feed, how it left its need and its village', async () => {
  const { needs, partners, world } = await claimants(6);
  const made = await Promise.all(partners.map((partner) => claim(lane, partner, needs[0]!, 2)));
  expect(made.map(({ need }) => [need!.pledged, need!.version])).toEqual(
    partners.map((_, index) => [2 * (index + 1), index + 2]),
  );
  const told = await database.sql<{ pledgeId: string; pledged: number; rupiah: number }>(
    `select pledge_id as "pledgeId", (snapshot #> '{need,pledged}')::int as pledged,
      (snapshot #> '{village,pledgedRupiah}')::int as rupiah from ${TOLD} where village_id = $1 and pledge_id is not null
      order by id`,
    [world.villages[0]!.id],
  );
  expect(told).toEqual(
    made.map(({ id }, index) => ({ pledgeId: id, pledged: 2 * (index + 1), rupiah: 2000 * (index + 1) })),
  );
});

test('one that the database refuses takes none of the others with it', async () => {
  const { needs, partners } = await claimants(5);
  await database.sql(`create function unlucky() returns trigger language plpgsql as $$ begin
    raise exception using errcode = 'check_violation', message = 'unlucky'; end $$`);
  await database.sql(`create trigger unlucky before insert on pledges for each row when (new.quantity = 13)
    execute function unlucky()`);
  const results = await Promise.allSettled(
    partners.map((partner, index) => claim(lane, partner, needs[index]!, index === 2 ? 13 : 1)),
  );
  await database.sql('drop trigger unlucky on pledges');
  await database.sql('drop function unlucky()');
  expect(results.map(({ status }) => status)).toEqual(
    partners.map((_, index) => (index === 2 ? 'rejected' : 'fulfilled')),
  );
  // Its key was given back.
  expect(await claim(lane, partners[2]!, needs[2]!, 13)).toMatchObject({ quantity: 13 });
});

test('one whose need somebody else holds waits, and the others do not', async () => {
  const { needs, partners } = await claimants(5);
  const holding = await Holding.open(database, 'select from needs where id = $1 for update', [needs[3]!]);
  const all = partners.map((partner, index) => claim(lane, partner, needs[index]!));
  await Promise.all(all.filter((_, index) => index !== 3));
  await holding.waiting(1);
  // Nor do those that come while it waits.
  await Promise.all([claim(lane, partners[0]!, needs[0]!), claim(lane, partners[1]!, needs[1]!)]);
  await holding.release();
  expect(await all[3]).toMatchObject({ quantity: 1 });
});

test('of those that do not pass each hears why, its key keeps that answer, and the others are made', async () => {
  const { needs, partners } = await claimants(4);
  const [a, b, c, d] = partners.map(memberOf);
  const { claims } = lane.services;
  const key = randomUUID();
  const tooMany = { needId: needs[1]!, quantity: 51, idempotencyKey: key };
  const results = await Promise.allSettled([
    claims.claim(a!, { needId: needs[0]!, quantity: 1, idempotencyKey: randomUUID() }),
    claims.claim(b!, tooMany),
    claims.claim(c!, {
      needId: 'need_01h00000000000000000000000',
      quantity: 1,
      idempotencyKey: randomUUID(),
    }),
    claims.claim(d!, { needId: needs[3]!, quantity: 1, dueOn: '2000-01-01', idempotencyKey: randomUUID() }),
    claims.claim(d!, { needId: needs[3]!, quantity: 2, idempotencyKey: randomUUID() }),
  ]);
  expect(results).toMatchObject([
    { value: { quantity: 1 } },
    { reason: { problems: [{ kind: 'NotEnoughRemaining', remaining: 50 }] } },
    { reason: { problems: [{ kind: 'NotFound' }] } },
    { reason: { problems: [{ kind: 'InvalidInput', path: ['input', 'dueOn'] }] } },
    { value: { quantity: 2 } },
  ]);
  await claim(lane, partners[0]!, needs[1]!);
  const again = await sorted([claims.claim(b!, tooMany)]);
  expect(again.refused).toEqual(['NotEnoughRemaining']);
});

test('twins among them are one claim, and one key for two claims is a conflict', async () => {
  const { needs, partners } = await claimants(3);
  const { claims } = lane.services;
  const [same, conflicting] = [randomUUID(), randomUUID()];
  const twin = { needId: needs[0]!, quantity: 3, idempotencyKey: same };
  const results = await Promise.allSettled([
    claims.claim(memberOf(partners[0]!), twin),
    claims.claim(memberOf(partners[0]!), twin),
    claims.claim(memberOf(partners[1]!), { needId: needs[1]!, quantity: 1, idempotencyKey: conflicting }),
    claims.claim(memberOf(partners[1]!), { needId: needs[1]!, quantity: 2, idempotencyKey: conflicting }),
    // Another partner's key of the same name is another key.
    claims.claim(memberOf(partners[2]!), { needId: needs[2]!, quantity: 1, idempotencyKey: same }),
  ]);
  const [first, second] = results as PromiseFulfilledResult<PledgeView>[];
  expect(JSON.parse(JSON.stringify(second!.value))).toEqual(JSON.parse(JSON.stringify(first!.value)));
  expect(results.slice(2)).toMatchObject([
    { value: { quantity: 1 } },
    { reason: { problems: [{ kind: 'IdempotencyConflict' }] } },
    { value: { quantity: 1 } },
  ]);
});

interface Wish {
  partner: number;
  need: number;
  quantity: number;
}
const wishes = fc.array(
  fc.record({ partner: fc.nat(4), need: fc.nat(5), quantity: fc.integer({ min: 1, max: 4 }) }),
  { minLength: 4, maxLength: 30 },
);

/** Where every limit is near: of SPREAD, which looks at rows that nobody locks, nothing is promised of two at once. */
async function tightWorld(): Promise<{ partners: ModelPartner[]; needs: string[]; world: World }> {
  const { world } = await lane.newWorld();
  const off = policyOf(0);
  await lane.insertPolicy(world.regency, {
    ...off,
    modes: { ...off.modes, PARTNER_SHARE: 'ENFORCE', COLOUR_SHARE: 'APPROVAL', CAPACITY: 'ENFORCE' },
    permille: { ...off.permille, partner: 500, colour: 600, fulfilled: 500 },
    capacity: 3,
    pledgeDays: 14,
  });
  const lists = await Promise.all(
    world.villages.map((village) => needsIn(lane, village, 2, { quantity: 6, unitValue: 1000 })),
  );
  return { partners: world.partners, needs: lists.flat(), world };
}

const saidBy = ({ status, verdicts }: PledgeView) => [
  status,
  verdicts.map(({ rule, outcome, before, after }: Verdict) => [rule, outcome, before, after]),
];

test('whatever is claimed at once, it comes out as if it had been claimed one after another, in the order of the feed', async () => {
  const seen = { made: 0, refused: 0 };
  await fc.assert(
    fc.asyncProperty(wishes, async (all) => {
      const [crowd, row] = [await tightWorld(), await tightWorld()];
      const asked = ({ partners, needs }: typeof crowd, wish: Wish) =>
        claim(lane, partners[wish.partner]!, needs[wish.need]!, wish.quantity);
      const results = await Promise.allSettled(all.map((wish) => asked(crowd, wish)));
      const told = await database.sql<{ pledgeId: string }>(
        `select pledge_id as "pledgeId" from ${TOLD} where village_id = any($1) and pledge_id is not null order by id`,
        [crowd.world.villages.map(({ id }) => id)],
      );
      const order = new Map(told.map(({ pledgeId }, place) => [pledgeId, place]));
      const made = results.flatMap((result, index) =>
        result.status === 'fulfilled' ? [{ pledge: result.value, wish: all[index]! }] : [],
      );
      made.sort((a, b) => order.get(a.pledge.id)! - order.get(b.pledge.id)!);
      for (const { pledge, wish } of made) expect(saidBy(await asked(row, wish))).toEqual(saidBy(pledge));
      // What was refused would be refused now, since nothing was given back.
      const left = all.filter((_, index) => results[index]!.status === 'rejected');
      for (const wish of left) expect((await sorted([asked(row, wish)])).refused).toHaveLength(1);
      seen.made += made.length;
      seen.refused += left.length;
    }),
    { seed, numRuns: 60 },
  );
  expect(seen.made).toBeGreaterThan(100);
  expect(seen.refused).toBeGreaterThan(100);
});

test('after all of these the books are true', async () => {
  expect(await lane.faultsInBooks()).toEqual([]);
});
