import type { Clock } from '../kernel/clock.ts';

/** A clock that stands until it is moved, and never goes back. */
export class MovedClock implements Clock {
  private at: Date;

  constructor(at: Date) {
    this.at = at;
  }

  now(): Date {
    return this.at;
  }

  /** @throws RangeError when `at` is before the time that it shows. */
  moveTo(at: Date): void {
    if (at < this.at) throw new RangeError(`the clock cannot go back from ${this.at.toISOString()}`);
    this.at = at;
  }

  forward(milliseconds: number): void {
    this.moveTo(new Date(this.at.getTime() + milliseconds));
  }
}
