import { sql } from 'kysely';
import type { Clock } from '../kernel/clock.ts';
import type { Database } from '../platform/database.ts';

/**
 * The clock of a load: the database's own, moved for the load's transaction alone. It stands until it is moved, never
 * goes back, and has to be released before the commit, which the database refuses otherwise.
 */
export class MovedClock implements Clock {
  private readonly database: Database;
  private at: Date;

  private constructor(database: Database, at: Date) {
    this.database = database;
    this.at = at;
  }

  /** `database` is that of `Database.atomically`. */
  static async set(database: Database, at: Date): Promise<MovedClock> {
    const clock = new MovedClock(database, at);
    await clock.moveTo(at);
    return clock;
  }

  now(): Date {
    return this.at;
  }

  /** @throws RangeError when `at` is before the time that it shows. */
  async moveTo(at: Date): Promise<void> {
    if (at < this.at) throw new RangeError(`the clock cannot go back from ${this.at.toISOString()}`);
    this.at = at;
    await sql`
      insert into moved_clock (id, at) values (1, ${at}) on conflict (id) do update set at = excluded.at`.execute(
      this.database.reads,
    );
  }

  async forward(milliseconds: number): Promise<void> {
    await this.moveTo(new Date(this.at.getTime() + milliseconds));
  }

  /** From now on the database's clock shows the real time again. */
  async release(): Promise<void> {
    await sql`delete from moved_clock`.execute(this.database.reads);
  }
}
