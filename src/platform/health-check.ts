import type pg from 'pg';
import type { Logger } from 'pino';
import type { ClockSample } from './database-clock.ts';
import { READ_ONLY } from './database-settings.ts';
import { openPool } from './pool.ts';
import { Wires } from './wires.ts';

/** What a look at the database found. */
export interface DatabaseHealth {
  /** It answers, and the feed has its head. */
  database: boolean;
  /** Every migration of this hub is applied. */
  migrations: boolean;
  /** What its clock showed; null when it did not answer. */
  clock: ClockSample | null;
}

/** The server ends a look that takes longer, so that none is left behind. */
const ANSWERS_WITHIN_MS = 2000;
/** A connection that is silent for longer amid a look has been lost. */
const SILENCE_MS = 2500;
const UNREACHABLE: DatabaseHealth = { database: false, migrations: false, clock: null };

/**
 * Looks at the database on a connection of its own, which stays open and which nothing else uses: what fills the pools
 * must not make a hub look dead. Probes of one moment share one look, so that any number of them costs one statement at a
 * time.
 */
export class HealthCheck {
  private readonly migrations: readonly string[];
  private readonly pool: pg.Pool;
  private readonly wires: Wires;
  private looking: Promise<DatabaseHealth> | null = null;

  /** `migrations` are the names of those that this hub needs. */
  constructor(url: string, migrations: readonly string[], logger: Logger) {
    this.migrations = migrations;
    // Between two looks the connection may be silent for as long as it likes.
    const isPatient = () => this.looking === null;
    this.wires = new Wires({ silenceMs: SILENCE_MS, isPatient });
    const options = `${READ_ONLY} -c statement_timeout=${ANSWERS_WITHIN_MS}`;
    const settings = { connectionString: url, options, max: 1, idleTimeoutMillis: 0 };
    this.pool = openPool(settings, this.wires, logger);
  }

  /** Never rejects; answers within three seconds. */
  look(): Promise<DatabaseHealth> {
    this.looking ??= this.ask()
      .catch(() => UNREACHABLE)
      .finally(() => (this.looking = null));
    return this.looking;
  }

  async close(): Promise<void> {
    const ended = this.pool.end();
    this.wires.destroy();
    await ended;
  }

  private async ask(): Promise<DatabaseHealth> {
    const askedAt = performance.now();
    const { rows } = await this.pool.query<{ fed: boolean; applied: number; databaseMs: number }>(
      `select exists (select from feed_head) as fed, extract(epoch from clock_timestamp())::float8 * 1000 as "databaseMs",
        (select count(distinct name)::int from mikro_orm_migrations where name = any($1)) as applied`,
      [this.migrations],
    );
    const [row] = rows;
    if (row === undefined) return UNREACHABLE;
    const { fed, applied, databaseMs } = row;
    const clock = { databaseMs, askedAt, answeredAt: performance.now(), nodeMs: Date.now() };
    return { database: fed, migrations: applied === this.migrations.length, clock };
  }
}
