/**
 * A seeded source of chance for demo data: the same seed gives the same sequence on every machine.
 * Mulberry32 (Tommy Ettinger, public domain): 32 bits of state, good enough to spread data, never for
 * secrets.
 */
export class Generator {
  #state: number;

  /** @param seed any integer; its low 32 bits count. */
  constructor(seed: number) {
    this.#state = seed | 0;
  }

  /** A number in [0, 1). */
  next(): number {
    this.#state = (this.#state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(this.#state ^ (this.#state >>> 15), this.#state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 0x1_0000_0000;
  }

  /** An integer from min to max, both included. @throws RangeError when max < min. */
  int(min: number, max: number): number {
    if (max < min) throw new RangeError(`no integer from ${min} to ${max}`);
    return min + Math.floor(this.next() * (max - min + 1));
  }

  /** One element. @throws RangeError when the list is empty. */
  pick<T>(list: readonly T[]): T {
    const index = this.int(0, list.length - 1);
    return list[index] as T;
  }

  /** True with the given probability, from 0 to 1. */
  chance(probability: number): boolean {
    return this.next() < probability;
  }

  /** A new list with the same elements in chance order (Fisher–Yates). */
  shuffle<T>(list: readonly T[]): T[] {
    const result = [...list];
    for (let last = result.length - 1; last > 0; last -= 1) {
      const other = this.int(0, last);
      [result[last], result[other]] = [result[other] as T, result[last] as T];
    }
    return result;
  }
}
