import { LockMode } from '@mikro-orm/core';
import { sql } from 'kysely';
import type { VillagePlace } from '../access/access.rules.ts';
import type { LedgerService } from '../balance/ledger.service.ts';
import { Policy } from '../balance/policy.entity.ts';
import type { PolicyService } from '../balance/policy.service.ts';
import type { EventKind } from '../events/event.entity.ts';
import type { Outbox } from '../events/outbox.ts';
import { Refused } from '../kernel/problems.ts';
import { factOf, type NeedView } from '../needs/fact.ts';
import type { Need } from '../needs/need.entity.ts';
import { type CounterChange, type NeedCounters, statusOf, withChange } from '../needs/need.rules.ts';
import type { LockedNeed, NeedService } from '../needs/need.service.ts';
import type { Partner } from '../partners/partner.entity.ts';
import type { PartnerRow, PartnerService } from '../partners/partner.service.ts';
import type { Transaction } from '../platform/database.ts';
import { type Row, rowOf } from '../platform/rows.ts';
import type { FigureChange, VillageService } from '../villages/village.service.ts';
import { Pledge } from './pledge.entity.ts';
import type { Decision, PledgeEffect } from './pledge.rules.ts';
import type { DeliveryWords, PledgeWords } from './words.service.ts';

/** Words in confidence are in what a change answers; reads do without them (words.service.ts). */
export interface DeliveryState extends Partial<DeliveryWords> {
  id: string;
  pledgeId: string;
  quantity: number;
  deliveredOn: string;
  status: 'REPORTED' | 'VERIFIED' | 'DISPUTED';
}

export type PledgeRow = Omit<Row<Pledge>, keyof PledgeWords> & Partial<PledgeWords>;

/** A pledge as reads and answers show it; the rest of it where that is to be shown as of the same moment. */
export type PledgeView = PledgeRow & {
  need?: NeedView;
  partner?: PartnerRow;
  deliveries?: DeliveryState[];
};

/** A pledge with all that a change to it moves, held until the transaction ends. */
export interface HeldPledge extends LockedNeed {
  pledge: Pledge;
  partner: Partner;
  policy: Policy;
  /** Whose mandate the need falls under: as frozen at commit, or as it is now for one to be committed. */
  holderId: string | null;
}

/** What never changes of a pledge, and decides who may change the rest: whose it is, and in which village. */
export interface PledgePlace {
  partnerId: string;
  village: VillagePlace;
}

/** Moves a need's counters; answers how its village's figures move with them. */
export function moveCounters(
  need: Pick<Need, keyof NeedCounters | 'unitValue' | 'status' | 'version' | 'updatedAt'>,
  change: CounterChange,
  now: Date,
): Required<Omit<FigureChange, 'neededRupiah'>> {
  const wasOpen = need.status === 'OPEN';
  const counters = withChange(need, change);
  Object.assign(need, counters, { status: statusOf(counters), version: need.version + 1, updatedAt: now });
  const rupiah = (units = 0) => units * need.unitValue;
  return {
    pledgedRupiah: rupiah(change.pledged),
    committedRupiah: rupiah(change.committed),
    deliveredRupiah: rupiah(change.delivered),
    verifiedRupiah: rupiah(change.verified),
    openNeeds: (need.status === 'OPEN' ? 1 : 0) - (wasOpen ? 1 : 0),
  };
}

/**
 * The one way in which pledges change: locks in their order (need, village, partners), the effect of a pure rule
 * applied to pledge, need, village and ledger, and the facts recorded, all in the caller's transaction.
 */
export class PledgeBook {
  private readonly needs: NeedService;
  private readonly villages: VillageService;
  private readonly partners: PartnerService;
  private readonly policies: PolicyService;
  private readonly ledger: LedgerService;
  private readonly outbox: Outbox;

  constructor(
    needs: NeedService,
    villages: VillageService,
    partners: PartnerService,
    policies: PolicyService,
    ledger: LedgerService,
    outbox: Outbox,
  ) {
    this.needs = needs;
    this.villages = villages;
    this.partners = partners;
    this.policies = policies;
    this.ledger = ledger;
    this.outbox = outbox;
  }

  /**
   * Finds whose the pledge is and where, and asks `allow`, which throws Refused; then takes the locks in their order. Whoever
   * may not change the pledge holds nothing, and so cannot hold up others. Null when there is no such pledge.
   */
  async hold(
    tx: Transaction,
    pledgeId: string,
    allow: (place: PledgePlace) => void,
    toCommit = false,
  ): Promise<HeldPledge | null> {
    const { rows } = await sql<{ needId: string; partnerId: string; id: string; code: string }>`
      select p.need_id, p.partner_id, v.id, v.code from pledges p join villages v on v.id = p.village_id
      where p.id = ${pledgeId}`.execute(tx.sql);
    const [found] = rows;
    if (found === undefined) return null;
    allow({ partnerId: found.partnerId, village: { id: found.id, code: found.code } });
    const locked = await this.needs.lock(tx, found.needId);
    return this.holdOn(tx, locked!, pledgeId, toCommit);
  }

  /** The same when the need is held already. `toCommit` finds, and holds, the holder whose books will move. */
  async holdOn(tx: Transaction, locked: LockedNeed, pledgeId: string, toCommit = false): Promise<HeldPledge> {
    const pledge = (await tx.em.findOne(Pledge, pledgeId, { lockMode: LockMode.PESSIMISTIC_WRITE }))!;
    const policy = (await tx.em.findOne(Policy, pledge.policyId))!;
    const holderId = toCommit ? await this.holderOf(tx, locked) : (pledge.holderId ?? null);
    const held = await this.ledger.lockPartners(tx, [
      pledge.partnerId,
      ...(holderId === null ? [] : [holderId]),
    ]);
    return { ...locked, pledge, policy, holderId, partner: held.find(({ id }) => id === pledge.partnerId)! };
  }

  /** Applies what a rule decided; throws Refused with its problem. */
  async apply(tx: Transaction, held: HeldPledge, decision: Decision, now: Date): Promise<void> {
    if ('problem' in decision) throw new Refused(decision.problem);
    const { effect } = decision;
    const committing = effect.support?.kind === 'PEND';
    if (committing && held.holderId !== held.pledge.partnerId) held.pledge.holderId = held.holderId;
    Object.assign(held.pledge, effect.pledge, { version: held.pledge.version + 1, updatedAt: now });
    await this.moveNeed(tx, held, effect.need, now);
    await this.moveSupport(tx, held, effect.support, now);
  }

  /** Moves the need's counters, and with them the village's figures and its cluster's colour. */
  async moveNeed(
    tx: Transaction,
    { need, village, partner }: Pick<HeldPledge, 'need' | 'village' | 'partner'>,
    change: PledgeEffect['need'],
    now: Date,
  ): Promise<void> {
    const figures = moveCounters(need, change, now);
    await this.villages.changeFigures(tx, village, figures);
    const { committedRupiah } = figures;
    if (committedRupiah === 0) return;
    // The bars of the policy in force by now, which need not be the one that the pledge was judged by.
    const bars = await this.policies.inForce(village.village.code, tx.sql);
    this.villages.changeColour(tx, village, partner.clusterCode, committedRupiah, bars);
  }

  /** Writes the facts, in that order, with the state they led to; answers that state. */
  async record(
    tx: Transaction,
    held: Omit<HeldPledge, 'policy' | 'holderId'>,
    kinds: EventKind[],
    now: Date,
  ): Promise<PledgeView> {
    await tx.em.flush();
    const village = this.villages.stateOf(held.village);
    const need = rowOf(held.need);
    const partner = rowOf(held.partner);
    const pledge = await this.stateOf(tx, held.pledge);
    const state = { need, village, pledge, partner };
    const all = kinds.map((kind) =>
      factOf(kind, now, kind === 'NEED_FULFILLED' ? { ...state, pledge: null, partner: null } : state),
    );
    this.outbox.record(tx, all);
    await tx.em.flush();
    return { ...pledge, need: { ...need, village }, partner };
  }

  /** The pledge as it stands in this transaction, flushed, with its deliveries in the order of their reports. */
  async stateOf(tx: Transaction, pledge: Pledge): Promise<PledgeRow & { deliveries: DeliveryState[] }> {
    const deliveries = await sql<DeliveryState>`
      select id, pledge_id, quantity, delivered_on::text, status, note, verification_note, reason, evidence
      from deliveries where pledge_id = ${pledge.id} order by id`.execute(tx.sql);
    return { ...rowOf(pledge), deliveries: deliveries.rows };
  }

  private async holderOf(tx: Transaction, { need, village }: LockedNeed): Promise<string | null> {
    const key = { sectorCode: need.sectorCode, villageCode: village.village.code };
    const [holder] = await this.partners.holders(tx.sql, [key]);
    return holder?.id ?? null;
  }

  private async moveSupport(
    tx: Transaction,
    { pledge, need }: HeldPledge,
    support: PledgeEffect['support'],
    now: Date,
  ): Promise<void> {
    if (support === undefined || support.quantity === 0 || pledge.holderId == null) return;
    const entry = {
      pledgeId: pledge.id,
      supporterId: pledge.partnerId,
      holderId: pledge.holderId,
      amountRupiah: support.quantity * need.unitValue,
    };
    await this.ledger.enter(tx, support.kind, entry, now);
  }
}
