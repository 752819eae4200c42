import { type Model, type ModelNeed, type ModelPartner, verifiedOf } from './model.ts';
import { verdictsOf, worstOutcome } from './model-judge.ts';

export interface ModelSuggestion {
  need: ModelNeed;
  reasons: string[];
  creditor: ModelPartner | null;
}

/** What of verified support one partner gave to another's mandate. */
function given(model: Model, from: ModelPartner, to: ModelPartner): number {
  const pledges = model.pledges.filter(({ partner, holder }) => partner === from && holder === to);
  return pledges.reduce((total, pledge) => total + verifiedOf(pledge) * pledge.need.unitValue, 0);
}

const lacks = (model: Model, partner: ModelPartner, { village }: ModelNeed) =>
  !model.coloursOf(village).has(partner.cluster);

/** Whom the partner owes support, if it is the need's holder. */
function creditorOf(model: Model, partner: ModelPartner, need: ModelNeed): ModelPartner | null {
  const holder = model.holderOf(need);
  return holder !== null && given(model, holder, partner) > given(model, partner, holder) ? holder : null;
}

const first = (...differences: number[]) => differences.find((difference) => difference !== 0) ?? 0;
const textual = (a: string, b: string) => (a < b ? -1 : Number(a > b));

/** Open needs in the partner's area of which it may claim 1, the best first; `soon` is the last day that is soon. */
export function suggestionsFor(model: Model, partner: ModelPartner, soon: string): ModelSuggestion[] {
  const open = model.needs.filter(
    (need) => model.statusOf(need) === 'OPEN' && need.village.code.startsWith(partner.areaCode),
  );
  const passing = open.filter((need) =>
    ['PASS', 'ADVISE'].includes(worstOutcome(verdictsOf(model, partner, need, 1))),
  );
  /** The lesser committed ÷ needed, in whole numbers. */
  const coverage = (a: ModelNeed, b: ModelNeed) => {
    const [x, y] = [model.figuresOf(a.village), model.figuresOf(b.village)];
    return Number(BigInt(x.committed) * BigInt(y.needed) - BigInt(y.committed) * BigInt(x.needed));
  };
  const no = (value: boolean) => Number(!value);
  const ranked = passing.toSorted((a, b) =>
    first(
      no(creditorOf(model, partner, a) !== null) - no(creditorOf(model, partner, b) !== null),
      no(lacks(model, partner, a)) - no(lacks(model, partner, b)),
      coverage(a, b),
      no(a.urgent) - no(b.urgent),
      textual(a.dueOn ?? 'never', b.dueOn ?? 'never'),
      textual(a.id, b.id),
    ),
  );
  return ranked.map((need) => {
    const creditor = creditorOf(model, partner, need);
    const reasons: [boolean, string][] = [
      [creditor !== null, 'SUPPORTS_CREDITOR'],
      [lacks(model, partner, need), 'ADDS_COLOUR'],
      [true, 'LEAST_COVERED'],
      [need.urgent, 'URGENT'],
      [need.dueOn !== null && need.dueOn <= soon, 'DUE_SOON'],
    ];
    return { need, reasons: reasons.filter(([holds]) => holds).map(([, reason]) => reason), creditor };
  });
}
