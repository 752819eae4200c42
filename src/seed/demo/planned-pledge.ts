/**
 * How a pledge's life goes. Without a delivery, WITHDRAWN ends a promise that was never committed; with
 * one, a commitment. EXPIRED_PLEDGE is never committed, EXPIRED_COMMITMENT always is; CANCELLED ends with
 * its need, uncommitted. DISPUTED stays open after a disputed delivery. DECLINED was AWAITING_APPROVAL
 * first.
 */
export type PledgeStory =
  | 'PLEDGED'
  | 'COMMITTED'
  | 'DELIVERING'
  | 'FULFILLED'
  | 'WITHDRAWN'
  | 'EXPIRED_PLEDGE'
  | 'EXPIRED_COMMITMENT'
  | 'DECLINED'
  | 'AWAITING_APPROVAL'
  | 'CANCELLED'
  | 'DISPUTED';

export interface PlannedDelivery {
  quantity: number;
  /** REPORTED: nobody has decided yet. A DISPUTED quantity may be delivered again by a later one. */
  outcome: 'VERIFIED' | 'DISPUTED' | 'REPORTED';
}

export interface PlannedPledge {
  /** Index in the list of planned needs. */
  needIndex: number;
  partnerCode: string;
  quantity: number;
  /** Indonesian. */
  note: string | null;
  story: PledgeStory;
  /** In the order in which they are reported. */
  deliveries: PlannedDelivery[];
}

/** Whether the partner commits in this story, so that the support stands in the ledger. */
export function isCommitted(story: PledgeStory, deliveries: readonly PlannedDelivery[]): boolean {
  switch (story) {
    case 'COMMITTED':
    case 'DELIVERING':
    case 'FULFILLED':
    case 'EXPIRED_COMMITMENT':
    case 'DISPUTED':
      return true;
    case 'WITHDRAWN':
      return deliveries.length > 0;
    default:
      return false;
  }
}

/** Whether a commitment of this story ends before all of it is verified, so that its rest is voided in the ledger. */
export function isVoided(story: PledgeStory): boolean {
  return story === 'WITHDRAWN' || story === 'EXPIRED_COMMITMENT';
}
