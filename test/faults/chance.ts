import { randomInt } from 'node:crypto';

/** Chance that can be had again: the seed is printed, and `TEST_SEED` sets it. */
export class Chance {
  readonly seed: number;
  private state: number;

  constructor() {
    this.seed = Number(process.env['TEST_SEED'] ?? randomInt(2 ** 31));
    this.state = this.seed;
    process.stdout.write(`TEST_SEED=${this.seed}\n`);
  }

  /** A whole number from 0 to `below` − 1, by mulberry32. */
  whole(below: number): number {
    this.state = (this.state + 0x6d_2b_79_f5) | 0;
    let mixed = Math.imul(this.state ^ (this.state >>> 15), this.state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32) * below);
  }
}
