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

/** The machine's clock until it is moved; then it stands still until it goes on. For what keeps time by itself. */
export class WallClock extends TestClock {
  private stands = false;

  override now(): Date {
    return this.stands ? super.now() : new Date();
  }

  override moveTo(instant: string | Date): void {
    this.stands = true;
    super.moveTo(instant);
  }

  stop(): void {
    this.moveTo(this.now());
  }

  later(seconds: number): void {
    this.moveTo(new Date(this.now().getTime() + seconds * 1000));
  }

  goOn(): void {
    this.stands = false;
  }
}
