import type { Logger } from 'pino';
import { claimantOf, partnerAskedAbout } from '../access/access.rules.ts';
import type { Actor } from '../access/actor.ts';
import { mutateByStatements, mutateTogether } from '../audit/audit-trail.service.ts';
import type { JudgeService } from '../balance/judge.service.ts';
import type { Outbox } from '../events/outbox.ts';
import { CHARACTERS } from '../kernel/bounds.ts';
import type { Clock } from '../kernel/clock.ts';
import { isId } from '../kernel/ids.ts';
import { InputCheck } from '../kernel/input-check.ts';
import { badArgument, type Outcome, Refused, type Verdict } from '../kernel/problems.ts';
import type { NeedReads } from '../needs/need-reads.service.ts';
import { remainingOf } from '../needs/need.rules.ts';
import type { PartnerService } from '../partners/partner.service.ts';
import type { Database } from '../platform/database.ts';
import { GroupCommit } from '../platform/group-commit.ts';
import { outageCodeOf } from '../platform/outage.ts';
import { type ClaimOrder, ClaimTransaction } from './claim-transaction.service.ts';
import type { PledgeView } from './pledge-book.service.ts';
import { pledgeSubjects } from './pledge.rules.ts';

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
  /** For whom it was judged. */
  partnerId: string;
}

export interface ClaimServices {
  database: Database;
  clock: Clock;
  needReads: NeedReads;
  partners: PartnerService;
  judge: JudgeService;
  outbox: Outbox;
  logger: Logger;
}

/** Claiming a need, and asking beforehand what a claim would be answered: both are judged by the same code. */
export class ClaimService {
  private readonly services: ClaimServices;

  private readonly group: GroupCommit<ClaimOrder, PledgeView>;

  constructor(services: ClaimServices) {
    this.services = services;
    const { database, logger } = services;
    const transaction = new ClaimTransaction(services);
    this.group = new GroupCommit({
      holds: ({ needId, partnerId, asked }) => [needId, partnerId, `key ${asked.scope} ${asked.key}`],
      alone: (order) =>
        mutateByStatements(database, order.asked, (tx, now) => transaction.carryOut(tx, order, now)),
      together: async (orders) => {
        const asked = orders.map((order) => order.asked);
        const ended = await mutateTogether<PledgeView>(database, asked, (tx, taken) =>
          transaction.carryOutAll(tx, orders, taken),
        );
        return ended.map((end) =>
          end !== null && 'problems' in end ? { reason: new Refused(...end.problems) } : end,
        );
      },
      onFailure: (error) => {
        // While the database is away each of them fails by itself too, and that is logged.
        if (outageCodeOf(error) !== null) return;
        logger.warn({ err: error }, 'claims failed together and are made one by one');
      },
    });
  }

  /**
   * Reserves part of a need for the claimant's partner. Throws Refused with NotFound, NotEnoughRemaining,
   * BalanceRuleBroken or what the input lacks; the same key again answers what it answered first. Claims that come while
   * others are being carried out share a transaction. A claim that has not begun when the signal aborts is not made.
   */
  async claim(actor: Actor, input: Claim, signal?: AbortSignal): Promise<PledgeView> {
    const partnerId = claimantOf(actor);
    const check = new InputCheck();
    check.id('needId', 'need', input.needId);
    check.positive('quantity', input.quantity);
    const dueOn = check.fromToday('dueOn', input.dueOn);
    const note = check.optionalProse('note', input.note, CHARACTERS.note);
    check.idempotencyKey(input.idempotencyKey);
    check.done(this.services.clock.now());
    const { idempotencyKey: key, ...request } = input;
    const asked = {
      actor,
      scope: partnerId,
      operation: 'claimNeed',
      key,
      input: request,
      subjects: pledgeSubjects,
    };
    const { needId, quantity } = input;
    return this.group.submit({ partnerId, needId, quantity, dueOn, note, check, asked }, signal);
  }

  /** What the balance rules would answer now, nothing written. Throws RequestError for what is not there or not allowed. */
  async preview(actor: Actor, input: PreviewRequest): Promise<Preview> {
    const { database, needReads, partners, judge } = this.services;
    if (!isId('need', input.needId)) {
      throw badArgument('input.needId', 'input.bad-id', { kind: 'need', prefix: 'need' });
    }
    if (input.quantity < 1) throw badArgument('input.quantity', 'input.not-positive');
    const partner = await partners.find(partnerAskedAbout(actor, input.partnerId ?? null), 'input.partnerId');
    const [need] = await needReads.byId([input.needId]);
    if (need?.publishedAt == null) throw badArgument('input.needId', 'not-found.need');
    const remaining = need.status === 'CANCELLED' ? 0 : remainingOf(need);
    // As for a claim: what is not there to be claimed is not weighed.
    if (remaining < input.quantity) {
      return { outcome: 'REJECT', remaining, verdicts: [], partnerId: partner.id };
    }
    const claim = { needId: input.needId, partnerId: partner.id, quantity: input.quantity };
    const { outcome, verdicts } = (await judge.judge(database.reads, claim))!;
    return { outcome, remaining, verdicts, partnerId: partner.id };
  }
}
