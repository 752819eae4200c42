/**
 * The balance of a small world, as the rules' text defines it and by nothing of the hub's code: lists of what was
 * done, and every figure summed up from them anew each time it is asked for. Slow, plain, and therefore a judge.
 *
 * Ratios are held in thousandths and diversities in tenths, so that everything is compared in whole numbers.
 */

export type RuleName = 'RECIPROCITY' | 'PARTNER_SHARE' | 'COLOUR_SHARE' | 'SPREAD' | 'CAPACITY';
export type Mode = 'OFF' | 'ADVISE' | 'APPROVAL' | 'ENFORCE';

export interface ModelPolicy {
  id: string;
  /** Null: it holds everywhere. */
  areaCode: string | null;
  version: number;
  modes: Record<RuleName, Mode>;
  creditRupiah: number;
  greatestCreditRupiah: number;
  /** Of PARTNER_SHARE, COLOUR_SHARE and SPREAD, and the floors of SPREAD and CAPACITY. */
  permille: Record<'partner' | 'colour' | 'spread' | 'lagging' | 'fulfilled', number>;
  exemptRupiah: Record<'partner' | 'colour', number>;
  capacity: number;
  synergyColours: number;
  synergyDiversityTenths: number;
  pledgeDays: number;
  graceDays: number;
}

export interface ModelVillage {
  id: string;
  code: string;
}

export interface ModelPartner {
  id: string;
  cluster: string;
  mandate: readonly string[];
  areaCode: string;
}

export interface ModelNeed {
  id: string;
  village: ModelVillage;
  sector: string;
  unitValue: number;
  quantity: number;
  urgent: boolean;
  dueOn: string | null;
  life: 'DRAFT' | 'PUBLISHED' | 'CANCELLED';
  /** Of a need that was never published nobody else has ever heard, though it was cancelled. */
  wasPublished: boolean;
  /** As the hub last showed it. */
  version: number;
}

export interface ModelDelivery {
  id: string;
  quantity: number;
  state: 'REPORTED' | 'VERIFIED' | 'DISPUTED';
}

export interface ModelPledge {
  id: string;
  need: ModelNeed;
  partner: ModelPartner;
  quantity: number;
  stage: 'AWAITING_APPROVAL' | 'PLEDGED' | 'COMMITTED';
  ended: 'WITHDRAWN' | 'DECLINED' | 'EXPIRED' | 'CANCELLED' | null;
  policy: ModelPolicy;
  /** Another partner, whose mandate the need was when it was committed. */
  holder: ModelPartner | null;
  expiresAt: number;
  deliveries: ModelDelivery[];
}

const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);
const isWithin = (code: string, above: string) => code === above || code.startsWith(`${above}.`);

export const verifiedOf = ({ deliveries }: ModelPledge) =>
  sum(deliveries.filter(({ state }) => state === 'VERIFIED').map(({ quantity }) => quantity));
export const deliveredOf = ({ deliveries }: ModelPledge) =>
  sum(deliveries.filter(({ state }) => state !== 'DISPUTED').map(({ quantity }) => quantity));

export function statusOfPledge(pledge: ModelPledge): string {
  if (pledge.ended !== null) return pledge.ended;
  if (pledge.stage !== 'COMMITTED') return pledge.stage;
  if (verifiedOf(pledge) === pledge.quantity) return 'FULFILLED';
  return pledge.deliveries.length > 0 ? 'DELIVERING' : 'COMMITTED';
}

export const isOpen = (pledge: ModelPledge) =>
  pledge.ended === null && statusOfPledge(pledge) !== 'FULFILLED';
export const isUndecided = (pledge: ModelPledge) =>
  pledge.deliveries.some(({ state }) => state === 'REPORTED');

/** What of a committed pledge nobody has reported yet. */
export const leftToDeliver = (pledge: ModelPledge) =>
  pledge.stage === 'COMMITTED' ? pledge.quantity - deliveredOf(pledge) : 0;

/** What a pledge binds of its need: all of it once committed, and after its end what was verified. */
function boundOf(pledge: ModelPledge): number {
  if (pledge.ended !== null) return verifiedOf(pledge);
  return pledge.stage === 'COMMITTED' ? pledge.quantity : 0;
}

const promisedOf = (pledge: ModelPledge) =>
  pledge.ended === null && pledge.stage !== 'COMMITTED' ? pledge.quantity : 0;

export class Model {
  readonly villages: readonly ModelVillage[];
  readonly partners: ModelPartner[];
  readonly policies: ModelPolicy[];
  readonly needs: ModelNeed[] = [];
  readonly pledges: ModelPledge[] = [];
  /** One for each fact: its kind, its need and its pledge. */
  readonly facts: (readonly [kind: string, needId: string, pledgeId: string | null])[] = [];

  /** Partners in the order in which they were registered. */
  constructor(villages: readonly ModelVillage[], partners: ModelPartner[], policies: ModelPolicy[]) {
    this.villages = villages;
    this.partners = partners;
    this.policies = policies;
  }

  /** The newest policy of the smallest area around that area which has one. */
  policyAt(code: string): ModelPolicy {
    const around = this.policies.filter(({ areaCode }) => areaCode === null || isWithin(code, areaCode));
    const size = Math.max(...around.map(({ areaCode }) => areaCode?.length ?? 0));
    return around.findLast(({ areaCode }) => (areaCode?.length ?? 0) === size)!;
  }

  /** The partner with that mandate in the smallest area around the village; the one that was registered first. */
  holderOf(need: ModelNeed): ModelPartner | null {
    const covering = this.partners.filter(
      ({ mandate, areaCode }) => mandate.includes(need.sector) && isWithin(need.village.code, areaCode),
    );
    const size = Math.max(...covering.map(({ areaCode }) => areaCode.length));
    return covering.find(({ areaCode }) => areaCode.length === size) ?? null;
  }

  pledgesOf(need: ModelNeed): ModelPledge[] {
    return this.pledges.filter((pledge) => pledge.need === need);
  }

  countersOf(need: ModelNeed) {
    const pledges = this.pledgesOf(need);
    return {
      pledged: sum(pledges.map(promisedOf)),
      committed: sum(pledges.map(boundOf)),
      delivered: sum(pledges.map(deliveredOf)),
      verified: sum(pledges.map(verifiedOf)),
    };
  }

  remainingOf(need: ModelNeed): number {
    const { pledged, committed } = this.countersOf(need);
    return need.quantity - pledged - committed;
  }

  statusOf(need: ModelNeed): string {
    if (need.life !== 'PUBLISHED') return need.life;
    if (this.countersOf(need).verified === need.quantity) return 'FULFILLED';
    return this.remainingOf(need) > 0 ? 'OPEN' : 'COMMITTED';
  }

  private planned(village: ModelVillage): ModelNeed[] {
    return this.needs.filter((need) => need.village === village && need.life === 'PUBLISHED');
  }

  figuresOf(village: ModelVillage) {
    const needs = this.planned(village);
    const valued = (figure: 'pledged' | 'committed' | 'delivered' | 'verified') =>
      sum(needs.map((need) => need.unitValue * this.countersOf(need)[figure]));
    return {
      needed: sum(needs.map(({ unitValue, quantity }) => unitValue * quantity)),
      pledged: valued('pledged'),
      committed: valued('committed'),
      delivered: valued('delivered'),
      verified: valued('verified'),
      openNeeds: needs.filter((need) => this.statusOf(need) === 'OPEN').length,
    };
  }

  reservedOf(village: ModelVillage): number {
    const { pledged, committed } = this.figuresOf(village);
    return pledged + committed;
  }

  /** What some partners hold of a village's plan. */
  reservedBy(village: ModelVillage, isOne: (partner: ModelPartner) => boolean): number {
    const there = this.planned(village).flatMap((need) => this.pledgesOf(need));
    const theirs = there.filter(({ partner }) => isOne(partner));
    return sum(theirs.map((pledge) => pledge.need.unitValue * (promisedOf(pledge) + boundOf(pledge))));
  }

  /** Clusters with what they committed there, where it is more than nothing. */
  coloursOf(village: ModelVillage): Map<string, number> {
    const colours = new Map<string, number>();
    for (const pledge of this.planned(village).flatMap((need) => this.pledgesOf(need))) {
      const { cluster } = pledge.partner;
      const value = pledge.need.unitValue * boundOf(pledge);
      if (value > 0) colours.set(cluster, (colours.get(cluster) ?? 0) + value);
    }
    return colours;
  }

  /** Diversity as a fraction of whole numbers, and the level that it gives by the policy that rules there now. */
  synergyOf(village: ModelVillage): { diversity: number; level: string } {
    const values = [...this.coloursOf(village).values()].map(BigInt);
    if (values.length === 0) return { diversity: 0, level: 'UNTOUCHED' };
    const total = values.reduce((all, value) => all + value, 0n);
    const squares = values.reduce((all, value) => all + value * value, 0n);
    const diversity = Number(total * total) / Number(squares);
    if (values.length === 1) return { diversity, level: 'SINGLE_COLOUR' };
    const { synergyColours, synergyDiversityTenths } = this.policyAt(village.code);
    const diverse = total * total * 10n >= BigInt(synergyDiversityTenths) * squares;
    return { diversity, level: values.length >= synergyColours && diverse ? 'SYNERGY' : 'MULTI_COLOUR' };
  }

  booksOf(partner: ModelPartner) {
    const given = this.pledges.filter((pledge) => pledge.partner === partner && pledge.holder !== null);
    const received = this.pledges.filter(({ holder }) => holder === partner);
    const posted = (pledges: ModelPledge[]) =>
      sum(pledges.map((one) => one.need.unitValue * verifiedOf(one)));
    const pending = (pledges: ModelPledge[]) =>
      sum(pledges.filter(isOpen).map((one) => one.need.unitValue * (one.quantity - verifiedOf(one))));
    return {
      givenPending: pending(given),
      givenPosted: posted(given),
      receivedPending: pending(received),
      receivedPosted: posted(received),
    };
  }

  /** The most that a partner may receive: what it gave, and its line of credit. */
  mayReceive(partner: ModelPartner, { creditRupiah, greatestCreditRupiah }: ModelPolicy): number {
    const { givenPosted } = this.booksOf(partner);
    return givenPosted + Math.min(greatestCreditRupiah, creditRupiah + givenPosted);
  }

  standingOf(partner: ModelPartner): string {
    const { givenPosted, receivedPending, receivedPosted } = this.booksOf(partner);
    const most = this.mayReceive(partner, this.policyAt(partner.areaCode));
    if (receivedPending + receivedPosted > most) return 'OWES';
    return givenPosted > 2 * receivedPosted ? 'OWED' : 'BALANCED';
  }
}
