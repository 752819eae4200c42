import { addDays, dateInBanten } from '../kernel/calendar.ts';
import type { Outcome, Rule } from '../kernel/problems.ts';
import { type Books, judge, worstOf } from './balance.rules.ts';
import type { RuleSetting } from './policy.entity.ts';

export type SuggestionReason = 'SUPPORTS_CREDITOR' | 'ADDS_COLOUR' | 'LEAST_COVERED' | 'URGENT' | 'DUE_SOON';

/** Why a need is suggested to a partner; the first reason weighs most. */
export interface Suggestion {
  reasons: SuggestionReason[];
  /** Whose mandate it falls under, when the partner owes support to it. */
  creditorId: string | null;
  /** What the village's commitments cover of its plan. */
  coverage: number;
}

/** An open need, by what ranks it. */
export interface Candidate {
  id: string;
  creditorId: string | null;
  addsColour: boolean;
  coverage: number;
  urgent: boolean;
  dueOn: string | null;
}

/** What the rules weigh of a partner, whichever need it claims. */
export interface PartnerFigures extends Books {
  openPledges: number;
  fulfilledPledges: number;
  allPledges: number;
}

/** Which needs a partner could claim under a policy, as far as the partner itself decides it. */
export type Reach = 'NOTHING' | 'MANDATES_OF_OTHERS' | 'EVERYTHING';

/** The rules that weigh the partner alone; all others weigh the village as well. */
const WEIGHS_THE_PARTNER: Readonly<Record<Rule, boolean>> = {
  RECIPROCITY: true,
  PARTNER_SHARE: false,
  COLOUR_SHARE: false,
  SPREAD: false,
  CAPACITY: true,
};
/** Of a claim whose village is not looked at. */
const NO_VILLAGE = {
  claimRupiah: 0,
  urgent: false,
  planRupiah: 0,
  reservedRupiah: 0,
  partnerReservedRupiah: 0,
  clusterReservedRupiah: 0,
  leastReservedRatio: null,
};
const DUE_SOON_DAYS = 30;

/** Whether a claim with this outcome is one to suggest: neither refused nor held for a coordinator. */
export const isSuggested = (outcome: Outcome): boolean => outcome === 'PASS' || outcome === 'ADVISE';

/** How far a partner reaches under these rules: where it reaches nothing, no need has to be looked at. */
export function reachOf(partner: PartnerFigures, rules: readonly RuleSetting[]): Reach {
  const settings = rules.filter(({ rule }) => WEIGHS_THE_PARTNER[rule]);
  const passes = (ownMandate: boolean) =>
    isSuggested(worstOf(judge({ ...NO_VILLAGE, ...partner, ownMandate, books: partner }, settings)));
  if (passes(true)) return 'EVERYTHING';
  return passes(false) ? 'MANDATES_OF_OTHERS' : 'NOTHING';
}

/** Says why a need is suggested. */
export function explained(candidate: Candidate, now: Date): Suggestion {
  const { creditorId, addsColour, coverage, urgent, dueOn } = candidate;
  const soon = dateInBanten(addDays(now, DUE_SOON_DAYS));
  const reasons: SuggestionReason[] = [];
  if (creditorId !== null) reasons.push('SUPPORTS_CREDITOR');
  if (addsColour) reasons.push('ADDS_COLOUR');
  reasons.push('LEAST_COVERED');
  if (urgent) reasons.push('URGENT');
  if (dueOn !== null && dueOn <= soon) reasons.push('DUE_SOON');
  return { reasons, creditorId, coverage };
}
