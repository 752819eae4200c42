import { createHash } from 'node:crypto';
import { sql } from 'kysely';
import { Refused } from '../kernel/problems.ts';
import type { Database, Transaction } from '../platform/database.ts';
import { timeOf, transactionTime } from '../platform/transaction-time.ts';
import { SignInThrottle } from './sign-in-throttle.entity.ts';
import {
  ACCOUNT_ALLOWANCE,
  ADDRESS_ALLOWANCE,
  type Allowance,
  latestBusy,
  networkOf,
  nextTryAt,
} from './throttle.rules.ts';

/** Who tries to come in: the email that was typed, whether or not an account has it, and from where. */
export interface Attempt {
  /** Null for an attempt that names no account. */
  email: string | null;
  address: string | null;
}

interface Bucket {
  key: string;
  allowance: Allowance;
}

const digest = (text: string) => createHash('sha256').update(text).digest('hex');

/** Always in this order: locks are taken from the address to the account. */
function bucketsOf({ email, address }: Attempt): [address: Bucket, account?: Bucket] {
  const ofAddress = { key: digest(`address ${networkOf(address ?? '')}`), allowance: ADDRESS_ALLOWANCE };
  if (email === null) return [ofAddress];
  return [ofAddress, { key: digest(`account ${email}`), allowance: ACCOUNT_ALLOWANCE }];
}

/**
 * How often somebody may try to sign in, at one account and from one address, over all nodes: buckets in the database,
 * which outlive a restart. It never asks whether there is such an account.
 */
export class SignInThrottling {
  private readonly database: Database;

  constructor(database: Database) {
    this.database = database;
  }

  /** Counts an attempt, before it is looked at. Throws Refused with TooManyAttempts, and then it is not counted. */
  async take(attempt: Attempt): Promise<void> {
    await this.database.transaction(async (tx) => {
      const now = await timeOf(tx);
      for (const bucket of bucketsOf(attempt)) await takeFrom(tx, bucket!, now);
    });
  }

  /** The attempt was good: it does not count, and whoever guessed before at this account has not found it. */
  async giveBack(tx: Transaction, attempt: Attempt): Promise<void> {
    const [address, account] = bucketsOf(attempt);
    await sql`
      update sign_in_throttles set busy_until = busy_until - make_interval(secs => ${address.allowance.everyMs / 1000})
      where key = ${address.key}`.execute(tx.sql);
    if (account === undefined) return;
    await sql`delete from sign_in_throttles where key = ${account.key}`.execute(tx.sql);
  }

  /** Forgets the buckets that are full again. */
  async forgetOld(): Promise<void> {
    await this.database.transaction(async (tx) => {
      await sql`delete from sign_in_throttles where busy_until <= ${transactionTime}`.execute(tx.sql);
    });
  }
}

async function takeFrom(tx: Transaction, { key, allowance }: Bucket, now: Date): Promise<void> {
  const longer = sql`make_interval(secs => ${allowance.everyMs / 1000})`;
  const taken = await sql`
    insert into sign_in_throttles as t (key, busy_until) values (${key}, ${now}::timestamptz + ${longer})
    on conflict (key) do update set busy_until = greatest(t.busy_until, ${now}) + ${longer}
      where t.busy_until <= ${latestBusy(allowance, now)} returning key`.execute(tx.sql);
  if (taken.rows.length === 1) return;
  const { busyUntil } = await tx.em.findOneOrFail(SignInThrottle, { key });
  const retryAt = nextTryAt(allowance, busyUntil);
  const seconds = Math.ceil((retryAt.getTime() - now.getTime()) / 1000);
  throw new Refused({
    kind: 'TooManyAttempts',
    path: ['input'],
    key: 'sign-in.throttled',
    params: { seconds },
    retryAt,
  });
}
