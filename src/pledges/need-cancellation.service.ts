import { assertSignedIn } from '../access/access.rules.ts';
import type { Actor } from '../access/actor.ts';
import { mutate } from '../audit/audit-trail.service.ts';
import type { Fact, Outbox } from '../events/outbox.ts';
import { CHARACTERS } from '../kernel/bounds.ts';
import { InputCheck } from '../kernel/input-check.ts';
import { Refused, wrongState } from '../kernel/problems.ts';
import { factOf, type NeedView } from '../needs/fact.ts';
import { needSubjects } from '../needs/need.rules.ts';
import { sql } from 'kysely';
import type { LockedNeed, NeedService } from '../needs/need.service.ts';
import type { LedgerService } from '../balance/ledger.service.ts';
import type { PolicyService } from '../balance/policy.service.ts';
import type { Database, Transaction } from '../platform/database.ts';
import { rowOf } from '../platform/rows.ts';
import type { VillageService } from '../villages/village.service.ts';
import type { HeldPledge, PledgeBook } from './pledge-book.service.ts';
import { openPledgeStatuses } from './pledge.entity.ts';
import { end } from './pledge.rules.ts';

export interface Cancellation {
  needId: string;
  reason: string;
  idempotencyKey?: string | null;
}

export interface CancellationServices {
  database: Database;
  needs: NeedService;
  villages: VillageService;
  policies: PolicyService;
  ledger: LedgerService;
  book: PledgeBook;
  outbox: Outbox;
}

/** Cancelling a need ends its open pledges with it; what was verified stands. */
export class NeedCancellation {
  private readonly services: CancellationServices;

  constructor(services: CancellationServices) {
    this.services = services;
  }

  /**
   * Throws Refused: NotFound, Forbidden, or WrongState when the need has ended or a reported delivery awaits a
   * decision, since what really arrived must not be lost.
   */
  async cancel(actor: Actor, input: Cancellation): Promise<NeedView> {
    assertSignedIn(actor);
    const { database, needs } = this.services;
    const check = new InputCheck();
    check.id('needId', 'need', input.needId);
    const reason = check.prose('reason', input.reason, CHARACTERS.reason);
    const key = check.idempotencyKey(input.idempotencyKey);
    check.done();
    const { idempotencyKey: _, ...request } = input;
    const asked = {
      actor,
      scope: actor.accountId,
      operation: 'cancelNeed',
      key,
      input: request,
      subjects: needSubjects,
    };
    return mutate(database, asked, async (tx, now) => {
      const locked = await needs.lockFor(actor, tx, input.needId);
      const { status } = locked.need;
      if (status === 'CANCELLED' || status === 'FULFILLED') {
        throw new Refused(wrongState('state.need', status));
      }
      return this.carryOut(tx, locked, reason, now);
    });
  }

  private async carryOut(tx: Transaction, locked: LockedNeed, reason: string, now: Date): Promise<NeedView> {
    const { villages, book, outbox } = this.services;
    const { need, village } = locked;
    const wasDraft = need.status === 'DRAFT';
    const ended = await this.endPledges(tx, locked, reason, now);
    if (!wasDraft) await this.takeOutOfPlan(tx, locked);
    Object.assign(need, {
      status: 'CANCELLED',
      cancelReason: reason,
      version: need.version + 1,
      updatedAt: now,
    });
    await tx.em.flush();
    const state = { need: rowOf(need), village: villages.stateOf(village), pledge: null, partner: null };
    const facts: Fact[] = wasDraft ? [] : [factOf('NEED_CANCELLED', now, state)];
    for (const { pledge, partner } of ended) {
      const one = { ...state, pledge: await book.stateOf(tx, pledge), partner: rowOf(partner) };
      facts.push(factOf('PLEDGE_CANCELLED', now, one));
    }
    outbox.record(tx, facts);
    await tx.em.flush();
    return { ...state.need, village: state.village };
  }

  private async endPledges(
    tx: Transaction,
    locked: LockedNeed,
    reason: string,
    now: Date,
  ): Promise<HeldPledge[]> {
    const { book, ledger } = this.services;
    const open = await sql<{ id: string; partnerId: string; holderId: string | null }>`
      select id, partner_id, holder_id from pledges
      where need_id = ${locked.need.id} and status = any(${openPledgeStatuses}) order by id`.execute(tx.sql);
    // All partners at once, so that their locks are taken in one order.
    const partnerIds = open.rows.flatMap(({ partnerId, holderId }) => [partnerId, holderId ?? partnerId]);
    await ledger.lockPartners(tx, partnerIds);
    const held: HeldPledge[] = [];
    for (const { id } of open.rows) {
      const one = await book.holdOn(tx, locked, id);
      await book.apply(tx, one, end(one.pledge, 'CANCELLED', reason), now);
      held.push(one);
    }
    return held;
  }

  /** A cancelled need leaves the village's plan, and what was verified of it leaves the figures with it. */
  private async takeOutOfPlan(tx: Transaction, { need, village }: LockedNeed): Promise<void> {
    const { villages, policies } = this.services;
    const verified = need.verified * need.unitValue;
    const bars = await policies.inForce(village.village.code, tx.sql);
    await villages.changeFigures(tx, village, {
      neededRupiah: -need.quantity * need.unitValue,
      committedRupiah: -verified,
      deliveredRupiah: -verified,
      verifiedRupiah: -verified,
      openNeeds: need.status === 'OPEN' ? -1 : 0,
    });
    const colours = await sql<{ clusterCode: string; units: number }>`
      select s.cluster_code, sum(p.verified)::int as units from pledges p join partners s on s.id = p.partner_id
      where p.need_id = ${need.id} and p.verified > 0 group by s.cluster_code`.execute(tx.sql);
    for (const { clusterCode, units } of colours.rows) {
      villages.changeColour(tx, village, clusterCode, -units * need.unitValue, bars);
    }
  }
}
