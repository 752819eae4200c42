import { createHash } from 'node:crypto';
import type { AreaRecord } from '../area-source.ts';
import { NAMED_VILLAGES } from './banten.ts';

/** As many Kampung KB as Banten has. */
const VILLAGES = 310;

/**
 * The villages of the demo's Kampung KB, by code: 310 of the province's villages, spread over its
 * regencies, and in each over its districts, in proportion to their numbers of villages (largest
 * remainder), the three named ones among them. Which villages of a district: by SHA-256 of their codes, so
 * that the choice is even and never changes.
 *
 * @param areas the whole tree of the province; levels above the village are not needed.
 * @throws Error when there are fewer than 310 villages, or a named one is missing.
 */
export function selectVillages(areas: readonly AreaRecord[]): AreaRecord[] {
  const villages = areas.filter((area) => area.level === 'VILLAGE');
  if (villages.length < VILLAGES) throw new Error(`${VILLAGES} villages wanted, ${villages.length} given`);
  const selected: AreaRecord[] = [];
  const regencies = groupBy(villages, (village) => village.code.slice(0, 5));
  for (const [regency, seats] of allocate(regencies, VILLAGES)) {
    const districts = groupBy(regencies.get(regency) ?? [], (village) => village.code.slice(0, 8));
    for (const [district, districtSeats] of allocate(districts, seats)) {
      selected.push(...byRank(districts.get(district) ?? []).slice(0, districtSeats));
    }
  }
  for (const named of NAMED_VILLAGES) {
    if (!selected.some((village) => village.code === named.code)) throw new Error(`${named.code} is missing`);
  }
  return selected.toSorted((a, b) => compare(a.code, b.code));
}

/**
 * Seats by the largest-remainder method (Hamilton, Hare quota), in integers throughout; of equal
 * remainders the earlier weight wins. The result adds up to `seats`.
 */
export function largestRemainder(weights: readonly number[], seats: number): number[] {
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  const result = weights.map((weight) => Math.floor((weight * seats) / total));
  const left = seats - result.reduce((sum, count) => sum + count, 0);
  const byRemainder = weights
    .map((weight, index) => ({ index, remainder: (weight * seats) % total }))
    .toSorted((a, b) => b.remainder - a.remainder || a.index - b.index);
  for (const { index } of byRemainder.slice(0, left)) result[index] = (result[index] ?? 0) + 1;
  return result;
}

function allocate(groups: Map<string, AreaRecord[]>, seats: number): [string, number][] {
  const codes = [...groups.keys()].toSorted(compare);
  const counts = largestRemainder(
    codes.map((code) => groups.get(code)?.length ?? 0),
    seats,
  );
  return codes.map((code, index) => [code, counts[index] ?? 0]);
}

/** The named villages first, the others by hash. */
function byRank(villages: readonly AreaRecord[]): AreaRecord[] {
  return villages
    .map((village) => ({ village, rank: rankOf(village.code) }))
    .toSorted((a, b) => compare(a.rank, b.rank))
    .map(({ village }) => village);
}

function rankOf(code: string): string {
  if (NAMED_VILLAGES.some((named) => named.code === code)) return '';
  return createHash('sha256').update(code, 'utf8').digest('hex');
}

function groupBy(
  villages: readonly AreaRecord[],
  keyOf: (village: AreaRecord) => string,
): Map<string, AreaRecord[]> {
  const groups = new Map<string, AreaRecord[]>();
  for (const village of villages) {
    const group = groups.get(keyOf(village));
    if (group) group.push(village);
    else groups.set(keyOf(village), [village]);
  }
  return groups;
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
