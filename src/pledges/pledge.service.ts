import { sql } from 'kysely';
import type { Logger } from 'pino';
import { assertActsFor, assertMayDecide, assertSignedIn } from '../access/access.rules.ts';
import type { Actor } from '../access/actor.ts';
import { mutate, record } from '../audit/audit-trail.service.ts';
import type { EventKind } from '../events/event.entity.ts';
import { CHARACTERS } from '../kernel/bounds.ts';
import type { Clock } from '../kernel/clock.ts';
import { InputCheck } from '../kernel/input-check.ts';
import { notFound, Refused } from '../kernel/problems.ts';
import type { Database } from '../platform/database.ts';
import { timeOf, transactionTime } from '../platform/transaction-time.ts';
import type { HeldPledge, PledgeBook, PledgePlace, PledgeView } from './pledge-book.service.ts';
import { approve, commit, type Decision, decline, end, isOverdue, pledgeSubjects } from './pledge.rules.ts';

export interface PledgeDecision {
  pledgeId: string;
  reason: string;
  idempotencyKey?: string | null;
}

export interface Commitment {
  pledgeId: string;
  dueOn: string;
  note?: string | null;
  idempotencyKey?: string | null;
}

/** Who may take the step, and what the step is. */
interface Step {
  operation: string;
  /** Throws Refused for somebody who may not. Nothing is held then. */
  allow: (place: PledgePlace) => void;
  decide(held: HeldPledge, now: Date): Decision;
  kind: EventKind;
}

/** The steps of a pledge after its claim. Each throws Refused, and then nothing is changed. */
export class PledgeService {
  private readonly database: Database;
  private readonly clock: Clock;
  private readonly book: PledgeBook;
  private readonly logger: Logger;

  constructor(database: Database, clock: Clock, book: PledgeBook, logger: Logger) {
    this.database = database;
    this.clock = clock;
    this.book = book;
    this.logger = logger;
  }

  /** The partner's authority confirms: the pledge becomes binding and its support pending. */
  async commit(actor: Actor, input: Commitment): Promise<PledgeView> {
    const check = new InputCheck();
    check.fromToday('dueOn', input.dueOn);
    const note = check.optionalProse('note', input.note, CHARACTERS.note);
    return this.take(actor, input, check, {
      operation: 'commitPledge',
      allow: ({ partnerId }) => assertActsFor(actor, partnerId),
      decide: ({ pledge, policy }, now) =>
        commit(pledge, { dueOn: input.dueOn, note, graceDays: policy.graceDays }, now),
      kind: 'PLEDGE_COMMITTED',
    });
  }

  async approve(actor: Actor, input: PledgeDecision): Promise<PledgeView> {
    const { check, reason } = this.reasoned(input);
    return this.take(actor, input, check, {
      operation: 'approvePledge',
      allow: ({ village }) => assertMayDecide(actor, village),
      decide: ({ pledge, policy }, now) => approve(pledge, reason, now, policy.pledgeDays),
      kind: 'PLEDGE_APPROVED',
    });
  }

  async decline(actor: Actor, input: PledgeDecision): Promise<PledgeView> {
    const { check, reason } = this.reasoned(input);
    return this.take(actor, input, check, {
      operation: 'declinePledge',
      allow: ({ village }) => assertMayDecide(actor, village),
      decide: ({ pledge }) => decline(pledge, reason),
      kind: 'PLEDGE_DECLINED',
    });
  }

  async withdraw(actor: Actor, input: PledgeDecision): Promise<PledgeView> {
    const { check, reason } = this.reasoned(input);
    return this.take(actor, input, check, {
      operation: 'withdrawPledge',
      allow: ({ partnerId }) => assertActsFor(actor, partnerId),
      decide: ({ pledge }) => end(pledge, 'WITHDRAWN', reason),
      kind: 'PLEDGE_WITHDRAWN',
    });
  }

  /**
   * The clock's transitions: ends pledges whose time is over, each in a transaction of its own, at most `limit`.
   * Any number of nodes may run it at once. Answers how many ended.
   */
  async expireDue(limit = 500): Promise<number> {
    const due = await sql<{ id: string }>`
      select id from pledges
      where expires_at <= ${transactionTime} and delivered = verified order by expires_at, id limit ${limit}`.execute(
      this.database.reads,
    );
    let ended = 0;
    for (const { id } of due.rows) {
      ended += await this.expire(id);
    }
    if (ended > 0) this.logger.info({ ended }, 'pledges expired');
    return ended;
  }

  private expire(pledgeId: string): Promise<0 | 1> {
    return this.database.transaction(async (tx) => {
      const now = await timeOf(tx);
      const held = await this.book.hold(tx, pledgeId, () => undefined);
      // Another node, or the partner itself, may have been quicker.
      const { delivered, verified } = held!.pledge;
      if (!isOverdue(held!.pledge, now) || delivered > verified) return 0;
      await this.book.apply(tx, held!, end(held!.pledge, 'EXPIRED'), now);
      const pledge = await this.book.record(tx, held!, ['PLEDGE_EXPIRED'], now);
      await record(tx, { actor: null, action: 'expirePledge', subjectIds: pledgeSubjects(pledge) });
      return 1;
    });
  }

  private reasoned(input: PledgeDecision): { check: InputCheck; reason: string } {
    const check = new InputCheck();
    return { check, reason: check.prose('reason', input.reason, CHARACTERS.reason) };
  }

  private async take(
    actor: Actor,
    input: PledgeDecision | Commitment,
    check: InputCheck,
    step: Step,
  ): Promise<PledgeView> {
    assertSignedIn(actor);
    check.id('pledgeId', 'pledge', input.pledgeId);
    const key = check.idempotencyKey(input.idempotencyKey);
    check.done(this.clock.now());
    const { idempotencyKey: _, ...request } = input;
    const { operation } = step;
    return mutate(
      this.database,
      { actor, scope: actor.accountId, operation, key, input: request, subjects: pledgeSubjects },
      async (tx, now) => {
        check.timely(now);
        const held = await this.book.hold(tx, input.pledgeId, step.allow, operation === 'commitPledge');
        if (held === null) throw new Refused(notFound(['input', 'pledgeId'], 'not-found.pledge'));
        await this.book.apply(tx, held, step.decide(held, now), now);
        return this.book.record(tx, held, [step.kind], now);
      },
    );
  }
}
