import { claimantOf, partnerAskedAbout } from '../access/access.rules.ts';
import type { Actor } from '../access/actor.ts';
import { mutateByStatements } from '../audit/audit-trail.service.ts';
import { saidOf } from '../balance/balance.rules.ts';
import type { Judgement, JudgeService } from '../balance/judge.service.ts';
import type { Outbox } from '../events/outbox.ts';
import type { SuggestedNeed, SuggestionService } from '../balance/suggestion.service.ts';
import { addDays } from '../kernel/calendar.ts';
import type { Clock } from '../kernel/clock.ts';
import { InputCheck } from '../kernel/input-check.ts';
import {
  badArgument,
  notFound,
  type Outcome,
  type Problem,
  Refused,
  type Verdict,
} from '../kernel/problems.ts';
import { isId } from '../kernel/ids.ts';
import type { NeedReads } from '../needs/need-reads.service.ts';
import { remainingOf } from '../needs/need.rules.ts';
import { factOf } from '../needs/fact.ts';
import type { PartnerService } from '../partners/partner.service.ts';
import type { Database } from '../platform/database.ts';
import { newId } from '../platform/ids.ts';
import type { Statements } from '../platform/pipeline.ts';
import { moveFigures } from '../villages/village.service.ts';
import { type ClaimedGround, lockGround, writeClaim } from './claim-statements.service.ts';
import { moveCounters, type PledgeRow, type PledgeView } from './pledge-book.service.ts';
import { claimedStatus, claimProblem, pledgeSubjects, usualDueDate } from './pledge.rules.ts';

export interface Claim {
  needId: string;
  quantity: number;
  dueOn?: string | null;
  note?: string | null;
  idempotencyKey: string;
}

export interface PreviewRequest {
  needId: string;
  quantity: number;
  partnerId?: string | null;
}

export interface Preview {
  outcome: Outcome;
  remaining: number;
  verdicts: Verdict[];
  suggestions: () => Promise<SuggestedNeed[]>;
}

export interface ClaimServices {
  database: Database;
  clock: Clock;
  needReads: NeedReads;
  partners: PartnerService;
  judge: JudgeService;
  suggestions: SuggestionService;
  outbox: Outbox;
}

/** How many needs a refused claim is pointed to. */
const SUGGESTIONS = 5;

/** Claiming a need, and asking beforehand what a claim would be answered: both are judged by the same code. */
export class ClaimService {
  private readonly services: ClaimServices;

  constructor(services: ClaimServices) {
    this.services = services;
  }

  /**
   * Reserves part of a need for the claimant's partner. Throws Refused with NotFound, NotEnoughRemaining,
   * BalanceRuleBroken or what the input lacks; the same key again answers what it answered first.
   */
  async claim(actor: Actor, input: Claim): Promise<PledgeView> {
    const { database, clock, judge } = this.services;
    const partnerId = claimantOf(actor);
    const now = clock.now();
    const check = new InputCheck();
    check.id('needId', 'need', input.needId);
    check.positive('quantity', input.quantity);
    const dueOn = check.fromToday('dueOn', input.dueOn, now);
    const note = check.optionalText('note', input.note, 2000);
    const key = check.idempotencyKey(input.idempotencyKey);
    check.done();
    const { idempotencyKey: _, ...request } = input;
    const asked = {
      actor,
      scope: partnerId,
      operation: 'claimNeed',
      key,
      input: request,
      subjects: pledgeSubjects,
      // Outside of the transaction: nobody waits for a suggestion while the need is held.
      explain: (problems: readonly Problem[]) => this.withSuggestions(problems, partnerId, now),
    };
    return mutateByStatements(database, asked, now, async (tx) => {
      check.timely();
      // Sent together; the figures are read once the locks are held, since statements are carried out in their order.
      const [ground, judgement] = await Promise.all([
        lockGround(tx, input.needId, partnerId),
        judge.judge(tx.sql, partnerId, input, now),
      ]);
      if (ground === null || ground.need.publishedAt === null) {
        throw new Refused(notFound(['input', 'needId'], 'not-found.need'));
      }
      const problem = claimProblem(ground.need, input.quantity);
      if (problem !== null) throw new Refused(problem);
      const { outcome, verdicts } = judgement!;
      if (outcome === 'REJECT') throw new Refused(ruleBroken(verdicts));
      const pledge = pledgeOf(ground, { quantity: input.quantity, dueOn, note }, judgement!, now);
      return this.carryOut(tx, ground, pledge, now);
    });
  }

  /** What the balance rules would answer now, nothing written. Throws RequestError for what is not there or not allowed. */
  async preview(actor: Actor, input: PreviewRequest): Promise<Preview> {
    const { database, clock, needReads, partners, judge, suggestions } = this.services;
    if (!isId('need', input.needId)) {
      throw badArgument('input.needId', 'input.bad-id', { kind: 'need', prefix: 'need' });
    }
    if (input.quantity < 1) throw badArgument('input.quantity', 'input.not-positive');
    const partner = await partners.find(partnerAskedAbout(actor, input.partnerId ?? null), 'input.partnerId');
    const [need] = await needReads.byId([input.needId]);
    if (need?.publishedAt == null) throw badArgument('input.needId', 'not-found.need');
    const now = clock.now();
    const remaining = need.status === 'CANCELLED' ? 0 : remainingOf(need);
    const suggested = () => suggestions.suggest(partner, SUGGESTIONS, now);
    // As for a claim: what is not there to be claimed is not weighed.
    if (remaining < input.quantity) {
      return { outcome: 'REJECT', remaining, verdicts: [], suggestions: suggested };
    }
    const { outcome, verdicts } = (await judge.judge(database.reads, partner.id, input, now))!;
    return { outcome, remaining, verdicts, suggestions: suggested };
  }

  /** Moves need and village, and writes the pledge and its fact; answers the state they led to. */
  private carryOut(tx: Statements, ground: ClaimedGround, pledge: PledgeRow, now: Date): PledgeView {
    const { need, village, partner } = ground;
    moveFigures(village, moveCounters(need, { pledged: pledge.quantity }, now));
    writeClaim(tx, pledge, ground);
    const state = { ...ground, pledge: { ...pledge, deliveries: [] } };
    const kind = pledge.status === 'PLEDGED' ? 'PLEDGE_MADE' : 'PLEDGE_REQUESTED';
    this.services.outbox.record(tx, [factOf(kind, now, state)]);
    return { ...state.pledge, need: { ...need, village }, partner };
  }

  private async withSuggestions(
    problems: readonly Problem[],
    partnerId: string,
    now: Date,
  ): Promise<Problem[]> {
    const [partner] = await this.services.partners.byId([partnerId]);
    return Promise.all(
      problems.map(async (problem) => {
        if (problem.kind !== 'BalanceRuleBroken') return problem;
        const suggested = await this.services.suggestions.suggest(partner!, SUGGESTIONS, now);
        return { ...problem, suggestions: suggested };
      }),
    );
  }
}

/** The pledge that a claim makes, by what it was judged. */
function pledgeOf(
  { need, partner }: ClaimedGround,
  { quantity, dueOn, note }: { quantity: number; dueOn: string | null; note: string | null },
  { policy, outcome, verdicts }: Judgement,
  now: Date,
): PledgeRow {
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
    suggestions: [],
  };
}
