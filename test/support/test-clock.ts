import type { Clock } from '../../src/kernel/clock.ts';

const DAY_MS = 86_400_000;

/** A clock that stands still until it is moved: 10 o'clock in Banten, Monday 2 March 2026. */
export class TestClock implements Clock {
  private instant = new Date('2026-03-02T03:00:00Z');

  now(): Date {
    return new Date(this.instant);
  }

  moveTo(instant: string | Date): void {
    this.instant = new Date(instant);
  }

  moveDays(days: number): void {
    this.instant = new Date(this.instant.getTime() + days * DAY_MS);
  }

  /** The date in Banten, so many days from now. */
  date(days = 0): string {
    return new Date(this.instant.getTime() + 7 * 3_600_000 + days * DAY_MS).toISOString().slice(0, 10);
  }
}
