import {
  isOpen,
  type Mode,
  type Model,
  type ModelNeed,
  type ModelPartner,
  type RuleName,
  statusOfPledge,
} from './model.ts';

/** What the model says of one rule. */
export interface ModelVerdict {
  rule: RuleName;
  broken: boolean;
  outcome: 'PASS' | 'ADVISE' | 'APPROVAL' | 'REJECT';
}

export const rulesInOrder: readonly RuleName[] = [
  'RECIPROCITY',
  'PARTNER_SHARE',
  'COLOUR_SHARE',
  'SPREAD',
  'CAPACITY',
];
const severity = ['PASS', 'ADVISE', 'APPROVAL', 'REJECT'] as const;

/** a ÷ b > n ÷ 1000, in whole numbers. */
const exceeds = (a: number, b: number, permille: number) => BigInt(a) * 1000n > BigInt(b) * BigInt(permille);

function isBroken(
  rule: RuleName,
  model: Model,
  partner: ModelPartner,
  need: ModelNeed,
  quantity: number,
): boolean {
  const policy = model.policyAt(need.village.code);
  const { permille, exemptRupiah } = policy;
  const { village, sector } = need;
  const plan = model.figuresOf(village).needed;
  const value = quantity * need.unitValue;
  switch (rule) {
    case 'RECIPROCITY': {
      if (model.holderOf(need) !== partner) return false;
      const { receivedPending, receivedPosted } = model.booksOf(partner);
      return receivedPending + receivedPosted > model.mayReceive(partner, policy);
    }
    case 'PARTNER_SHARE': {
      const held = model.reservedBy(village, (one) => one === partner);
      return plan > exemptRupiah.partner && exceeds(held + value, plan, permille.partner);
    }
    case 'COLOUR_SHARE': {
      const held = model.reservedBy(village, ({ cluster }) => cluster === partner.cluster);
      return plan > exemptRupiah.colour && exceeds(held + value, plan, permille.colour);
    }
    case 'SPREAD': {
      const lagging = model.needs
        .filter(
          (other) => other.village !== village && other.sector === sector && model.statusOf(other) === 'OPEN',
        )
        .some((other) => {
          const otherPlan = model.figuresOf(other.village).needed;
          return (
            BigInt(model.reservedOf(other.village)) * 1000n < BigInt(otherPlan) * BigInt(permille.lagging)
          );
        });
      const full = BigInt(model.reservedOf(village)) * 1000n >= BigInt(plan) * BigInt(permille.spread);
      return full && lagging;
    }
    case 'CAPACITY': {
      const own = model.pledges.filter((pledge) => pledge.partner === partner);
      const fulfilled = own.filter((pledge) => statusOfPledge(pledge) === 'FULFILLED').length;
      const unproven =
        own.length === 0 ? permille.fulfilled > 0 : fulfilled * 1000 < own.length * permille.fulfilled;
      return own.filter(isOpen).length + 1 > policy.capacity && unproven;
    }
    default:
      return rule satisfies never;
  }
}

function outcomeOf(mode: Mode, urgent: boolean): ModelVerdict['outcome'] {
  if (mode === 'ENFORCE') return urgent ? 'APPROVAL' : 'REJECT';
  return mode === 'OFF' ? 'PASS' : mode;
}

/** Every rule that is not off, in its order. */
export function verdictsOf(
  model: Model,
  partner: ModelPartner,
  need: ModelNeed,
  quantity: number,
): ModelVerdict[] {
  const { modes } = model.policyAt(need.village.code);
  return rulesInOrder
    .filter((rule) => modes[rule] !== 'OFF')
    .map((rule) => {
      const broken = isBroken(rule, model, partner, need, quantity);
      return { rule, broken, outcome: broken ? outcomeOf(modes[rule], need.urgent) : 'PASS' };
    });
}

export function worstOutcome(verdicts: readonly ModelVerdict[]): ModelVerdict['outcome'] {
  return severity[Math.max(0, ...verdicts.map(({ outcome }) => severity.indexOf(outcome)))]!;
}

/** The rules in mode ENFORCE whose limit is passed as things stand just after a claim that was not urgent. */
export function overrunBy(model: Model, partner: ModelPartner, need: ModelNeed): RuleName[] {
  const policy = model.policyAt(need.village.code);
  const { permille, exemptRupiah, modes } = policy;
  const plan = model.figuresOf(need.village).needed;
  const share = (isOne: (one: ModelPartner) => boolean) => model.reservedBy(need.village, isOne);
  const own = model.pledges.filter((pledge) => pledge.partner === partner);
  const fulfilled = own.filter((pledge) => statusOfPledge(pledge) === 'FULFILLED').length;
  const { receivedPending, receivedPosted } = model.booksOf(partner);
  const over: Partial<Record<RuleName, boolean>> = {
    RECIPROCITY:
      model.holderOf(need) === partner &&
      receivedPending + receivedPosted > model.mayReceive(partner, policy),
    PARTNER_SHARE:
      plan > exemptRupiah.partner &&
      exceeds(
        share((one) => one === partner),
        plan,
        permille.partner,
      ),
    COLOUR_SHARE:
      plan > exemptRupiah.colour &&
      exceeds(
        share(({ cluster }) => cluster === partner.cluster),
        plan,
        permille.colour,
      ),
    // The claim itself is one of all pledges by now, but was not when its maker's record was weighed.
    CAPACITY:
      own.filter(isOpen).length > policy.capacity && fulfilled * 1000 < (own.length - 1) * permille.fulfilled,
  };
  return rulesInOrder.filter((rule) => modes[rule] === 'ENFORCE' && over[rule] === true);
}
