import { sql } from 'kysely';
import type { Logger } from 'pino';
import { isWithin } from '../access/actor.ts';
import type { Database } from '../platform/database.ts';
import { millisecondsOf, transactionTime } from '../platform/transaction-time.ts';
import { regradeIfNeeded } from './regrading.service.ts';

const POLL_MS = 500;
/** No transaction lasts so long: a policy that is published becomes visible within this of its instant. */
const OVERLAP_MS = 600_000;

/** Called when another policy may rule in its place; must not wait or throw. */
export type PolicyListener = () => void;

interface RecentPolicy {
  id: string;
  /** Null for one that rules everywhere. */
  areaCode: string | null;
  isUpcoming: boolean;
}

/**
 * Finds the policies that come into force: those that are published on any node, and those whose time comes. Twice a
 * second one statement reads what came into force lately, by an index; its cost does not grow with the policies. A policy
 * wakes only the listeners of places in its area.
 */
export class PolicyWatch {
  private readonly database: Database;
  private readonly logger: Logger;
  /** By place: the code of an area or village, or null for what only a policy for everywhere rules. */
  private readonly listeners = new Map<string | null, Set<PolicyListener>>();
  private upcoming: ReadonlySet<string> = new Set();
  private inForce: ReadonlySet<string> = new Set();
  /** Time of the database at the last look; null before the first. */
  private lookedMs: number | null = null;
  private timer: NodeJS.Timeout | undefined;
  private looking: Promise<void> | null = null;

  constructor(database: Database, logger: Logger) {
    this.database = database;
    this.logger = logger;
  }

  async start(): Promise<void> {
    await this.look();
    // The start does not wait for it: over a whole country it takes seconds.
    this.run(() => this.gradeMissed());
    this.timer = setInterval(() => this.run(() => this.look()), POLL_MS);
    this.timer.unref();
  }

  private run(work: () => Promise<void>): void {
    this.looking ??= work()
      .catch((error: unknown) => this.logger.warn({ err: error }, 'policies could not be looked at'))
      .finally(() => (this.looking = null));
  }

  /** A policy's time may have come within the last day while no hub was running. */
  private async gradeMissed(): Promise<void> {
    const { rows } = await sql<{ areaCode: string | null }>`
      select distinct a.code as area_code from policies p left join areas a on a.id = p.area_id
      where p.effective_from between ${transactionTime} - interval '1 day' and ${transactionTime}`.execute(
      this.database.promptReads,
    );
    for (const { areaCode } of rows) await regradeIfNeeded(this.database, areaCode);
  }

  async stop(): Promise<void> {
    clearInterval(this.timer);
    await this.looking;
  }

  /** From this call on `listener` is called after each policy that may rule in that place has come into force. */
  subscribe(listener: PolicyListener, place: string | null): void {
    const listening = this.listeners.get(place);
    if (listening === undefined) this.listeners.set(place, new Set([listener]));
    else listening.add(listener);
  }

  unsubscribe(listener: PolicyListener, place: string | null): void {
    const listening = this.listeners.get(place);
    listening?.delete(listener);
    if (listening?.size === 0) this.listeners.delete(place);
  }

  /** Nothing is remembered of a look that fails, so that the next one finds the same again. */
  private async look(): Promise<void> {
    const { lookedMs } = this;
    const since =
      lookedMs === null ? sql`${transactionTime} - interval '10 minutes'` : new Date(lookedMs - OVERLAP_MS);
    const { rows } = await sql<(RecentPolicy | { id: null }) & { nowMs: number }>`
      select p.id, a.code as area_code, p.effective_from > ${transactionTime} as is_upcoming,
        ${millisecondsOf(transactionTime)} as now_ms
      from (select 1) as always left join policies p on p.effective_from > ${since}
      left join areas a on a.id = p.area_id`.execute(this.database.promptReads);
    const found = rows.filter((row): row is RecentPolicy & { nowMs: number } => row.id !== null);
    const ruling = found.filter(({ isUpcoming }) => !isUpcoming);
    const arrived = lookedMs === null ? [] : ruling.filter(({ id }) => !this.inForce.has(id));
    for (const { id, areaCode } of arrived) {
      // One that was published for at once has graded its villages in its own transaction.
      if (this.upcoming.has(id)) await regradeIfNeeded(this.database, areaCode);
    }
    this.inForce = new Set(ruling.map(({ id }) => id));
    this.upcoming = new Set(found.filter(({ isUpcoming }) => isUpcoming).map(({ id }) => id));
    this.lookedMs = rows[0]!.nowMs;
    for (const { areaCode } of arrived) this.wake(areaCode);
  }

  private wake(areaCode: string | null): void {
    for (const [place, listening] of this.listeners) {
      if (areaCode !== null && (place === null || !isWithin(place, areaCode))) continue;
      for (const listener of listening) listener();
    }
  }
}
