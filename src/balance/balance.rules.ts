import type { Message, Outcome, Rule, Verdict } from '../kernel/problems.ts';
import { ratio } from '../kernel/rupiah.ts';
import type { RuleMode, RuleSetting } from './policy.entity.ts';

/** A partner's books in rupiah: pending is committed and not yet verified, posted is verified. */
export interface Books {
  givenPendingRupiah: number;
  givenPostedRupiah: number;
  receivedPendingRupiah: number;
  receivedPostedRupiah: number;
}

/** All that the rules weigh of one claim: partner S, its cluster, x rupiah of a need in village V with holder H. */
export interface ClaimFigures {
  claimRupiah: number;
  urgent: boolean;
  ownMandate: boolean;
  books: Books;
  planRupiah: number;
  reservedRupiah: number;
  partnerReservedRupiah: number;
  clusterReservedRupiah: number;
  /**
   * Lowest reserved ÷ plan among the regency's other villages with an OPEN need of the sector; null when there is
   * none, or when V itself is below SPREAD's limit and nobody asks.
   */
  leastReservedRatio: number | null;
  openPledges: number;
  fulfilledPledges: number;
  allPledges: number;
}

/** The line of credit in rupiah: small for a newcomer, growing with what it has given, up to the ceiling. */
export function creditLineOf(books: Books, setting: RuleSetting): number {
  return Math.min(setting.ceiling ?? setting.limit, setting.limit + books.givenPostedRupiah);
}

interface Weighed {
  broken: boolean;
  before: number;
  after: number;
  limit: number;
  unit: Verdict['unit'];
}

function weighReciprocity(claim: ClaimFigures, setting: RuleSetting): Weighed {
  const { books } = claim;
  const received = books.receivedPendingRupiah + books.receivedPostedRupiah;
  const limit = books.givenPostedRupiah + creditLineOf(books, setting);
  return {
    broken: claim.ownMandate && received > limit,
    before: received,
    after: received,
    limit,
    unit: 'IDR',
  };
}

function weighShare(claim: ClaimFigures, setting: RuleSetting, reservedRupiah: number): Weighed {
  const before = ratio(reservedRupiah, claim.planRupiah);
  const after = ratio(reservedRupiah + claim.claimRupiah, claim.planRupiah);
  const exempt = claim.planRupiah <= (setting.floor ?? 0);
  return { broken: !exempt && after > setting.limit, before, after, limit: setting.limit, unit: 'RATIO' };
}

function weighSpread(claim: ClaimFigures, setting: RuleSetting): Weighed {
  const before = ratio(claim.reservedRupiah, claim.planRupiah);
  const after = ratio(claim.reservedRupiah + claim.claimRupiah, claim.planRupiah);
  const another = claim.leastReservedRatio !== null && claim.leastReservedRatio < (setting.floor ?? 0);
  return { broken: before >= setting.limit && another, before, after, limit: setting.limit, unit: 'RATIO' };
}

function weighCapacity(claim: ClaimFigures, setting: RuleSetting): Weighed {
  const before = claim.openPledges;
  const after = before + 1;
  const unproven = ratio(claim.fulfilledPledges, claim.allPledges) < (setting.floor ?? 0);
  return { broken: after > setting.limit && unproven, before, after, limit: setting.limit, unit: 'COUNT' };
}

const weigh: Record<Rule, (claim: ClaimFigures, setting: RuleSetting) => Weighed> = {
  RECIPROCITY: weighReciprocity,
  PARTNER_SHARE: (claim, setting) => weighShare(claim, setting, claim.partnerReservedRupiah),
  COLOUR_SHARE: (claim, setting) => weighShare(claim, setting, claim.clusterReservedRupiah),
  SPREAD: weighSpread,
  CAPACITY: weighCapacity,
};

/** What a broken rule does; a village in distress is never refused by bookkeeping. */
function outcomeOf(mode: Exclude<RuleMode, 'OFF'>, urgent: boolean): Outcome {
  if (mode === 'ENFORCE') return urgent ? 'APPROVAL' : 'REJECT';
  return mode;
}

/** Every rule's verdict on a claim, in the order of the settings; a rule that is OFF gives none. */
export function judge(claim: ClaimFigures, settings: readonly RuleSetting[]): Verdict[] {
  return settings.flatMap((setting) => {
    const { mode } = setting;
    if (mode === 'OFF') return [];
    const weighed = weigh[setting.rule](claim, setting);
    return [
      { rule: setting.rule, outcome: weighed.broken ? outcomeOf(mode, claim.urgent) : 'PASS', ...weighed },
    ];
  });
}

const severity: readonly Outcome[] = ['PASS', 'ADVISE', 'APPROVAL', 'REJECT'];

/** The worst outcome is the claim's. */
export function worstOf(verdicts: readonly Verdict[]): Outcome {
  return verdicts.reduce<Outcome>(
    (worst, { outcome }) => (severity.indexOf(outcome) > severity.indexOf(worst) ? outcome : worst),
    'PASS',
  );
}

/** Ratios are said in per cent with one decimal. */
const SAID_STEPS = 1000;

/**
 * What a verdict's sentence says. A share that breaks its limit by less than is said is rounded up, so that no one
 * reads of 60% that is more than 60%.
 */
export function saidOf({ rule, broken, before, after, limit, unit }: Verdict): Message {
  const looksKept = Math.round(after * SAID_STEPS) <= Math.round(limit * SAID_STEPS);
  const isHidden = broken && unit === 'RATIO' && after > limit && looksKept;
  const said = isHidden ? Math.ceil(after * SAID_STEPS) / SAID_STEPS : after;
  return { key: `rule.${rule}`, params: { ok: broken ? 'no' : 'yes', before, after: said, limit } };
}
