import type { Generator } from '../generator.ts';
import { CIMARGA } from './banten.ts';
import { CIMARGA_TOILETS } from './cimarga-needs.ts';
import { SECTORS } from './clusters.ts';
import type { DemoPartner, DemoPartnerKind } from './demo-partner.ts';
import { coveringArea } from './mandate-holder.ts';
import type { PlannedNeed } from './needs.ts';
import { deliveriesOf, noteOf } from './pledge-story.ts';
import { PledgeTally } from './pledge-tally.ts';
import { isCommitted, isVoided } from './planned-pledge.ts';
import type { PlannedPledge, PledgeStory } from './planned-pledge.ts';

/** The most that one pledge of such a partner is worth. */
const PURSE_RUPIAH: Readonly<Record<DemoPartnerKind, number>> = {
  GOVERNMENT: 120_000_000,
  MILITARY: 40_000_000,
  POLICE: 25_000_000,
  PRIVATE: 150_000_000,
  NGO: 60_000_000,
  UNIVERSITY: 25_000_000,
  COMMUNITY: 15_000_000,
};

/** How near a need is to a partner's mandate. */
type Nearness = 'MANDATE' | 'CLUSTER' | 'OTHER';

interface Candidate {
  needIndex: number;
  partner: DemoPartner;
  nearness: Nearness;
}

const CLUSTER_OF = new Map(SECTORS.map((sector) => [sector.code, sector.cluster]));
/** Of so many chance candidates the best one pledges: more would make the choice predictable. */
const DRAWS = 12;
/** How often support that a partner received is what moves it, before nearness does. */
const RETURN_CHANCE = 0.5;

/** Plans pledges one after another, each so that it fits after all before it. */
export class PledgePlanner {
  readonly tally: PledgeTally;
  readonly pledges: PlannedPledge[] = [];
  readonly #needs: readonly PlannedNeed[];
  readonly #partners: readonly DemoPartner[];
  readonly #generator: Generator;
  readonly #needsOfVillage = new Map<string, number[]>();

  constructor(needs: readonly PlannedNeed[], partners: readonly DemoPartner[], generator: Generator) {
    this.tally = new PledgeTally(needs, partners);
    this.#needs = needs;
    this.#partners = partners;
    this.#generator = generator;
    needs.forEach((need, index) => {
      const indexes = this.#needsOfVillage.get(need.villageCode) ?? [];
      if (!need.draft && !isKeptForNewcomers(need)) indexes.push(index);
      this.#needsOfVillage.set(need.villageCode, indexes);
    });
  }

  need(needIndex: number): PlannedNeed {
    const need = this.#needs[needIndex];
    if (!need) throw new RangeError(`no need ${needIndex}`);
    return need;
  }

  /** The indexes of the village's published needs, without the one that is kept for newcomers. */
  needsOf(villageCode: string): readonly number[] {
    return this.#needsOfVillage.get(villageCode) ?? [];
  }

  partnersIn(villageCode: string): DemoPartner[] {
    return this.#partners.filter((partner) => coveringArea(partner, villageCode) !== null);
  }

  /**
   * Plans one pledge of this story, by one of these partners, in the village; false when no partner and
   * need fit.
   */
  claimInVillage(villageCode: string, story: PledgeStory, partners = this.partnersIn(villageCode)): boolean {
    const candidates = this.#candidates(this.needsOf(villageCode), partners);
    const returning = this.#generator.chance(RETURN_CHANCE)
      ? candidates.filter((candidate) => this.#returnsSupport(candidate))
      : [];
    const groups = this.#nearnessOrder().map((nearness) =>
      candidates.filter((candidate) => candidate.nearness === nearness),
    );
    return [returning, ...groups].some((group) => this.#claimBest(group, story));
  }

  /**
   * Records the pledge unless its quantity is 0, or its support would put the need's mandate holder into
   * debt, or take a debtor out of it again.
   */
  claim(partner: DemoPartner, needIndex: number, quantity: number, story: PledgeStory): boolean {
    if (quantity < 1) return false;
    const deliveries = deliveriesOf(story, quantity, this.#generator);
    const valueRupiah = quantity * this.need(needIndex).unitValueRupiah;
    const committed = isCommitted(story, deliveries);
    if (committed && !this.tally.holderHasRoom(partner, needIndex, valueRupiah)) return false;
    if (committed && isVoided(story) && this.tally.isHeldByDebtor(needIndex)) return false;
    const note = noteOf(this.#generator);
    const pledge = { needIndex, partnerCode: partner.code, quantity, note, story, deliveries };
    this.pledges.push(pledge);
    this.tally.record(pledge, partner);
    return true;
  }

  #claimBest(candidates: readonly Candidate[], story: PledgeStory): boolean {
    const ranked = this.#generator
      .shuffle(candidates)
      .slice(0, DRAWS)
      .map((candidate) => ({ candidate, score: this.#score(candidate) }))
      .toSorted((a, b) => b.score - a.score);
    return ranked.some(({ candidate }) =>
      this.claim(candidate.partner, candidate.needIndex, this.#quantity(candidate), story),
    );
  }

  #candidates(needIndexes: readonly number[], partners: readonly DemoPartner[]): Candidate[] {
    return needIndexes.flatMap((needIndex) =>
      partners
        .filter(
          (partner) => this.tally.mayClaim(partner, needIndex) && this.#affordable(partner, needIndex) > 0,
        )
        .map((partner) => ({
          needIndex,
          partner,
          nearness: nearnessOf(partner, this.need(needIndex).sector),
        })),
    );
  }

  #affordable(partner: DemoPartner, needIndex: number): number {
    const purse = Math.floor(PURSE_RUPIAH[partner.kind] / this.need(needIndex).unitValueRupiah);
    return Math.min(purse, this.tally.most(partner, needIndex));
  }

  /** Help comes mostly from the mandate and from its neighbourhood. */
  #nearnessOrder(): readonly Nearness[] {
    const drawn = this.#generator.next();
    if (drawn < 0.35) return ['MANDATE', 'CLUSTER', 'OTHER'];
    if (drawn < 0.65) return ['CLUSTER', 'OTHER', 'MANDATE'];
    return ['OTHER', 'CLUSTER', 'MANDATE'];
  }

  /** Whether the need's mandate holder has given the partner more than it got back. */
  #returnsSupport({ partner, needIndex }: Candidate): boolean {
    const holder = this.tally.holder(needIndex);
    if (holder === null || holder === partner.code) return false;
    return this.tally.flowRupiah(holder, partner.code) > this.tally.flowRupiah(partner.code, holder);
  }

  /** Before others: who brings a new colour, and who has pledged little so far. */
  #score({ partner, needIndex }: Candidate): number {
    const isNewColour = this.tally.clusterRupiah(this.need(needIndex).villageCode, partner.cluster) === 0;
    return (isNewColour ? 3 : 0) - this.tally.pledges(partner.code);
  }

  /** One unit, everything that fits, or a part of it. */
  #quantity({ partner, needIndex }: Candidate): number {
    const most = this.#affordable(partner, needIndex);
    const drawn = this.#generator.next();
    if (most === 0 || drawn < 0.4) return most;
    return drawn < 0.5 ? 1 : this.#generator.int(Math.ceil(most / 4), most);
  }
}

function nearnessOf(partner: DemoPartner, sector: string): Nearness {
  if (partner.mandate.includes(sector)) return 'MANDATE';
  return CLUSTER_OF.get(sector) === partner.cluster ? 'CLUSTER' : 'OTHER';
}

function isKeptForNewcomers(need: PlannedNeed): boolean {
  return need.villageCode === CIMARGA && need.title === CIMARGA_TOILETS.title;
}
