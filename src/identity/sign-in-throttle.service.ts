import { sql } from 'kysely';
import { type Problem, Refused } from '../kernel/problems.ts';
import type { Database, Transaction } from '../platform/database.ts';
import { timeOf, transactionTime } from '../platform/transaction-time.ts';
import type { Bucket } from './sign-in-attempt.ts';
import { latestBusy, nextTryAt } from './throttle.rules.ts';

/** A try that may not be made yet; `bucket` has no room for it. */
export class Throttled extends Refused {
  readonly bucket: Bucket;

  constructor(bucket: Bucket, problem: Problem) {
    super(problem);
    this.bucket = bucket;
  }
}

/** A try that was counted. */
export interface Taken {
  buckets: readonly Bucket[];
  /** What strangers are told while the account has no room for them; null when it has. */
  refusal: Problem | null;
}

/**
 * How often somebody may try to sign in, over all nodes: buckets in the database, which outlive a restart. It never
 * asks whether there is such an account.
 */
export class SignInThrottling {
  private readonly database: Database;

  constructor(database: Database) {
    this.database = database;
  }

  /**
   * Counts a try before it is looked at, in all of `inner`, and in all of `outer` or none of it. Throws Throttled when
   * one of `inner` has no room, and then counts nothing.
   */
  async take(inner: readonly Bucket[], outer: readonly Bucket[]): Promise<Taken> {
    return this.database.transaction(async (tx) => {
      const now = await timeOf(tx);
      for (const bucket of inner) {
        const retryAt = await takeFrom(tx, bucket, now);
        if (retryAt !== null) throw new Throttled(bucket, tooMany(retryAt, now));
      }
      const taken: Bucket[] = [...inner];
      for (const bucket of outer) {
        const retryAt = await takeFrom(tx, bucket, now);
        if (retryAt !== null) {
          await release(tx, taken.slice(inner.length));
          return { buckets: inner, refusal: tooMany(retryAt, now) };
        }
        taken.push(bucket);
      }
      return { buckets: taken, refusal: null };
    });
  }

  /**
   * The try was good, or never came to be looked at: it does not count. Others are not given back, since whoever shares
   * the bucket would see by it that somebody came in.
   */
  async giveBack(tx: Transaction, { buckets }: Taken): Promise<void> {
    await release(tx, buckets);
  }

  /** Forgets the buckets that are full again. */
  async forgetOld(): Promise<void> {
    await this.database.transaction(async (tx) => {
      await sql`delete from sign_in_throttles where busy_until <= ${transactionTime}`.execute(tx.sql);
    });
  }
}

function tooMany(retryAt: Date, now: Date): Problem {
  const seconds = (retryAt.getTime() - now.getTime()) / 1000;
  return {
    kind: 'TooManyAttempts',
    path: ['input'],
    key: 'sign-in.throttled',
    params: { minutes: Math.ceil(seconds / 60) },
    retryAt,
  };
}

/** Takes one from a bucket. Returns null, or when there will be room. */
export async function takeFrom(tx: Transaction, { key, allowance }: Bucket, now: Date): Promise<Date | null> {
  const longer = sql`make_interval(secs => ${allowance.everyMs / 1000})`;
  const taken = await sql`
    insert into sign_in_throttles as t (key, busy_until) values (${key}, ${now}::timestamptz + ${longer})
    on conflict (key) do update set busy_until = greatest(t.busy_until, ${now}) + ${longer}
      where t.busy_until <= ${latestBusy(allowance, now)} returning key`.execute(tx.sql);
  if (taken.rows.length === 1) return null;
  const { rows } = await sql<{ busyUntil: number }>`
    select (extract(epoch from busy_until) * 1000)::float8 as busy_until
    from sign_in_throttles where key = ${key}`.execute(tx.sql);
  return nextTryAt(allowance, new Date(rows[0]!.busyUntil));
}

async function release(tx: Transaction, buckets: readonly Bucket[]): Promise<void> {
  for (const { key, allowance } of buckets) {
    await sql`
      update sign_in_throttles set busy_until = busy_until - make_interval(secs => ${allowance.everyMs / 1000})
      where key = ${key}`.execute(tx.sql);
  }
}
