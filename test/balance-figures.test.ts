import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { commonArea } from '../src/balance/balance.service.ts';
import type { RuleSetting } from '../src/balance/policy.entity.ts';
import { checkSettings, type SettingInput } from '../src/balance/policy.rules.ts';
import { type Flow, reciprocityOf, type Standing, standingOf } from '../src/balance/standing.rules.ts';
import { InputCheck } from '../src/kernel/input-check.ts';
import { Refused } from '../src/kernel/problems.ts';
import { MAX_RUPIAH } from '../src/kernel/rupiah.ts';
import { diversityOf, synergyOf } from '../src/villages/village.rules.ts';
import { seed } from './balance/seed.ts';

const credit: RuleSetting = { rule: 'RECIPROCITY', mode: 'ENFORCE', limit: 250, floor: null, ceiling: 1000 };

test.each<[given: number, pending: number, posted: number, line: number, standing: Standing]>([
  [0, 0, 0, 250, 'BALANCED'],
  [0, 0, 250, 250, 'BALANCED'],
  [0, 0, 251, 250, 'OWES'],
  [0, 251, 0, 250, 'OWES'],
  [40, 0, 330, 290, 'BALANCED'],
  [40, 0, 331, 290, 'OWES'],
  [900, 0, 1900, 1000, 'BALANCED'],
  [900, 0, 1901, 1000, 'OWES'],
  [1, 0, 0, 251, 'OWED'],
  [200, 0, 100, 450, 'BALANCED'],
  [201, 0, 100, 451, 'OWED'],
  // Owed by what is verified, and yet it owes by what is on its way.
  [201, 553, 100, 451, 'OWES'],
  [201, 552, 100, 451, 'OWED'],
])('given %i, received %i pending and %i posted: line %i, %s', (given, pending, posted, line, standing) => {
  const books = {
    givenPendingRupiah: 999_999,
    givenPostedRupiah: given,
    receivedPendingRupiah: pending,
    receivedPostedRupiah: posted,
  };
  expect(standingOf(books, credit)).toEqual({
    ...books,
    netRupiah: given - posted,
    creditLineRupiah: line,
    standing,
  });
});

test.each<[committed: number[], diversity: number]>([
  [[], 0],
  [[0, 0], 0],
  [[7], 1],
  [[7, 0], 1],
  [[1, 1], 2],
  [[3, 1], 1.6],
  [[9, 1], 100 / 82],
  [[1, 1, 1], 3],
  [[4, 1, 1], 2],
  [[2, 1, 1], 16 / 6],
  [[MAX_RUPIAH, MAX_RUPIAH], 2],
])('the diversity of %j is %f', (committed, diversity) => {
  expect(diversityOf(committed)).toBeCloseTo(diversity, 11);
});

test('diversity lies between 1 and the number of colours, does not depend on their scale or order, and is the definition', () => {
  const amounts = fc.array(fc.integer({ min: 1, max: 10 ** 12 }), { minLength: 1, maxLength: 9 });
  fc.assert(
    fc.property(amounts, fc.integer({ min: 2, max: 9000 }), (committed, scale) => {
      const diversity = diversityOf(committed);
      const total = committed.reduce((sum, value) => sum + value, 0);
      const squares = committed.reduce((sum, value) => sum + (value / total) ** 2, 0);
      expect(diversity).toBeCloseTo(1 / squares, 9);
      expect(diversity).toBeGreaterThanOrEqual(1);
      expect(diversity).toBeLessThanOrEqual(committed.length);
      expect(diversityOf(committed.map((value) => value * scale))).toBe(diversity);
      expect(diversityOf(committed.toReversed())).toBe(diversity);
      expect(diversityOf(committed.map(() => 5))).toBe(committed.length);
    }),
    { seed },
  );
});

test.each<[committed: number[], colours: number, diversity: number, level: string]>([
  [[], 2, 1.5, 'UNTOUCHED'],
  [[0], 2, 1.5, 'UNTOUCHED'],
  [[5], 2, 1.5, 'SINGLE_COLOUR'],
  [[5], 1, 1, 'SINGLE_COLOUR'],
  [[5, 0], 2, 1, 'SINGLE_COLOUR'],
  // 1.5 lies between: p = (1 + 1/√3) / 2 is 0.7887 and no ratio of whole numbers.
  [[789, 211], 2, 1.5, 'MULTI_COLOUR'],
  [[788, 212], 2, 1.5, 'SYNERGY'],
  [[78_867_513_460, 21_132_486_540], 2, 1.5, 'MULTI_COLOUR'],
  [[78_867_513_459, 21_132_486_541], 2, 1.5, 'SYNERGY'],
  // Exactly on the bar counts.
  [[3, 1], 2, 1.6, 'SYNERGY'],
  [[30_000_001, 10_000_000], 2, 1.6, 'MULTI_COLOUR'],
  [[1, 1], 2, 2, 'SYNERGY'],
  [[1, 1], 3, 1.5, 'MULTI_COLOUR'],
  [[1, 1, 1], 3, 3, 'SYNERGY'],
  [[1_000_001, 1_000_000, 1_000_000], 3, 3, 'MULTI_COLOUR'],
  [[4, 1, 1], 3, 2, 'SYNERGY'],
  [[4_000_001, 1_000_000, 1_000_000], 3, 2, 'MULTI_COLOUR'],
])('committed %j with the bars %i and %f is %s', (committed, synergyColours, synergyDiversity, level) => {
  expect(synergyOf(committed, { synergyColours, synergyDiversity })).toBe(level);
});

const flow = (fromId: string, toId: string, postedRupiah: number): Flow => ({ fromId, toId, postedRupiah });

test.each<[graph: string, flows: Flow[], bilateral: number | null, multilateral: number | null]>([
  ['none', [], null, null],
  ['none that is verified', [flow('a', 'b', 0)], null, null],
  ['a pair that gave each other 100', [flow('a', 'b', 100), flow('b', 'a', 100)], 1, 1],
  ['a pair that gave each other 100 and 50', [flow('a', 'b', 100), flow('b', 'a', 50)], 2 / 3, 2 / 3],
  ['one that gives and one that takes', [flow('a', 'b', 100)], 0, 0],
  ['a circle of three', [flow('a', 'b', 100), flow('b', 'c', 100), flow('c', 'a', 100)], 0, 1],
  ['a circle of three that leaks', [flow('a', 'b', 100), flow('b', 'c', 100), flow('c', 'a', 50)], 0, 0.8],
  ['a pair and a stranger', [flow('a', 'b', 100), flow('b', 'a', 100), flow('c', 'd', 200)], 0.5, 0.5],
  ['one pair told twice', [flow('a', 'b', 60), flow('a', 'b', 40), flow('b', 'a', 100)], 1, 1],
  ['very great flows', [flow('a', 'b', MAX_RUPIAH), flow('b', 'a', MAX_RUPIAH)], 1, 1],
])('reciprocity of %s', (_, flows, bilateral, multilateral) => {
  expect(reciprocityOf(flows)).toEqual({ bilateral, multilateral });
});

test('reciprocity lies between 0 and 1, what returns to its giver returns to anybody, and names do not matter', () => {
  const ids = fc.constantFrom('a', 'b', 'c', 'd', 'e');
  const flows = fc.array(
    fc.record({ fromId: ids, toId: ids, postedRupiah: fc.integer({ min: 1, max: 10 ** 12 }) }),
    { minLength: 1, maxLength: 15 },
  );
  fc.assert(
    fc.property(flows, (drawn) => {
      const between = drawn.filter(({ fromId, toId }) => fromId !== toId);
      fc.pre(between.length > 0);
      const found = reciprocityOf(between);
      const { bilateral, multilateral } = found as Record<keyof typeof found, number>;
      expect(bilateral).toBeGreaterThanOrEqual(0);
      expect(multilateral).toBeGreaterThanOrEqual(bilateral - 1e-15);
      expect(multilateral).toBeLessThanOrEqual(1);
      const renamed = between.map(({ fromId, toId, postedRupiah }) =>
        flow(`x${fromId}`, `x${toId}`, postedRupiah),
      );
      expect(reciprocityOf(renamed)).toEqual(found);
      const turned = between.map(({ fromId, toId, postedRupiah }) => flow(toId, fromId, postedRupiah));
      expect(reciprocityOf(turned)).toEqual(found);
      expect(reciprocityOf([...between, ...turned])).toEqual({ bilateral: 1, multilateral: 1 });
    }),
    { seed },
  );
});

test.each<[codes: string[], common: string | null]>([
  [[], null],
  [['36.02'], '36.02'],
  [['36.02', '36.02.11'], '36.02'],
  [['36.02.11', '36.02.12'], '36.02'],
  [['36.02', '36.04'], '36'],
  [['36.02', '32.02'], null],
  [['36.02.11.2005', '36.02.11.2005'], '36.02.11.2005'],
])('the smallest area that holds all of %j is %s', (codes, common) => {
  expect(commonArea(codes)).toBe(common);
});

const complete: Record<SettingInput['rule'], SettingInput> = {
  RECIPROCITY: { rule: 'RECIPROCITY', mode: 'ENFORCE', limit: 250, ceiling: 1000 },
  PARTNER_SHARE: { rule: 'PARTNER_SHARE', mode: 'ENFORCE', limit: 0.6, floor: 50 },
  COLOUR_SHARE: { rule: 'COLOUR_SHARE', mode: 'APPROVAL', limit: 0.8, floor: 50 },
  SPREAD: { rule: 'SPREAD', mode: 'ADVISE', limit: 0.7, floor: 0.2 },
  CAPACITY: { rule: 'CAPACITY', mode: 'OFF', limit: 20, floor: 0.5 },
};

/** The faults of a list of settings as `path key`. */
function faultsOf(inputs: SettingInput[]): string[] {
  const check = new InputCheck();
  checkSettings(check, inputs);
  try {
    check.done();
  } catch (error) {
    if (error instanceof Refused) return error.problems.map(({ path, key }) => `${path?.join('.')} ${key}`);
    throw error;
  }
  return [];
}

const withChange = (change: Partial<SettingInput> & Pick<SettingInput, 'rule'>) =>
  Object.values({ ...complete, [change.rule]: { ...complete[change.rule], ...change } });

test('five settings in any order are kept in one order, with null where a rule has no such figure', () => {
  const kept = checkSettings(new InputCheck(), Object.values(complete).toReversed());
  expect(kept).toEqual(
    Object.values(complete).map((setting) => ({ floor: null, ceiling: null, ...setting })),
  );
});

test.each<[change: Partial<SettingInput> & Pick<SettingInput, 'rule'>, fault: string | null]>([
  [{ rule: 'RECIPROCITY', limit: 0, ceiling: 0 }, null],
  [{ rule: 'RECIPROCITY', limit: MAX_RUPIAH, ceiling: MAX_RUPIAH }, null],
  [{ rule: 'RECIPROCITY', limit: 1000, ceiling: 1000 }, null],
  [{ rule: 'RECIPROCITY', limit: 1001, ceiling: 1000 }, '0.ceiling input.below-limit'],
  [{ rule: 'RECIPROCITY', limit: -1 }, '0.limit input.out-of-range'],
  [{ rule: 'RECIPROCITY', limit: 1.5 }, '0.limit input.out-of-range'],
  [{ rule: 'RECIPROCITY', ceiling: MAX_RUPIAH + 1 }, '0.ceiling input.out-of-range'],
  [{ rule: 'RECIPROCITY', ceiling: null }, '0.ceiling input.required'],
  [{ rule: 'RECIPROCITY', floor: 0 }, '0.floor input.not-used'],
  [{ rule: 'PARTNER_SHARE', limit: 0, floor: 0 }, null],
  [{ rule: 'PARTNER_SHARE', limit: 1, floor: MAX_RUPIAH }, null],
  [{ rule: 'PARTNER_SHARE', limit: 1.000001 }, '1.limit input.out-of-range'],
  [{ rule: 'PARTNER_SHARE', limit: Number.NaN }, '1.limit input.out-of-range'],
  [{ rule: 'PARTNER_SHARE', limit: Number.POSITIVE_INFINITY }, '1.limit input.out-of-range'],
  [{ rule: 'PARTNER_SHARE', floor: 0.5 }, '1.floor input.out-of-range'],
  [{ rule: 'PARTNER_SHARE', floor: undefined }, '1.floor input.required'],
  [{ rule: 'PARTNER_SHARE', ceiling: 1 }, '1.ceiling input.not-used'],
  [{ rule: 'COLOUR_SHARE', limit: -0.1 }, '2.limit input.out-of-range'],
  [{ rule: 'COLOUR_SHARE', floor: -1 }, '2.floor input.out-of-range'],
  [{ rule: 'COLOUR_SHARE', ceiling: 0 }, '2.ceiling input.not-used'],
  [{ rule: 'SPREAD', limit: 0, floor: 1 }, null],
  [{ rule: 'SPREAD', floor: 1.1 }, '3.floor input.out-of-range'],
  [{ rule: 'SPREAD', floor: null }, '3.floor input.required'],
  [{ rule: 'CAPACITY', limit: 0, floor: 0 }, null],
  [{ rule: 'CAPACITY', limit: 1_000_000, floor: 1 }, null],
  [{ rule: 'CAPACITY', limit: 1_000_001 }, '4.limit input.out-of-range'],
  [{ rule: 'CAPACITY', limit: 2.5 }, '4.limit input.out-of-range'],
  [{ rule: 'CAPACITY', floor: 2 }, '4.floor input.out-of-range'],
])('the setting %j: %s', (change, fault) => {
  expect(faultsOf(withChange(change))).toEqual(fault === null ? [] : [`input.rules.${fault}`]);
});

test('every fault is told at once: a rule twice, a rule that is missing, a figure out of range', () => {
  const { SPREAD: _, ...others } = complete;
  const inputs = [
    ...Object.values({ ...others, CAPACITY: { ...complete.CAPACITY, limit: -1 } }),
    complete.RECIPROCITY,
  ];
  expect(faultsOf(inputs)).toEqual([
    'input.rules.3.limit input.out-of-range',
    'input.rules.4.rule input.twice',
    'input.rules input.rule-missing',
  ]);
  expect(faultsOf([])).toEqual(Array.from({ length: 5 }, () => 'input.rules input.rule-missing'));
});
