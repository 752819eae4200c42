import { assertActsFor, claimantOf } from '../access/access.rules.ts';
import type { Actor } from '../access/actor.ts';
import type { ClaimCase, Judgement, JudgeService } from '../balance/judge.service.ts';
import type { LedgerService } from '../balance/ledger.service.ts';
import { addDays, dateInBanten } from '../kernel/calendar.ts';
import type { Clock } from '../kernel/clock.ts';
import { InputCheck } from '../kernel/input-check.ts';
import { badArgument, notFound, type Outcome, type Problem, Refused, RequestError, type Verdict } from '../kernel/problems.ts';
import { isId } from '../kernel/ids.ts';
import type { NeedRow } from '../needs/fact.ts';
import type { NeedReads } from '../needs/need-reads.service.ts';
import { remainingOf } from '../needs/need.rules.ts';
import type { NeedService } from '../needs/need.service.ts';
import type { PartnerRow, PartnerService } from '../partners/partner.service.ts';
import type { Database } from '../platform/database.ts';
import { idempotent } from '../platform/idempotency.ts';
import { newId } from '../platform/ids.ts';
import type { VillageService } from '../villages/village.service.ts';
import type { PledgeBook, PledgeView } from './pledge-book.service.ts';
import { Pledge } from './pledge.entity.ts';
import { claimedStatus, claimProblem, usualDueDate } from './pledge.rules.ts';

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
}

export interface ClaimServices {
  database: Database;
  clock: Clock;
  needs: NeedService;
  needReads: NeedReads;
  villages: VillageService;
  partners: PartnerService;
  ledger: LedgerService;
  judge: JudgeService;
  book: PledgeBook;
}

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
    const { database, clock, needs, ledger, judge, book } = this.services;
    const partnerId = claimantOf(actor);
    const now = clock.now();
    const check = new InputCheck();
    check.id('needId', 'need', input.needId);
    check.positive('quantity', input.quantity);
    const dueOn = check.fromToday('dueOn', input.dueOn, dateInBanten(now));
    const note = check.optionalText('note', input.note, 2000);
    const key = check.idempotencyKey(input.idempotencyKey);
    check.done();
    const { idempotencyKey: _, ...request } = input;
    return idempotent(database, { scope: partnerId, operation: 'claimNeed', key, input: request }, now, async (tx) => {
      const locked = await needs.lock(tx, input.needId);
      if (locked === null || locked.need.status === 'DRAFT') {
        throw new Refused(notFound(['input', 'needId'], 'not-found.need'));
      }
      const { need, village } = locked;
      const problem = claimProblem(need, input.quantity);
      if (problem !== null) throw new Refused(problem);
      const [partner] = await ledger.lockPartners(tx, [partnerId]);
      const claim = caseOf(need, village.village.code, partner!, input.quantity);
      const { policy, outcome, verdicts } = await judge.judge(tx.sql, claim, now);
      if (outcome === 'REJECT') throw new Refused(ruleBroken(verdicts));
      const expiresAt = addDays(now, policy.pledgeDays);
      const pledge = tx.em.create(Pledge, {
        id: newId('pledge'), needId: need.id, villageId: need.villageId, partnerId, policyId: policy.id,
        quantity: input.quantity, unitValue: need.unitValue, status: claimedStatus(outcome),
        expiresAt, dueOn: dueOn ?? usualDueDate(need.dueOn ?? null, now, expiresAt), note, verdicts, createdAt: now, updatedAt: now,
      });
      tx.em.persist(pledge);
      await book.moveNeed(tx, { need, village, partner: partner!, policy }, { pledged: input.quantity }, now);
      const kind = pledge.status === 'PLEDGED' ? 'PLEDGE_MADE' : 'PLEDGE_REQUESTED';
      return book.record(tx, { need, village, pledge, partner: partner! }, [kind], now);
    });
  }

  /** What the balance rules would answer now, nothing written. Throws RequestError for what is not there or not allowed. */
  async preview(actor: Actor, input: PreviewRequest): Promise<Preview> {
    const { database, clock, needReads, villages, judge } = this.services;
    if (!isId('need', input.needId)) {
      throw badArgument('input.needId', 'input.bad-id', { kind: 'need', prefix: 'need' });
    }
    if (input.quantity < 1) throw badArgument('input.quantity', 'input.not-positive');
    const partner = await this.previewedPartner(actor, input.partnerId ?? null);
    const [need] = await needReads.byId([input.needId]);
    if (need == null || need.status === 'DRAFT') throw badArgument('input.needId', 'not-found.need');
    const [village] = await villages.byId([need.villageId]);
    const claim = caseOf(need, village!.code, partner, input.quantity);
    const { outcome, verdicts }: Judgement = await judge.judge(database.reads, claim, clock.now());
    const remaining = need.status === 'CANCELLED' ? 0 : remainingOf(need);
    return { outcome: remaining < input.quantity ? 'REJECT' : outcome, remaining, verdicts };
  }

  /** One's own partner; another only for those who coordinate, audit or administer. */
  private async previewedPartner(actor: Actor, partnerId: string | null): Promise<PartnerRow> {
    const oversees = (['COORDINATOR', 'AUDITOR', 'ADMIN'] as const).some((role) => actor.roles.includes(role));
    try {
      const id = partnerId ?? claimantOf(actor);
      if (!isId('partner', id)) {
        throw badArgument('input.partnerId', 'input.bad-id', { kind: 'partner', prefix: 'partner' });
      }
      if (!oversees) assertActsFor(actor, id);
      const [partner] = await this.services.partners.byId([id]);
      if (partner == null) throw badArgument('input.partnerId', 'not-found.partner');
      return partner;
    } catch (error) {
      if (error instanceof Refused) throw new RequestError('FORBIDDEN', error.problems[0]!);
      throw error;
    }
  }
}

function caseOf(
  need: Pick<NeedRow, 'villageId' | 'sectorCode' | 'urgent' | 'unitValue'>,
  villageCode: string,
  partner: Pick<PartnerRow, 'id' | 'clusterCode'>,
  quantity: number,
): ClaimCase {
  return {
    partnerId: partner.id, clusterCode: partner.clusterCode, villageId: need.villageId, villageCode,
    sectorCode: need.sectorCode, urgent: need.urgent, claimRupiah: quantity * need.unitValue,
  };
}

function ruleBroken(verdicts: Verdict[]): Problem {
  const verdict = verdicts.find(({ outcome }) => outcome === 'REJECT')!;
  const { before, after, limit, rule } = verdict;
  const params = { ok: 'no', before, after, limit };
  return {
    kind: 'BalanceRuleBroken', path: ['input', 'quantity'], key: `rule.${rule}`, params, verdict, suggestionIds: [],
  };
}
