import type { Clock } from '../../src/kernel/clock.ts';
import type { TestDatabase } from './test-database.ts';

const DAY_MS = 86_400_000;

/**
 * A clock that stands still until it is moved: 10 o'clock in Banten, Monday 2 March 2026. It moves the clocks of its
 * databases with it, of which hubs read the time.
 */
export class TestClock implements Clock {
  private instant = new Date('2026-03-02T03:00:00Z');
  private readonly databases = new Set<TestDatabase>();

  now(): Date {
    return new Date(this.instant);
  }

  /** From now on the database shows this clock's time. */
  async rule(database: TestDatabase): Promise<void> {
    this.databases.add(database);
    await database.moveClock(this.moved);
  }

  async moveTo(instant: string | Date): Promise<void> {
    this.instant = new Date(instant);
    await this.moveDatabases();
  }

  async moveDays(days: number): Promise<void> {
    await this.later(days * (DAY_MS / 1000));
  }

  async later(seconds: number): Promise<void> {
    await this.moveTo(new Date(this.now().getTime() + seconds * 1000));
  }

  /** The date in Banten, so many days from now. */
  date(days = 0): string {
    return new Date(this.now().getTime() + 7 * 3_600_000 + days * DAY_MS).toISOString().slice(0, 10);
  }

  /** What databases are to show instead of the real time; null for the real time. */
  protected get moved(): Date | null {
    return this.instant;
  }

  protected async moveDatabases(): Promise<void> {
    for (const database of this.databases) await database.moveClock(this.moved);
  }
}

/** The machine's clock until it is moved; then it stands still until it goes on. For what keeps time by itself. */
export class WallClock extends TestClock {
  private stands = false;

  override now(): Date {
    return this.stands ? super.now() : new Date();
  }

  override async moveTo(instant: string | Date): Promise<void> {
    this.stands = true;
    await super.moveTo(instant);
  }

  async stop(): Promise<void> {
    await this.moveTo(this.now());
  }

  async goOn(): Promise<void> {
    this.stands = false;
    await this.moveDatabases();
  }

  protected override get moved(): Date | null {
    return this.stands ? super.moved : null;
  }
}
