import type { SynergyLevel } from './village.entity.ts';

/** From where on a village counts as SYNERGY; a policy sets it. */
export interface SynergyBars {
  synergyColours: number;
  synergyDiversity: number;
}

/**
 * The Hill number of order 2 of the clusters' committed rupiah, 1 ÷ Σp²: how many equally strong clusters would be
 * as diverse. 0 when nothing is committed. Σ² ÷ Σ(v²) in exact integers, so only the last division rounds.
 */
export function diversityOf(committedRupiah: readonly number[]): number {
  const values = committedRupiah.filter((value) => value > 0).map(BigInt);
  const total = values.reduce((sum, value) => sum + value, 0n);
  if (total === 0n) return 0;
  const squares = values.reduce((sum, value) => sum + value * value, 0n);
  return Number((total * total * 1_000_000_000_000n) / squares) / 1_000_000_000_000;
}

/** How far a village's commitments are from synergy, by its clusters' committed rupiah. */
export function synergyOf(committedRupiah: readonly number[], bars: SynergyBars): SynergyLevel {
  const colours = committedRupiah.filter((value) => value > 0).length;
  if (colours === 0) return 'UNTOUCHED';
  if (colours === 1) return 'SINGLE_COLOUR';
  const enough = colours >= bars.synergyColours && diversityOf(committedRupiah) >= bars.synergyDiversity;
  return enough ? 'SYNERGY' : 'MULTI_COLOUR';
}
