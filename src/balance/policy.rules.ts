import type { InputCheck } from '../kernel/input-check.ts';
import type { Rule } from '../kernel/problems.ts';
import { MAX_RUPIAH } from '../kernel/rupiah.ts';
import type { RuleMode, RuleSetting } from './policy.entity.ts';

export interface SettingInput {
  rule: Rule;
  mode: RuleMode;
  limit: number;
  floor?: number | null;
  ceiling?: number | null;
}

type Unit = 'IDR' | 'RATIO' | 'COUNT';

/** What each rule's figures are; null where the rule has none. */
const figures: Record<Rule, { limit: Unit; floor: Unit | null; ceiling: Unit | null }> = {
  RECIPROCITY: { limit: 'IDR', floor: null, ceiling: 'IDR' },
  PARTNER_SHARE: { limit: 'RATIO', floor: 'IDR', ceiling: null },
  COLOUR_SHARE: { limit: 'RATIO', floor: 'IDR', ceiling: null },
  SPREAD: { limit: 'RATIO', floor: 'RATIO', ceiling: null },
  CAPACITY: { limit: 'COUNT', floor: 'RATIO', ceiling: null },
};
const order = Object.keys(figures) as Rule[];

const MAX_COUNT = 1_000_000;
const most: Record<Unit, number> = { IDR: MAX_RUPIAH, RATIO: 1, COUNT: MAX_COUNT };

function checkFigure(check: InputCheck, field: string, value: number, unit: Unit): void {
  const max = most[unit];
  const whole = unit === 'RATIO' || Number.isSafeInteger(value);
  if (!whole || !(value >= 0 && value <= max)) check.fault(field, 'input.out-of-range', { min: 0, max });
}

/**
 * The five settings in their order, each rule once, every figure in its range, floor and ceiling given exactly
 * where the rule uses them. Faults are told to `check`, with the place of the setting.
 */
export function checkSettings(check: InputCheck, inputs: readonly SettingInput[]): RuleSetting[] {
  inputs.forEach(({ rule, limit, floor, ceiling }, index) => {
    const at = (field: string) => `rules.${index}.${field}`;
    if (inputs.findIndex((one) => one.rule === rule) !== index) {
      check.fault(at('rule'), 'input.twice', { value: rule });
    }
    const used = figures[rule];
    checkFigure(check, at('limit'), limit, used.limit);
    for (const [field, value, unit] of [
      ['floor', floor, used.floor],
      ['ceiling', ceiling, used.ceiling],
    ] as const) {
      if (unit === null && value != null) check.fault(at(field), 'input.not-used', { rule });
      else if (unit !== null && value == null) check.fault(at(field), 'input.required');
      else if (unit !== null && value != null) checkFigure(check, at(field), value, unit);
    }
    if (ceiling != null && used.ceiling !== null && ceiling < limit) {
      check.fault(at('ceiling'), 'input.below-limit');
    }
  });
  for (const rule of order) {
    if (!inputs.some((one) => one.rule === rule)) check.fault('rules', 'input.rule-missing', { rule });
  }
  return inputs
    .map(({ rule, mode, limit, floor, ceiling }) => ({
      rule,
      mode,
      limit,
      floor: floor ?? null,
      ceiling: ceiling ?? null,
    }))
    .toSorted((a, b) => order.indexOf(a.rule) - order.indexOf(b.rule));
}
