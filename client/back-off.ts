export interface BackOffOptions {
  /** The longest first wait. */
  firstMs: number;
  /** No wait is longer. */
  mostMs: number;
  /** From 0 to below 1; Math.random when absent. */
  chance?: () => number;
}

/**
 * How long to wait before the next try: twice as long after each failure in a row, up to a bound. A half of it is
 * left to chance, so that the many readers whom one fault has cut off do not all come back in the same moment.
 */
export class BackOff {
  private readonly options: BackOffOptions;
  private failures = 0;

  constructor(options: BackOffOptions) {
    this.options = options;
  }

  /** `atLeastMs`: what the other side asked for, which is borne up to the same bound. */
  nextMs(atLeastMs = 0): number {
    const { firstMs, mostMs, chance = Math.random } = this.options;
    const longest = Math.min(mostMs, firstMs * 2 ** this.failures);
    this.failures += 1;
    const own = longest * (0.5 + chance() / 2);
    return Math.max(own, Math.min(mostMs, atLeastMs * (1 + chance() / 2)));
  }

  /** After progress: the next failure is a first one. */
  reset(): void {
    this.failures = 0;
  }
}
