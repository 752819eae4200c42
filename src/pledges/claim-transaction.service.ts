import type { MutationRequest } from '../audit/audit-trail.service.ts';
import { saidOf } from '../balance/balance.rules.ts';
import type { ClaimCase, JudgeService } from '../balance/judge.service.ts';
import type { Judgement, ClaimTurns } from '../balance/claim-turns.rules.ts';
import type { Fact, Outbox } from '../events/outbox.ts';
import { addDays } from '../kernel/calendar.ts';
import type { InputCheck } from '../kernel/input-check.ts';
import { notFound, type Problem, Refused, type Verdict } from '../kernel/problems.ts';
import { factOf } from '../needs/fact.ts';
import type { Ended, KeyedRequest, TakenKeys } from '../platform/idempotency.ts';
import { newId } from '../platform/ids.ts';
import type { Statements } from '../platform/pipeline.ts';
import { moveFigures } from '../villages/village.service.ts';
import { type ClaimedGround, lockGrounds, type NewPledge, writeClaims } from './claim-statements.service.ts';
import { moveCounters, type PledgeView } from './pledge-book.service.ts';
import { claimedStatus, claimProblem, usualDueDate } from './pledge.rules.ts';

/** A claim that is well formed. */
export interface ClaimOrder extends ClaimCase {
  dueOn: string | null;
  note: string | null;
  /** Whether it is in time is looked at once it is known that its key is new. */
  check: InputCheck;
  asked: MutationRequest<PledgeView> & KeyedRequest;
}

interface MadeClaim {
  ground: ClaimedGround;
  pledge: NewPledge;
  fact: Fact;
  view: PledgeView;
}

/** What happens to claims within a transaction: held, judged one after another, and written together. */
export class ClaimTransaction {
  private readonly judge: JudgeService;
  private readonly outbox: Outbox;

  constructor({ judge, outbox }: { judge: JudgeService; outbox: Outbox }) {
    this.judge = judge;
    this.outbox = outbox;
  }

  /** One claim, which waits for its locks. Throws Refused. */
  async carryOut(tx: Statements, order: ClaimOrder, now: Date): Promise<PledgeView> {
    order.check.timely(now);
    const [[ground], turns] = await this.hold(tx, [order]);
    const made = makeClaim(order, ground!, turns.judge(0), now);
    this.write(tx, [made]);
    return made.view;
  }

  /**
   * Several claims, in their order: each is decided as if those made before it stood in the books. Null for each that has
   * to be carried out by itself, where it will be waited for or answered: its key is taken, it is held by somebody else, or
   * what it is judged by would have to be read again.
   */
  async carryOutAll(
    tx: Statements,
    orders: readonly ClaimOrder[],
    taking: Promise<TakenKeys>,
  ): Promise<(Ended<PledgeView> | null)[]> {
    // Sent behind the keys, without waiting for them.
    const [taken, [grounds, turns]] = await Promise.all([taking, this.hold(tx, orders)]);
    const decided = orders.map((order, index) => {
      const ground = grounds[index] ?? null;
      const now = taken[index] ?? null;
      if (now === null || ground === null || !turns.isCurrent(index)) return null;
      const end = endOf(() => {
        order.check.timely(now);
        return makeClaim(order, ground, turns.judge(index), now);
      });
      if ('value' in end) turns.made(index);
      return end;
    });
    const made = decided.flatMap((end) => (end !== null && 'value' in end ? [end.value] : []));
    if (made.length > 0) this.write(tx, made);
    return decided.map((end) => (end !== null && 'value' in end ? { value: end.value.view } : end));
  }

  /** Sent together; the figures are read once the locks are held, since statements are carried out in their order. */
  private hold(
    tx: Statements,
    orders: readonly ClaimOrder[],
  ): Promise<[grounds: (ClaimedGround | null)[], turns: ClaimTurns]> {
    return Promise.all([lockGrounds(tx, orders), this.judge.inTurn(tx.sql, orders)]);
  }

  private write(tx: Statements, made: readonly MadeClaim[]): void {
    writeClaims(
      tx,
      made.map(({ pledge }) => pledge),
      made.map(({ ground }) => ground),
    );
    this.outbox.record(
      tx,
      made.map(({ fact }) => fact),
    );
  }
}

function endOf<T>(work: () => T): Ended<T> {
  try {
    return { value: work() };
  } catch (error) {
    if (error instanceof Refused) return { problems: error.problems };
    throw error;
  }
}

/** Moves need and village of a claim that passes, which its fact and its answer show as they are then. Throws Refused. */
function makeClaim(
  order: ClaimOrder,
  ground: ClaimedGround | null,
  judgement: Judgement | null,
  now: Date,
): MadeClaim {
  if (ground === null || judgement === null || ground.need.publishedAt === null) {
    throw new Refused(notFound(['input', 'needId'], 'not-found.need'));
  }
  const problem = claimProblem(ground.need, order.quantity);
  if (problem !== null) throw new Refused(problem);
  if (judgement.outcome === 'REJECT') throw new Refused(ruleBroken(judgement.verdicts));
  const pledge = pledgeOf(ground, order, judgement, now);
  moveFigures(ground.village, moveCounters(ground.need, { pledged: pledge.quantity }, now));
  const { partner } = ground;
  const need = { ...ground.need };
  const village = { ...ground.village };
  const shown = { ...pledge, deliveries: [] };
  const kind = pledge.status === 'PLEDGED' ? 'PLEDGE_MADE' : 'PLEDGE_REQUESTED';
  const fact = factOf(kind, now, { need, village, partner, pledge: shown });
  return { ground, pledge, fact, view: { ...shown, need: { ...need, village }, partner } };
}

/** The pledge that a claim makes, by what it was judged. */
function pledgeOf(
  { need, partner }: ClaimedGround,
  { quantity, dueOn, note }: ClaimOrder,
  { policy, outcome, verdicts }: Judgement,
  now: Date,
): NewPledge {
  const expiresAt = addDays(now, policy.pledgeDays);
  return {
    id: newId('pledge'),
    needId: need.id,
    villageId: need.villageId,
    partnerId: partner.id,
    holderId: null,
    policyId: policy.id,
    quantity,
    unitValue: need.unitValue,
    delivered: 0,
    verified: 0,
    status: claimedStatus(outcome),
    expiresAt,
    dueOn: dueOn ?? usualDueDate(need.dueOn, now, expiresAt),
    note,
    reason: null,
    verdicts,
    version: 1,
    createdAt: now,
    updatedAt: now,
  };
}

function ruleBroken(verdicts: Verdict[]): Problem {
  const verdict = verdicts.find(({ outcome }) => outcome === 'REJECT')!;
  return {
    kind: 'BalanceRuleBroken',
    path: ['input', 'quantity'],
    ...saidOf(verdict),
    verdict,
  };
}
