import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { type Books, type ClaimFigures, creditLineOf, judge, worstOf } from '../src/balance/balance.rules.ts';
import type { RuleMode, RuleSetting } from '../src/balance/policy.entity.ts';
import type { Outcome, Rule, Verdict } from '../src/kernel/problems.ts';
import { seed } from './balance/seed.ts';

const nothing: Books = {
  givenPendingRupiah: 0,
  givenPostedRupiah: 0,
  receivedPendingRupiah: 0,
  receivedPostedRupiah: 0,
};

/** 10 of a plan of 100 million, which breaks none of the default rules. */
const harmless: ClaimFigures = {
  claimRupiah: 10_000_000,
  urgent: false,
  ownMandate: true,
  books: nothing,
  planRupiah: 100_000_000,
  reservedRupiah: 0,
  partnerReservedRupiah: 0,
  clusterReservedRupiah: 0,
  leastReservedRatio: null,
  openPledges: 0,
  fulfilledPledges: 0,
  allPledges: 0,
};

const defaults: Record<Rule, RuleSetting> = {
  RECIPROCITY: {
    rule: 'RECIPROCITY',
    mode: 'ENFORCE',
    limit: 250_000_000,
    floor: null,
    ceiling: 1_000_000_000,
  },
  PARTNER_SHARE: { rule: 'PARTNER_SHARE', mode: 'ENFORCE', limit: 0.6, floor: 50_000_000, ceiling: null },
  COLOUR_SHARE: { rule: 'COLOUR_SHARE', mode: 'APPROVAL', limit: 0.8, floor: 50_000_000, ceiling: null },
  SPREAD: { rule: 'SPREAD', mode: 'ADVISE', limit: 0.7, floor: 0.2, ceiling: null },
  CAPACITY: { rule: 'CAPACITY', mode: 'ENFORCE', limit: 20, floor: 0.5, ceiling: null },
};
const rules = Object.keys(defaults) as Rule[];

/** The verdict of one rule, alone. */
function verdictOf(
  rule: Rule,
  figures: Partial<ClaimFigures>,
  setting: Partial<RuleSetting> = {},
): Verdict | undefined {
  return judge({ ...harmless, ...figures }, [{ ...defaults[rule], ...setting }])[0];
}

const millions = (value: number) => value * 1_000_000;
const received = (pending: number, posted: number, given = 0): Books => ({
  ...nothing,
  receivedPendingRupiah: pending,
  receivedPostedRupiah: posted,
  givenPostedRupiah: given,
});

test.each<[what: string, books: Books, ownMandate: boolean, broken: boolean, limit: number]>([
  ['a newcomer within its credit', received(millions(100), millions(100)), true, false, millions(250)],
  ['exactly at its credit', received(millions(100), millions(150)), true, false, millions(250)],
  ['one rupiah above it', received(millions(100), millions(150) + 1), true, true, millions(250)],
  ['one rupiah above it, all of it only pending', received(millions(250) + 1, 0), true, true, millions(250)],
  ['one above it, and helping another', received(0, millions(250) + 1), false, false, millions(250)],
  [
    'what it gave, and the line that grew by it',
    received(0, millions(330), millions(40)),
    true,
    false,
    millions(330),
  ],
  ['one rupiah above both', received(0, millions(330) + 1, millions(40)), true, true, millions(330)],
  ['at the ceiling of its line', received(0, millions(1900), millions(900)), true, false, millions(1900)],
  [
    'one rupiah above the ceiling',
    received(0, millions(1900) + 1, millions(900)),
    true,
    true,
    millions(1900),
  ],
])('RECIPROCITY: %s', (_, books, ownMandate, broken, limit) => {
  const figure = books.receivedPendingRupiah + books.receivedPostedRupiah;
  expect(verdictOf('RECIPROCITY', { books, ownMandate })).toEqual({
    rule: 'RECIPROCITY',
    outcome: broken ? 'REJECT' : 'PASS',
    broken,
    before: figure,
    after: figure,
    limit,
    unit: 'IDR',
  });
});

test('RECIPROCITY: a need without a holder is in nobody’s own mandate, so even who owes may claim it', () => {
  expect(verdictOf('RECIPROCITY', { books: received(0, millions(9999)), ownMandate: false })).toMatchObject({
    broken: false,
    outcome: 'PASS',
  });
});

test('RECIPROCITY: what is given but not yet verified raises nothing', () => {
  const books = { ...received(0, millions(250) + 1), givenPendingRupiah: millions(500) };
  expect(verdictOf('RECIPROCITY', { books })).toMatchObject({ broken: true, limit: millions(250) });
});

test.each<[given: number, line: number]>([
  [0, millions(250)],
  [1, millions(250) + 1],
  [millions(750) - 1, millions(1000) - 1],
  [millions(750), millions(1000)],
  [millions(750) + 1, millions(1000)],
  [millions(90_000), millions(1000)],
])('with %i given and verified the line of credit is %i', (given, line) => {
  expect(creditLineOf(received(0, 0, given), defaults.RECIPROCITY)).toBe(line);
});

test('a line whose ceiling is its limit never grows', () => {
  expect(creditLineOf(received(0, 0, 99), { ...defaults.RECIPROCITY, limit: 7, ceiling: 7 })).toBe(7);
});

/** Both shares are one law over another figure. */
test.each<[rule: Rule, figure: 'partnerReservedRupiah' | 'clusterReservedRupiah', limit: number]>([
  ['PARTNER_SHARE', 'partnerReservedRupiah', 60],
  ['COLOUR_SHARE', 'clusterReservedRupiah', 80],
])('%s: exactly at the limit is not broken, one rupiah more is', (rule, figure, limit) => {
  const at = { [figure]: millions(limit) - harmless.claimRupiah };
  expect(verdictOf(rule, at)).toMatchObject({
    broken: false,
    before: (limit - 10) / 100,
    after: limit / 100,
    unit: 'RATIO',
  });
  const above = { ...at, claimRupiah: harmless.claimRupiah + 1 };
  expect(verdictOf(rule, above)).toMatchObject({ broken: true, limit: limit / 100 });
});

test.each<[plan: number, broken: boolean, after: number]>([
  [0, false, 0],
  [millions(50), false, 1],
  [millions(50) + 1, true, millions(50) / (millions(50) + 1)],
])('PARTNER_SHARE: 50 million of a plan of %i', (planRupiah, broken, after) => {
  const verdict = verdictOf('PARTNER_SHARE', { planRupiah, claimRupiah: millions(50) });
  expect(verdict).toMatchObject({ broken, after });
});

test('the shares equal their definition in whole numbers', () => {
  const plan = fc.integer({ min: 1, max: 10 ** 13 });
  const cases = fc.record({
    plan,
    part: fc.double({ min: 0, max: 1, noNaN: true }),
    permille: fc.integer({ min: 0, max: 1000 }),
    floor: plan,
    off: fc.integer({ min: -1, max: 1 }),
  });
  fc.assert(
    fc.property(cases, ({ plan: planRupiah, part, permille, floor, off }) => {
      // Half of the cases lie on the limit, or one rupiah beside it.
      const wanted =
        part > 0.5 ? Math.trunc((planRupiah / 1000) * permille) + off : Math.trunc(part * 2 * planRupiah);
      const total = Math.max(1, Math.min(planRupiah, wanted));
      const [claimRupiah, partnerReservedRupiah] = [Math.ceil(total / 2), Math.trunc(total / 2)];
      const verdict = verdictOf(
        'PARTNER_SHARE',
        { planRupiah, claimRupiah, partnerReservedRupiah },
        { limit: permille / 1000, floor },
      );
      const above = BigInt(total) * 1000n > BigInt(permille) * BigInt(planRupiah);
      expect(verdict!.broken).toBe(above && planRupiah > floor);
    }),
    { seed, numRuns: 2000 },
  );
});

test.each<[what: string, reserved: number, least: number | null, broken: boolean]>([
  ['at the limit, while another lags behind', 70, 0.19, true],
  ['above it', 71, 0, true],
  ['a rupiah below it, though the claim itself goes above', 70 - 1e-6, 0, false],
  ['another is exactly at the floor', 90, 0.2, false],
  ['there is no other', 90, null, false],
])('SPREAD: %s', (_, reserved, leastReservedRatio, broken) => {
  const verdict = verdictOf('SPREAD', { reservedRupiah: Math.round(millions(reserved)), leastReservedRatio });
  const before = Math.round(millions(reserved)) / millions(100);
  const after = Math.round(millions(reserved + 10)) / millions(100);
  expect(verdict).toEqual({
    rule: 'SPREAD',
    outcome: broken ? 'ADVISE' : 'PASS',
    broken,
    before,
    after,
    limit: 0.7,
    unit: 'RATIO',
  });
});

test('SPREAD: a village without a plan has nothing reserved', () => {
  const verdict = verdictOf('SPREAD', { planRupiah: 0, leastReservedRatio: 0 });
  expect(verdict).toMatchObject({ broken: false, before: 0, after: 0 });
});

test.each<[what: string, open: number, fulfilled: number, all: number, broken: boolean]>([
  ['the twentieth', 19, 0, 19, false],
  ['the twenty-first, none fulfilled', 20, 0, 20, true],
  ['the twenty-first, exactly half fulfilled', 20, 20, 40, false],
  ['the twenty-first, one too few fulfilled', 20, 20, 41, true],
  ['the fiftieth of one who fulfils', 49, 100, 149, false],
])('CAPACITY: %s', (_, openPledges, fulfilledPledges, allPledges, broken) => {
  expect(verdictOf('CAPACITY', { openPledges, fulfilledPledges, allPledges })).toEqual({
    rule: 'CAPACITY',
    outcome: broken ? 'REJECT' : 'PASS',
    broken,
    before: openPledges,
    after: openPledges + 1,
    limit: 20,
    unit: 'COUNT',
  });
});

test('CAPACITY: who has never pledged has fulfilled nothing, which is below any floor but 0', () => {
  expect(verdictOf('CAPACITY', {}, { limit: 0 })).toMatchObject({ broken: true });
  expect(verdictOf('CAPACITY', {}, { limit: 0, floor: 0 })).toMatchObject({ broken: false });
});

/** Breaks every rule at once. */
const bad: ClaimFigures = {
  ...harmless,
  books: received(millions(251), 0),
  reservedRupiah: millions(90),
  partnerReservedRupiah: millions(55),
  clusterReservedRupiah: millions(75),
  leastReservedRatio: 0,
  openPledges: 20,
  allPledges: 20,
};

const outcomes: Record<RuleMode, [usual: Outcome | null, urgent: Outcome | null]> = {
  OFF: [null, null],
  ADVISE: ['ADVISE', 'ADVISE'],
  APPROVAL: ['APPROVAL', 'APPROVAL'],
  ENFORCE: ['REJECT', 'APPROVAL'],
};

test.each(rules)('%s, broken, does what its mode says; an urgent need is never refused', (rule) => {
  for (const [mode, [usual, urgent]] of Object.entries(outcomes) as [
    RuleMode,
    [Outcome | null, Outcome | null],
  ][]) {
    const verdict = (isUrgent: boolean) =>
      judge({ ...bad, urgent: isUrgent }, [{ ...defaults[rule], mode }])[0];
    expect(verdict(false)?.outcome ?? null).toBe(usual);
    expect(verdict(true)?.outcome ?? null).toBe(urgent);
  }
});

test.each(rules)('%s, kept, passes in every mode, and gives no verdict when it is off', (rule) => {
  for (const mode of Object.keys(outcomes) as RuleMode[]) {
    const expected = mode === 'OFF' ? [] : [{ rule, outcome: 'PASS', broken: false }];
    expect(judge(harmless, [{ ...defaults[rule], mode }])).toMatchObject(expected);
  }
});

test('of several broken rules every verdict is shown, in the order of the policy, and the worst outcome counts', () => {
  const verdicts = judge(bad, Object.values(defaults));
  expect(verdicts.map(({ rule, outcome }) => [rule, outcome])).toEqual([
    ['RECIPROCITY', 'REJECT'],
    ['PARTNER_SHARE', 'REJECT'],
    ['COLOUR_SHARE', 'APPROVAL'],
    ['SPREAD', 'ADVISE'],
    ['CAPACITY', 'REJECT'],
  ]);
  expect(worstOf(verdicts)).toBe('REJECT');
  expect(worstOf(verdicts.filter(({ outcome }) => outcome !== 'REJECT'))).toBe('APPROVAL');
  expect(worstOf(verdicts.filter(({ outcome }) => outcome === 'ADVISE'))).toBe('ADVISE');
  const urgent = judge({ ...bad, urgent: true }, Object.values(defaults));
  expect(worstOf(urgent)).toBe('APPROVAL');
});

test('a policy of which every rule is off gives no verdict, and the claim passes', () => {
  const verdicts = judge(
    bad,
    Object.values(defaults).map((setting) => ({ ...setting, mode: 'OFF' as const })),
  );
  expect(verdicts).toEqual([]);
  expect(worstOf(verdicts)).toBe('PASS');
});
