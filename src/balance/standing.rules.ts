import { type Books, creditLineOf } from './balance.rules.ts';
import type { RuleSetting } from './policy.entity.ts';

export type Standing = 'BALANCED' | 'OWES' | 'OWED';

export interface StandingFigures extends Books {
  netRupiah: number;
  creditLineRupiah: number;
  standing: Standing;
}

/** A partner's standing under a RECIPROCITY setting. */
export function standingOf(books: Books, setting: RuleSetting): StandingFigures {
  const {
    givenPostedRupiah: given,
    receivedPostedRupiah: received,
    receivedPendingRupiah: receiving,
  } = books;
  const creditLineRupiah = creditLineOf(books, setting);
  const owes = receiving + received > given + creditLineRupiah;
  const owed = given > 2 * received && given > 0;
  return {
    ...books,
    netRupiah: given - received,
    creditLineRupiah,
    standing: owes ? 'OWES' : owed ? 'OWED' : 'BALANCED',
  };
}

/** Posted support from one partner to the mandate of another. */
export interface Flow {
  fromId: string;
  toId: string;
  postedRupiah: number;
}

export interface Reciprocity {
  bilateral: number | null;
  multilateral: number | null;
}

/**
 * How mutual support is (weighted reciprocity, Squartini et al. 2013, Scientific Reports 3:2729).
 *
 * bilateral = Σ min(w_ij, w_ji) ÷ Σ w_ij; multilateral = 1 − Σ_i |out_i − in_i| ÷ (2 Σ w_ij). Both null when nothing
 * flowed. Sums in exact integers, so only the last division rounds.
 */
export function reciprocityOf(flows: readonly Flow[]): Reciprocity {
  const weights = new Map<string, bigint>();
  const nets = new Map<string, bigint>();
  let total = 0n;
  for (const { fromId, toId, postedRupiah } of flows) {
    const weight = BigInt(postedRupiah);
    total += weight;
    weights.set(`${fromId} ${toId}`, (weights.get(`${fromId} ${toId}`) ?? 0n) + weight);
    nets.set(fromId, (nets.get(fromId) ?? 0n) + weight);
    nets.set(toId, (nets.get(toId) ?? 0n) - weight);
  }
  if (total === 0n) return { bilateral: null, multilateral: null };
  let returned = 0n;
  for (const [pair, weight] of weights) {
    const back = weights.get(pair.split(' ').toReversed().join(' ')) ?? 0n;
    returned += weight < back ? weight : back;
  }
  let imbalance = 0n;
  for (const net of nets.values()) imbalance += net < 0n ? -net : net;
  return {
    bilateral: quotient(returned, total),
    multilateral: quotient(2n * total - imbalance, 2n * total),
  };
}

/** a ÷ b correctly rounded to a double, for b > 0 and 0 ≤ a ≤ b. */
function quotient(a: bigint, b: bigint): number {
  const bits = 1n << 80n;
  return Number((a * bits) / b) / Number(bits);
}
