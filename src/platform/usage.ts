import type { Allowance } from './allowances.ts';
import { LIMITS } from './limits.ts';
import type { Meter, Payer } from './meter.ts';

/**
 * What a millisecond of a processor costs, in fields. The usual allowance of 20,000 fields a second stands for a fifth of
 * one processor.
 */
export const FIELDS_PER_MS = 100;

/**
 * What one operation takes, and how it is paid: what was counted is reserved before it runs; when it is over, the
 * difference to what it took is taken or given back. It has knocked before, which reserved the least that an operation
 * costs.
 */
export class Usage implements Payer {
  readonly owner: string;
  readonly allowance: Allowance;
  private readonly meter: Meter;
  /** In fields: what was taken from the allowance so far. */
  private taken: number = LIMITS.leastFields;
  /** In fields: what no measure sees, and is never given back. */
  private fixed = 0;
  private workMs = 0;
  private isSettled = false;

  constructor(owner: string, allowance: Allowance, meter: Meter) {
    this.owner = owner;
    this.allowance = allowance;
    this.meter = meter;
  }

  add(ms: number): void {
    this.workMs += ms;
    // What is left to be done after the answer, such as to write it, is paid as it comes.
    if (this.isSettled) this.settle();
  }

  /**
   * Takes what was counted, or throws RATE_LIMITED. `fixed`: how much of it stands for work that is not measured, such as
   * writes, whose statements wait for locks.
   */
  reserve(counted: number, fixed: number): void {
    this.allowance.pay(counted);
    this.taken = Math.max(counted, this.taken);
    this.fixed = Math.min(fixed, counted);
  }

  /** Does the operation's work where all that it takes is measured, once it is its asker's turn on the thread. */
  async within<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.meter.turns.next(this.owner);
    if (turn !== null) await turn;
    return this.meter.within(this, work);
  }

  /** Does work of the operation that is over when it returns. */
  measure<T>(work: () => T): T {
    return this.meter.within(this, work);
  }

  /** The thread goes on with this operation, after it has waited. */
  resume(): void {
    this.meter.worksFor(this);
  }

  /** The operation is over: takes what it took beyond what was counted, or gives back the rest. */
  settle(): void {
    this.isSettled = true;
    const due = Math.max(LIMITS.leastFields, this.fixed + this.workMs * FIELDS_PER_MS);
    this.allowance.charge(due - this.taken);
    this.taken = due;
  }

  /** Does work that begins with this operation and outlives it, for the hub itself. */
  outside<T>(work: () => T): T {
    return this.meter.within(null, work);
  }

  /** For what goes on after the operation at its asker's cost. */
  tab(): Tab {
    return new Tab(this.owner, this.allowance, this.meter);
  }
}

/** Work that is paid from time to time. */
export class Tab implements Payer {
  readonly owner: string;
  readonly allowance: Allowance;
  private readonly meter: Meter;
  private workMs = 0;

  constructor(owner: string, allowance: Allowance, meter: Meter) {
    this.owner = owner;
    this.allowance = allowance;
    this.meter = meter;
  }

  add(ms: number): void {
    this.workMs += ms;
  }

  within<T>(work: () => T): T {
    return this.meter.within(this, work);
  }

  /** In fields: what was worked since this was asked last. */
  due(): number {
    const fields = this.workMs * FIELDS_PER_MS;
    this.workMs = 0;
    return fields;
  }

  /** Does work that is over when it returns, and pays for it at once. */
  pay<T>(work: () => T): T {
    try {
      return this.within(work);
    } finally {
      this.meter.worksFor(null);
      this.allowance.charge(this.due());
    }
  }
}
