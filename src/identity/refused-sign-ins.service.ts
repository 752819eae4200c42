import { sql } from 'kysely';
import type { Logger } from 'pino';
import { anonymous, type Origin } from '../access/actor.ts';
import { record } from '../audit/audit-trail.service.ts';
import { addDays } from '../kernel/calendar.ts';
import type { Clock } from '../kernel/clock.ts';
import type { Database, Transaction } from '../platform/database.ts';
import { timeOf } from '../platform/transaction-time.ts';
import type { SignInAttempt } from './sign-in-attempt.ts';
import { takeFrom } from './sign-in-throttle.service.ts';

/** Tries at an account that were refused since somebody signed in to it. */
export interface RefusedTries {
  count: number;
  lastAt: Date;
}

/** Why a try was refused: email or password is wrong, or there were too many. */
type Reason = 'WRONG' | 'THROTTLED';

export interface RefusedTry {
  attempt: SignInAttempt;
  /** The account that was tried; null when there is none. */
  accountId: string | null;
  origin: Origin;
  reason: Reason;
}

/** So many accounts are summed up an hour, those with the most tries first; the others wait for the next hour. */
const MOST_SUMMED_UP = 100;
const MOST_LINES_A_MINUTE = 20;
const KEPT_DAYS = 90;
/** Of accounts that there are not: nobody will be told of these. */
const KEPT_DAYS_OF_NOBODY = 1;

/**
 * Counts refused tries to sign in. The first ones have an entry each in the audit trail, within TRAIL_ALLOWANCES; the
 * rest are summed up once an hour, so that nobody can fill the trail. The same statements run for accounts that are there
 * and that are not. What was typed is neither kept nor logged.
 */
export class RefusedSignIns {
  private readonly database: Database;
  private readonly clock: Clock;
  private readonly logger: Logger;
  private minute = 0;
  private lines = 0;

  constructor(database: Database, clock: Clock, logger: Logger) {
    this.database = database;
    this.clock = clock;
    this.logger = logger;
  }

  async count(refused: RefusedTry): Promise<void> {
    const { attempt, accountId, origin } = refused;
    await this.database.transaction(async (tx) => {
      const now = await timeOf(tx);
      const isRecorded = await hasRoomInTrail(tx, attempt, now);
      const unrecorded = isRecorded ? 0 : 1;
      await sql`
        insert into refused_sign_ins as r (key, account_id, tries, last_at, unrecorded)
        values (${attempt.accountKey}, ${accountId}, 1, ${now}, ${unrecorded})
        on conflict (key) do update set tries = r.tries + 1, unrecorded = r.unrecorded + excluded.unrecorded,
          last_at = greatest(r.last_at, excluded.last_at), account_id = coalesce(r.account_id, excluded.account_id)`.execute(
        tx.sql,
      );
      if (!isRecorded) return;
      const subjectIds = accountId === null ? [] : [accountId];
      const actor = { ...anonymous, origin };
      await record(tx, { actor, action: 'signIn', subjectIds, outcome: 'REFUSED' });
    });
    this.log(refused);
  }

  /** Says once to whoever signs in what was refused since the last time. */
  async tell(tx: Transaction, attempt: SignInAttempt, accountId: string): Promise<RefusedTries | null> {
    const { rows } = await sql<{ tries: number; lastAt: number; unrecorded: number }>`
      delete from refused_sign_ins where key = ${attempt.accountKey}
      returning tries, (extract(epoch from last_at) * 1000)::float8 as last_at, unrecorded`.execute(tx.sql);
    const [told] = rows;
    if (told === undefined) return null;
    if (told.unrecorded > 0) await this.recordSum(tx, [accountId]);
    return { count: told.tries, lastAt: new Date(told.lastAt) };
  }

  /** Writes one entry in the audit trail for each account of which tries have none, and one for all that are no accounts. */
  async sumUp(): Promise<void> {
    const sums = await this.database.transaction(async (tx) => {
      const { rows } = await sql<{ accountId: string | null; tries: number }>`
        with of_accounts as (
          select key, account_id, unrecorded from refused_sign_ins where unrecorded > 0 and account_id is not null
          order by unrecorded desc, key limit ${MOST_SUMMED_UP} for update
        ), of_nobody as (
          select key, account_id, unrecorded from refused_sign_ins where unrecorded > 0 and account_id is null
          order by key for update
        ), most as (select * from of_accounts union all select * from of_nobody), cleared as (update refused_sign_ins r set unrecorded = 0 from most m where r.key = m.key)
        select account_id, sum(unrecorded)::int as tries from most group by account_id order by account_id`.execute(
        tx.sql,
      );
      for (const { accountId } of rows) await this.recordSum(tx, accountId === null ? [] : [accountId]);
      return rows;
    });
    if (sums.length === 0) return;
    this.logger.warn({ sums }, 'more sign-ins were refused than the audit trail has entries of');
  }

  /** Forgets what nobody will be told of any more. */
  async forgetOld(): Promise<void> {
    await this.database.transaction(async (tx) => {
      const now = await timeOf(tx);
      await sql`
        delete from refused_sign_ins where unrecorded = 0 and (last_at < ${addDays(now, -KEPT_DAYS)}
          or account_id is null and last_at < ${addDays(now, -KEPT_DAYS_OF_NOBODY)})`.execute(tx.sql);
    });
  }

  /** A line for each refusal, so that tools can see an attack; in a flood only the first of each minute. */
  log({ accountId, origin, reason }: RefusedTry): void {
    const minute = Math.floor(this.clock.now().getTime() / 60_000);
    if (minute !== this.minute) {
      const leftOut = this.lines - MOST_LINES_A_MINUTE;
      if (leftOut > 0) this.logger.info({ leftOut }, 'sign-ins were refused without a line of their own');
      this.minute = minute;
      this.lines = 0;
    }
    this.lines += 1;
    if (this.lines > MOST_LINES_A_MINUTE) return;
    const { address, requestId } = origin;
    this.logger.info({ accountId, address, requestId, reason }, 'a sign-in was refused');
  }

  private recordSum(tx: Transaction, subjectIds: readonly string[]): Promise<void> {
    const act = { actor: null, action: 'refuseSignIns', subjectIds, outcome: 'REFUSED' } as const;
    return record(tx, act);
  }
}

async function hasRoomInTrail(tx: Transaction, attempt: SignInAttempt, now: Date): Promise<boolean> {
  for (const bucket of attempt.trail()) {
    if ((await takeFrom(tx, bucket, now)) !== null) return false;
  }
  return true;
}
