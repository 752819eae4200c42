import fc from 'fast-check';
import type { PolicyInput } from '../../src/balance/policy-publication.service.ts';
import type { Mode, ModelPolicy } from './model.ts';

/** How often each act is drawn, of all of them together. */
const weights = {
  claim: 14,
  commit: 10,
  report: 9,
  verify: 12,
  approve: 4,
  dispute: 2,
  decline: 1,
  withdraw: 3,
  cancel: 2,
  update: 3,
  publish: 2,
  draft: 1,
  publishDraft: 1,
  expire: 3,
  publishPolicy: 3,
  register: 1,
  replay: 1,
} as const;

export type Act = keyof typeof weights;

/** An act, and numbers that say on what and how much, by the state in which it finds the world. */
export interface Step {
  act: Act;
  a: number;
  b: number;
  c: number;
  d: number;
}

/** A random story: the first policy, the needs of two villages, and what then happens. */
export interface Story {
  policy: number;
  needs: Step[];
  steps: Step[];
}

const number = fc.noBias(fc.maxSafeNat());
const acts = (Object.keys(weights) as Act[]).flatMap((act) =>
  Array.from({ length: weights[act] }, () => act),
);
const stepOf = (act: fc.Arbitrary<Act>) => fc.record({ act, a: number, b: number, c: number, d: number });

const stepsOf = (minLength: number, maxLength: number) =>
  fc.array(stepOf(fc.constantFrom(...acts)), { minLength, maxLength, size: 'max' });

/** Many short stories and some long ones, which come far; when one fails, steps are left out and numbers made smaller. */
export const stories: fc.Arbitrary<Story> = fc.record({
  policy: number,
  needs: fc.array(stepOf(fc.constant('publish')), { minLength: 5, maxLength: 5 }),
  steps: fc.oneof({ weight: 19, arbitrary: stepsOf(3, 6) }, { weight: 1, arbitrary: stepsOf(20, 36) }),
});

/** One number as many small ones, drawn one after the other. */
export class Digits {
  private rest: number;

  constructor(value: number) {
    this.rest = value;
  }

  below(count: number): number {
    const digit = this.rest % count;
    this.rest = Math.trunc(this.rest / count);
    return digit;
  }

  of<T>(list: readonly T[]): T {
    return list[this.below(list.length)]!;
  }
}

const millions = (list: readonly number[]) => list.map((value) => value * 1_000_000);
const modes: readonly Mode[] = ['OFF', 'ADVISE', 'APPROVAL', 'ENFORCE'];

export type PolicyTerms = Omit<ModelPolicy, 'id' | 'areaCode' | 'version'>;

/** A policy by one number: figures so small and round that stories of few steps meet every limit, often exactly. */
export function policyOf(value: number): PolicyTerms {
  const digits = new Digits(value);
  const creditRupiah = digits.of(millions([0, 10, 20, 50, 100]));
  return {
    modes: {
      RECIPROCITY: digits.of(modes),
      PARTNER_SHARE: digits.of(modes),
      COLOUR_SHARE: digits.of(modes),
      SPREAD: digits.of(modes),
      CAPACITY: digits.of(modes),
    },
    creditRupiah,
    greatestCreditRupiah: creditRupiah + digits.of(millions([0, 5, 1000])),
    permille: {
      partner: digits.of([300, 500, 600, 1000, 333]),
      colour: digits.of([400, 500, 750, 1000, 667]),
      spread: digits.of([0, 250, 500, 700]),
      lagging: digits.of([200, 500, 1000]),
      fulfilled: digits.of([0, 500, 1000]),
    },
    exemptRupiah: { partner: digits.of(millions([0, 20, 50])), colour: digits.of(millions([0, 20, 50])) },
    capacity: digits.of([0, 1, 2, 3]),
    synergyColours: digits.of([1, 2, 3]),
    synergyDiversityTenths: digits.of([10, 15, 16, 20]),
    pledgeDays: digits.of([1, 7, 14]),
    graceDays: digits.of([0, 3, 14]),
  };
}

/** The same as an administrator would write it. */
export function policyInput(policy: PolicyTerms, areaCode: string): PolicyInput {
  const { permille, exemptRupiah } = policy;
  const mode = (rule: keyof typeof policy.modes) => ({ rule, mode: policy.modes[rule] });
  return {
    areaCode,
    rules: [
      { ...mode('CAPACITY'), limit: policy.capacity, floor: permille.fulfilled / 1000 },
      { ...mode('SPREAD'), limit: permille.spread / 1000, floor: permille.lagging / 1000 },
      { ...mode('COLOUR_SHARE'), limit: permille.colour / 1000, floor: exemptRupiah.colour },
      { ...mode('PARTNER_SHARE'), limit: permille.partner / 1000, floor: exemptRupiah.partner },
      { ...mode('RECIPROCITY'), limit: policy.creditRupiah, ceiling: policy.greatestCreditRupiah },
    ],
    synergyColours: policy.synergyColours,
    synergyDiversity: policy.synergyDiversityTenths / 10,
    pledgeDays: policy.pledgeDays,
    graceDays: policy.graceDays,
  };
}
