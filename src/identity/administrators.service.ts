import { sql } from 'kysely';
import type { Actor } from '../access/actor.ts';
import { forbidden, Refused } from '../kernel/problems.ts';
import type { Transaction } from '../platform/database.ts';

/** Who administers: the role alone is not enough, one must be able to sign in, also while an issuer is down. */
const administrators = sql`
  accounts a join account_roles r on r.account_id = a.id and r.role = 'ADMIN'
  where a.disabled_at is null and a.password_hash is not null`;

/**
 * Lets the acts of administrators follow one another, so that each is done by somebody who is one still: of two who
 * take the role from each other at the same moment one remains. Taken before the row of an account. The lock is the
 * database's own guard's (migrations/0009-accounts.ts). Throws Refused with Forbidden.
 */
export async function takeTurn(tx: Transaction, actor: Actor): Promise<void> {
  await lockAdministration(tx);
  const { rows } = await sql`
    select a.id from accounts a join account_roles r on r.account_id = a.id and r.role = 'ADMIN'
    where a.id = ${actor.accountId} and a.disabled_at is null`.execute(tx.sql);
  if (rows.length === 0) throw new Refused(forbidden('forbidden.accounts'));
}

/** For whoever takes rights away without being asked by an administrator. Taken before the row of an account. */
export async function lockAdministration(tx: Transaction): Promise<void> {
  await sql`select pg_advisory_xact_lock(hashtextextended('administrators', 0))`.execute(tx.sql);
}

/** Whether this account administers. */
export async function isAdministrator(tx: Transaction, accountId: string): Promise<boolean> {
  const { rows } = await sql`select a.id from ${administrators} and a.id = ${accountId}`.execute(tx.sql);
  return rows.length > 0;
}

/** Throws Refused with Forbidden when nobody is left who administers. */
export async function assertAdministratorRemains(tx: Transaction): Promise<void> {
  const { rows } = await sql`select a.id from ${administrators} limit 1`.execute(tx.sql);
  if (rows.length > 0) return;
  throw new Refused({
    kind: 'Forbidden',
    path: ['input', 'accountId'],
    key: 'forbidden.last-administrator',
  });
}
