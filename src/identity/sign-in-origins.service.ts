import { sql } from 'kysely';
import { addDays, dateInBanten } from '../kernel/calendar.ts';
import type { Database, Transaction } from '../platform/database.ts';
import { timeOf } from '../platform/transaction-time.ts';
import { hashSecret, newSecret } from './secrets.ts';
import type { SignInAttempt } from './sign-in-attempt.ts';
import type { OriginKind } from './sign-in-origin.entity.ts';

export const DEVICE_PREFIX = 'sinergi_device_';
/** So many of a kind are remembered of one account, those that were used last. */
const MOST_OF_A_KIND = 20;
const KEPT_DAYS = 180;

/** The device that a client says it is, and whether it wants to be remembered as one. */
export interface GivenDevice {
  device?: string | null;
  rememberDevice?: boolean | null;
}

/** Networks and devices from which accounts came in. They let nobody in: tries from there have room of their own. */
export class SignInOrigins {
  private readonly database: Database;

  constructor(database: Database) {
    this.database = database;
  }

  /**
   * Remembers from where an account came in. Returns the secret that the device is to present from now on: the one that
   * it presented when the hub gave it out, else a new one when it asked for one, else null.
   */
  async remember(
    tx: Transaction,
    accountId: string,
    attempt: SignInAttempt,
    { device = null, rememberDevice = false }: GivenDevice,
  ): Promise<string | null> {
    await this.keep(tx, accountId, 'NETWORK', attempt.networkKey);
    const isOurs = device !== null && (await isGivenOut(tx, hashSecret(device)));
    if (!isOurs && rememberDevice !== true) return null;
    const kept = isOurs ? device : newSecret(DEVICE_PREFIX);
    await this.keep(tx, accountId, 'DEVICE', hashSecret(kept));
    return kept;
  }

  /** Forgets what was not used for half a year. */
  async forgetOld(): Promise<void> {
    await this.database.transaction(async (tx) => {
      const before = dateInBanten(addDays(await timeOf(tx), -KEPT_DAYS));
      await sql`delete from sign_in_origins where last_used_on < ${before}::date`.execute(tx.sql);
    });
  }

  private async keep(tx: Transaction, accountId: string, kind: OriginKind, key: string): Promise<void> {
    const today = dateInBanten(await timeOf(tx));
    await sql`
      insert into sign_in_origins as o (account_id, key, kind, last_used_on)
      values (${accountId}, ${key}, ${kind}, ${today}::date)
      on conflict (account_id, key) do update set last_used_on = excluded.last_used_on
        where o.last_used_on < excluded.last_used_on`.execute(tx.sql);
    await sql`
      delete from sign_in_origins where account_id = ${accountId} and kind = ${kind} and key <> ${key}
        and key not in (select key from sign_in_origins where account_id = ${accountId} and kind = ${kind} and key <> ${key}
          order by last_used_on desc, key limit ${MOST_OF_A_KIND - 1})`.execute(tx.sql);
  }
}

/** Whether the hub gave that secret to a device; a secret that somebody thought up could be guessed. */
async function isGivenOut(tx: Transaction, key: string): Promise<boolean> {
  const { rows } = await sql`
    select key from sign_in_origins where key = ${key} and kind = 'DEVICE' limit 1`.execute(tx.sql);
  return rows.length > 0;
}
