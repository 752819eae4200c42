import { addDays, dateInBanten, endOfDay } from '../kernel/calendar.ts';
import { invalid, type Outcome, type Problem, wrongState } from '../kernel/problems.ts';
import { type CounterChange, type NeedCounters, remainingOf } from '../needs/need.rules.ts';
import type { NeedStatus } from '../needs/need.entity.ts';
import type { PledgeStatus } from './pledge.entity.ts';

/** A pledge as the rules see it. */
export interface PledgeState {
  status: PledgeStatus;
  quantity: number;
  delivered: number;
  verified: number;
  /** From then on it can only end; null, or absent, once it has ended. */
  expiresAt?: Date | null;
}

/** What a step changes, all at once: the pledge, its need's counters and, in the need's unit, the support ledger. */
export interface PledgeEffect {
  pledge: {
    status: PledgeStatus;
    delivered?: number;
    verified?: number;
    expiresAt?: Date | null;
    dueOn?: string;
    note?: string | null;
    reason?: string;
  };
  need: CounterChange;
  support?: { kind: 'PEND' | 'POST' | 'VOID'; quantity: number };
}

export type Decision = { effect: PledgeEffect } | { problem: Problem };

const refuse = (pledge: PledgeState): Decision => ({ problem: wrongState('state.pledge', pledge.status) });
const refuseAsExpired: Decision = { problem: wrongState('state.pledge', 'EXPIRED') };

/** True from the instant `expiresAt` on: the pledge can only end, even where no job has ended it yet. */
export function isOverdue({ expiresAt }: Pick<PledgeState, 'expiresAt'>, now: Date): boolean {
  return expiresAt != null && expiresAt <= now;
}

/** Why so many of a need cannot be claimed, whatever the balance rules say; null when they can. */
export function claimProblem(need: NeedCounters & { status: NeedStatus }, asked: number): Problem | null {
  if (need.status === 'CANCELLED') return wrongState('state.need', need.status, ['input', 'needId']);
  const remaining = remainingOf(need);
  if (asked <= remaining) return null;
  return {
    kind: 'NotEnoughRemaining',
    path: ['input', 'quantity'],
    key: 'not-enough',
    params: { remaining, asked },
    remaining,
  };
}

/** The status of a new pledge by the judgement on its claim, which is not REJECT. */
export function claimedStatus(outcome: Outcome): 'AWAITING_APPROVAL' | 'PLEDGED' {
  return outcome === 'APPROVAL' ? 'AWAITING_APPROVAL' : 'PLEDGED';
}

/** By when a claim that named no day is to be delivered: by the need's day, or else by the day it expires. */
export function usualDueDate(needDueOn: string | null, now: Date, expiresAt: Date): string {
  const today = dateInBanten(now);
  return needDueOn !== null && needDueOn >= today ? needDueOn : dateInBanten(expiresAt);
}

/** AWAITING_APPROVAL → PLEDGED; the partner's days to commit begin now. */
export function approve(pledge: PledgeState, reason: string, now: Date, pledgeDays: number): Decision {
  if (pledge.status !== 'AWAITING_APPROVAL') return refuse(pledge);
  if (isOverdue(pledge, now)) return refuseAsExpired;
  return { effect: { pledge: { status: 'PLEDGED', reason, expiresAt: addDays(now, pledgeDays) }, need: {} } };
}

/** AWAITING_APPROVAL → DECLINED. */
export function decline(pledge: PledgeState, reason: string): Decision {
  return pledge.status === 'AWAITING_APPROVAL' ? end(pledge, 'DECLINED', reason) : refuse(pledge);
}

/** PLEDGED → COMMITTED, by `dueOn`; it expires `graceDays` after that day is over. */
export function commit(
  pledge: PledgeState,
  terms: { dueOn: string; note: string | null; graceDays: number },
  now: Date,
): Decision {
  if (pledge.status !== 'PLEDGED') return refuse(pledge);
  if (isOverdue(pledge, now)) return refuseAsExpired;
  const { quantity } = pledge;
  const { dueOn, note, graceDays } = terms;
  return {
    effect: {
      pledge: {
        status: 'COMMITTED',
        dueOn,
        expiresAt: endOfDay(dueOn, graceDays),
        ...(note === null ? {} : { note }),
      },
      need: { pledged: -quantity, committed: quantity },
      support: { kind: 'PEND', quantity },
    },
  };
}

/**
 * Any open → ended. What is verified stands; the rest goes back to the need and its support is voided. A delivery
 * that nobody has decided holds a pledge open, so that nothing which really arrived is lost.
 */
export function end(
  pledge: PledgeState,
  status: 'WITHDRAWN' | 'DECLINED' | 'EXPIRED' | 'CANCELLED',
  reason?: string,
): Decision {
  const ended = { status, reason, expiresAt: null };
  switch (pledge.status) {
    case 'AWAITING_APPROVAL':
    case 'PLEDGED':
      return { effect: { pledge: ended, need: { pledged: -pledge.quantity } } };
    case 'COMMITTED':
    case 'DELIVERING': {
      if (pledge.delivered > pledge.verified) {
        return { problem: wrongState('state.delivery-undecided', pledge.status) };
      }
      const rest = pledge.quantity - pledge.verified;
      return {
        effect: { pledge: ended, need: { committed: -rest }, support: { kind: 'VOID', quantity: rest } },
      };
    }
    default:
      return refuse(pledge);
  }
}

/** COMMITTED or DELIVERING → DELIVERING: `quantity` has arrived, says the partner. */
export function reportDelivery(pledge: PledgeState, quantity: number, now: Date): Decision {
  if (pledge.status !== 'COMMITTED' && pledge.status !== 'DELIVERING') return refuse(pledge);
  if (isOverdue(pledge, now)) return refuseAsExpired;
  const left = pledge.quantity - pledge.delivered;
  if (quantity > left) return { problem: invalid(['input', 'quantity'], 'input.over-delivery', { left }) };
  const delivered = pledge.delivered + quantity;
  return { effect: { pledge: { status: 'DELIVERING', delivered }, need: { delivered: quantity } } };
}

/** A reported delivery of `quantity` really arrived: DELIVERING stays, or becomes FULFILLED with the last of it. */
export function verifyDelivery(pledge: PledgeState, quantity: number): Decision {
  if (pledge.status !== 'DELIVERING') return refuse(pledge);
  const verified = pledge.verified + quantity;
  const whole = verified === pledge.quantity;
  return {
    effect: {
      pledge: whole ? { status: 'FULFILLED', verified, expiresAt: null } : { status: 'DELIVERING', verified },
      need: { verified: quantity },
      support: { kind: 'POST', quantity },
    },
  };
}

/** A reported delivery of `quantity` did not arrive as said: it may be delivered again. */
export function disputeDelivery(pledge: PledgeState, quantity: number): Decision {
  if (pledge.status !== 'DELIVERING') return refuse(pledge);
  const delivered = pledge.delivered - quantity;
  return { effect: { pledge: { status: 'DELIVERING', delivered }, need: { delivered: -quantity } } };
}

/** What an act on a pledge is about, for the audit trail. */
export function pledgeSubjects(
  pledge: Readonly<Record<'id' | 'needId' | 'villageId' | 'partnerId', string>>,
): string[] {
  return [pledge.id, pledge.needId, pledge.villageId, pledge.partnerId];
}
