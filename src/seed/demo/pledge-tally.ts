import type { DemoPartner } from './demo-partner.ts';
import { mandateHolder } from './mandate-holder.ts';
import type { PlannedNeed } from './needs.ts';
import { isCommitted } from './planned-pledge.ts';
import type { PlannedPledge } from './planned-pledge.ts';

/** Plans up to this are exempt from the share rules in the default policy. */
export const SHARE_FLOOR_RUPIAH = 50_000_000;
/**
 * The default policy's share limits are 0.6 and 0.8; the plan keeps a little below them, or above where it
 * means to.
 */
export const PARTNER_SHARE = 0.58;
export const COLOUR_SHARE = 0.78;
export const COLOUR_SHARE_BROKEN = 0.82;
/** CAPACITY allows 20; fewer leave every partner room for claims by hand. */
const OPEN_PLEDGES = 12;
const NEWCOMER_CREDIT_RUPIAH = 250_000_000;
const CREDIT_CEILING_RUPIAH = 1_000_000_000;

/**
 * Partners that give nothing and receive a little more than their credit, so that there is somebody whom RECIPROCITY
 * stops. What they give counts twice, once more as credit: half of this, verified, and they owe no longer.
 */
const DEBTORS: readonly string[] = ['pupr-banten'];
const DEBT_MOST_RUPIAH = 12_000_000;
/**
 * Credit that newcomers must find unused: toilets of Cimarga given to the housing agency leave it free to
 * claim.
 */
const CREDIT_KEPT_RUPIAH: Readonly<Record<string, number>> = { 'perkim-banten': 150_000_000 };

interface VillageState {
  /** With and without the needs that a story cancels. */
  planGreatestRupiah: number;
  planLeastRupiah: number;
  partnersRupiah: Map<string, number>;
  clustersRupiah: Map<string, number>;
}

interface PartnerState {
  open: number;
  total: number;
  givenPostedRupiah: number;
  receivedRupiah: number;
}

/**
 * What the pledges planned so far use up, counted for the worst case: a pledge that ends otherwise than
 * fulfilled still counts as reserved, open, and received. So a claim that fits here fits whenever the
 * stories' ends come.
 */
export class PledgeTally {
  readonly #needs: readonly PlannedNeed[];
  readonly #holders: (string | null)[];
  readonly #remaining: number[];
  readonly #villages = new Map<string, VillageState>();
  readonly #partners: Map<string, PartnerState>;
  readonly #flowsRupiah = new Map<string, number>();

  constructor(needs: readonly PlannedNeed[], partners: readonly DemoPartner[]) {
    this.#needs = needs;
    this.#holders = needs.map((need) => mandateHolder(need.sector, need.villageCode, partners)?.code ?? null);
    this.#remaining = needs.map((need) => (need.draft ? 0 : need.quantity));
    this.#partners = new Map(
      partners.map(({ code }) => [code, { open: 0, total: 0, givenPostedRupiah: 0, receivedRupiah: 0 }]),
    );
    for (const need of needs) {
      const village = this.#village(need.villageCode);
      const valueRupiah = need.draft ? 0 : need.quantity * need.unitValueRupiah;
      village.planGreatestRupiah += valueRupiah;
      village.planLeastRupiah += valueRupiah;
    }
  }

  remaining(needIndex: number): number {
    return this.#remaining[needIndex] ?? 0;
  }

  holder(needIndex: number): string | null {
    return this.#holders[needIndex] ?? null;
  }

  planRupiah(villageCode: string): number {
    return this.#village(villageCode).planLeastRupiah;
  }

  clusterRupiah(villageCode: string, cluster: string): number {
    return this.#village(villageCode).clustersRupiah.get(cluster) ?? 0;
  }

  pledges(partnerCode: string): number {
    return this.#partner(partnerCode).total;
  }

  /** Verified support of one partner to another's mandate. */
  flowRupiah(from: string, to: string): number {
    return this.#flowsRupiah.get(`${from} ${to}`) ?? 0;
  }

  /**
   * Whether neither CAPACITY nor RECIPROCITY stands in the way of this partner on this need, even if nothing that it
   * gives is verified by then. A debtor gives nothing.
   */
  mayClaim(partner: DemoPartner, needIndex: number): boolean {
    const { open, receivedRupiah } = this.#partner(partner.code);
    if (open >= OPEN_PLEDGES) return false;
    if (this.holder(needIndex) !== partner.code) return !DEBTORS.includes(partner.code);
    return receivedRupiah <= NEWCOMER_CREDIT_RUPIAH;
  }

  /** The greatest quantity of the need that the share rules leave to the partner; 0 when none. */
  most(partner: DemoPartner, needIndex: number): number {
    const need = this.#need(needIndex);
    const village = this.#village(need.villageCode);
    const remaining = this.remaining(needIndex);
    if (village.planGreatestRupiah <= SHARE_FLOOR_RUPIAH) return remaining;
    const plan = village.planLeastRupiah;
    const byPartner = PARTNER_SHARE * plan - (village.partnersRupiah.get(partner.code) ?? 0);
    const byCluster = COLOUR_SHARE * plan - (village.clustersRupiah.get(partner.cluster) ?? 0);
    return Math.max(
      0,
      Math.min(remaining, Math.floor(Math.min(byPartner, byCluster) / need.unitValueRupiah)),
    );
  }

  /**
   * Whether the need's mandate holder, unless a debtor, can receive this much and still claim in its own
   * mandate.
   */
  holderHasRoom(partner: DemoPartner, needIndex: number, valueRupiah: number): boolean {
    const holder = this.holder(needIndex);
    if (holder === null || holder === partner.code) return true;
    const { receivedRupiah, givenPostedRupiah } = this.#partner(holder);
    const keptRupiah = CREDIT_KEPT_RUPIAH[holder] ?? 0;
    const debtRupiah = DEBTORS.includes(holder) ? DEBT_MOST_RUPIAH : 0;
    return receivedRupiah + valueRupiah <= creditRupiah(givenPostedRupiah) - keptRupiah + debtRupiah;
  }

  /** Whether the need's mandate holder is to stay in debt, so that nothing which it received may be voided again. */
  isHeldByDebtor(needIndex: number): boolean {
    return DEBTORS.includes(this.holder(needIndex) ?? '');
  }

  /** From now on the plan of the need's village counts without the need. */
  cancel(needIndex: number): void {
    const need = this.#need(needIndex);
    this.#village(need.villageCode).planLeastRupiah -= need.quantity * need.unitValueRupiah;
  }

  record(pledge: PlannedPledge, partner: DemoPartner): void {
    const need = this.#need(pledge.needIndex);
    const valueRupiah = pledge.quantity * need.unitValueRupiah;
    const village = this.#village(need.villageCode);
    this.#remaining[pledge.needIndex] = this.remaining(pledge.needIndex) - pledge.quantity;
    add(village.partnersRupiah, partner.code, valueRupiah);
    add(village.clustersRupiah, partner.cluster, valueRupiah);
    const supporter = this.#partner(partner.code);
    supporter.total += 1;
    if (pledge.story !== 'FULFILLED') supporter.open += 1;
    const holder = this.holder(pledge.needIndex);
    if (holder === null || holder === partner.code || !isCommitted(pledge.story, pledge.deliveries)) return;
    const verified = pledge.deliveries.filter((delivery) => delivery.outcome === 'VERIFIED');
    const verifiedRupiah = verified.reduce((sum, { quantity }) => sum + quantity, 0) * need.unitValueRupiah;
    this.#partner(holder).receivedRupiah += valueRupiah;
    supporter.givenPostedRupiah += verifiedRupiah;
    add(this.#flowsRupiah, `${partner.code} ${holder}`, verifiedRupiah);
  }

  #need(needIndex: number): PlannedNeed {
    const need = this.#needs[needIndex];
    if (!need) throw new RangeError(`no need ${needIndex}`);
    return need;
  }

  #partner(code: string): PartnerState {
    const partner = this.#partners.get(code);
    if (!partner) throw new RangeError(`no partner ${code}`);
    return partner;
  }

  #village(code: string): VillageState {
    let village = this.#villages.get(code);
    if (!village) {
      village = {
        planGreatestRupiah: 0,
        planLeastRupiah: 0,
        partnersRupiah: new Map(),
        clustersRupiah: new Map(),
      };
      this.#villages.set(code, village);
    }
    return village;
  }
}

/**
 * What a partner may have received before it owes: what it gave and its credit line (design rule
 * RECIPROCITY).
 */
function creditRupiah(givenPostedRupiah: number): number {
  return givenPostedRupiah + Math.min(CREDIT_CEILING_RUPIAH, NEWCOMER_CREDIT_RUPIAH + givenPostedRupiah);
}

function add(map: Map<string, number>, key: string, valueRupiah: number): void {
  map.set(key, (map.get(key) ?? 0) + valueRupiah);
}
