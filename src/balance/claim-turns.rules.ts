import type { Outcome, Verdict } from '../kernel/problems.ts';
import { type Books, type ClaimFigures, judge, worstOf } from './balance.rules.ts';
import type { Policy } from './policy.entity.ts';

/** What a pledge takes from the policy that it was judged by. */
export type RulingPolicy = Pick<Policy, 'id' | 'rules' | 'pledgeDays'>;

export interface Judgement {
  policy: RulingPolicy;
  outcome: Outcome;
  verdicts: Verdict[];
}

/** All that is weighed of a claim, as it stood before the first of them was made, and the policy that rules. */
export type ClaimInTurn = Omit<ClaimFigures, 'ownMandate' | 'books'> &
  Books & {
    policy: RulingPolicy;
    partnerId: string;
    clusterCode: string;
    villageId: string;
    regency: string;
    holderId: string | null;
  };

/** Whether SPREAD looks at the other villages of the regency. */
function looksAround({ planRupiah, reservedRupiah, policy }: ClaimInTurn): boolean {
  const spread = policy.rules.find(({ rule }) => rule === 'SPREAD');
  return spread !== undefined && planRupiah > 0 && reservedRupiah / planRupiah >= spread.limit;
}

/**
 * Claims that are judged one after another, by figures that were read at once: each that is made counts for those behind
 * it as if they had been read after it. Where SPREAD would have to look at other villages again, the figures are out of
 * date, and nothing is judged by them.
 */
export class ClaimTurns {
  /** Null for a claim whose need is not there. */
  private readonly claims: readonly (ClaimInTurn | null)[];
  private readonly outdated = new Set<number>();

  constructor(claims: readonly (ClaimInTurn | null)[]) {
    this.claims = claims.map((one) => one && { ...one });
  }

  /** False where the figures of the claim do not tell any more how it stands. */
  isCurrent(index: number): boolean {
    return !this.outdated.has(index);
  }

  /** Null when its need is not there. */
  judge(index: number): Judgement | null {
    const claim = this.claims[index]!;
    if (claim === null) return null;
    const { policy } = claim;
    const ownMandate = claim.holderId === claim.partnerId;
    const verdicts = judge({ ...claim, ownMandate, books: claim }, policy.rules);
    return { policy, outcome: worstOf(verdicts), verdicts };
  }

  /** That claim was made: it reserves its worth, and is one more of its partner's pledges. */
  made(index: number): void {
    const made = this.claims[index]!;
    for (const [later, claim] of this.claims.entries()) {
      if (later <= index || claim === null) continue;
      if (claim.partnerId === made.partnerId) {
        claim.openPledges += 1;
        claim.allPledges += 1;
      }
      if (claim.villageId === made.villageId) this.reserve(later, claim, made);
      else if (claim.regency === made.regency && claim.leastReservedRatio !== null) this.outdated.add(later);
    }
  }

  private reserve(
    later: number,
    claim: ClaimInTurn,
    { partnerId, clusterCode, claimRupiah }: ClaimInTurn,
  ): void {
    const lookedAround = looksAround(claim);
    claim.reservedRupiah += claimRupiah;
    if (claim.partnerId === partnerId) claim.partnerReservedRupiah += claimRupiah;
    if (claim.clusterCode === clusterCode) claim.clusterReservedRupiah += claimRupiah;
    if (looksAround(claim) !== lookedAround) this.outdated.add(later);
  }
}
