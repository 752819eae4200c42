import { sql } from 'kysely';
import { anonymous, type Origin, permissionsOf } from '../access/actor.ts';
import { record } from '../audit/audit-trail.service.ts';
import type { Transaction } from '../platform/database.ts';
import { newId } from '../platform/ids.ts';
import { transactionTime } from '../platform/transaction-time.ts';
import { writeRights } from './account-rights.service.ts';
import { type Rights, rightsOfAccount } from './actor.service.ts';
import { revokeTokens } from './api-token.service.ts';
import type { IssuerToken } from './issuer-tokens.ts';
import { type GivenRights, rightsInCommon, withDefaults } from './rights.rules.ts';
import { hashSecret } from './secrets.ts';
import { endSessions } from './session.service.ts';

/** A token that was not seen before, from somewhere. */
export interface Arrival {
  token: IssuerToken;
  origin: Origin;
  /** Whether the lock of administration is held. */
  isTurn: boolean;
}

/** How an account's claims compare with those of a token: issued before, in the same second, or after. */
type ClaimsAge = 'OLDER' | 'EQUAL' | 'NEWER';

/** An account as a token finds it. */
export type IssuerAccount = Rights & { isDisabled: boolean; claims: ClaimsAge };

/**
 * Rights change only under the lock of administration, which comes before an account's row and which a guard of the
 * database takes too (migrations/0009-accounts.ts). Whether they change is known once the row is held.
 */
export class TurnNeeded extends Error {}

/** The account that is the token's subject, held until the transaction ends; null when there is none. */
export async function holdAccountOf(
  tx: Transaction,
  { issuer, subject, issuedAt }: IssuerToken,
): Promise<IssuerAccount | null> {
  const theirs = sql`issuer = ${issuer} and subject = ${subject}`;
  // Locked first: what is read in the locking statement itself may be older than the lock.
  await sql`select id from accounts where ${theirs} for no key update`.execute(tx.sql);
  const { rows } = await sql<IssuerAccount>`
    select a.disabled_at is not null as is_disabled, ${rightsOfAccount},
      case when a.claims_issued_at < ${issuedAt} then 'OLDER' when a.claims_issued_at = ${issuedAt} then 'EQUAL'
        else 'NEWER' end as claims
    from accounts a where ${theirs}`.execute(tx.sql);
  return rows[0] ?? null;
}

/** Makes the account, and holds it. Of two that make it at once one does, and the other finds it. */
export async function createAccount(
  tx: Transaction,
  arrival: Arrival,
  rights: GivenRights,
): Promise<IssuerAccount> {
  const { token } = arrival;
  const { issuer, subject, name, issuedAt } = token;
  // An address that an account has already stays that account's alone.
  for (const email of [token.email, standInAddress(token)]) {
    if (email === null) continue;
    const id = newId('account');
    const { rows } = await sql`
      insert into accounts (id, email, name, issuer, subject, claims_issued_at, created_at)
      values (${id}, ${email}, ${name}, ${issuer}, ${subject}, ${issuedAt}, ${transactionTime})
      on conflict do nothing returning id`.execute(tx.sql);
    if (rows.length > 0) await give(tx, 'createAccount', id, rights, arrival);
    const account = await holdAccountOf(tx, token);
    if (account !== null) return account;
  }
  throw new Error('an account of an issuer could not be made');
}

/** Gives a held account what a newer token claims, and leaves it what one of the same second claims too. Throws TurnNeeded. */
export async function followClaims(
  tx: Transaction,
  arrival: Arrival,
  account: IssuerAccount,
  claimed: GivenRights,
): Promise<IssuerAccount> {
  const { accountId: id, claims } = account;
  if (claims === 'NEWER') return account;
  const rights = claims === 'OLDER' ? claimed : rightsInCommon(account, claimed);
  const { token, isTurn } = arrival;
  const isNews = permissionsOf(account) !== permissionsOf(withDefaults(rights));
  if (isNews && !isTurn) throw new TurnNeeded();
  await sql`update accounts set claims_issued_at = ${token.issuedAt} where id = ${id}`.execute(tx.sql);
  if (!isNews) return account;
  await give(tx, 'followClaims', id, rights, arrival);
  if (rights.roles.length === 0) {
    await endSessions(tx, id, null);
    await revokeTokens(tx, id, null);
  }
  return (await holdAccountOf(tx, token))!;
}

async function give(
  tx: Transaction,
  action: 'createAccount' | 'followClaims',
  accountId: string,
  rights: GivenRights,
  { origin }: Arrival,
): Promise<void> {
  await writeRights(tx, accountId, rights);
  const subjectIds = rights.partnerId == null ? [accountId] : [accountId, rights.partnerId];
  await record(tx, { actor: { ...anonymous, accountId, origin }, action, subjectIds });
}

/** For whoever has no address that is theirs alone: one that no mail reaches (RFC 2606). */
function standInAddress({ issuer, subject }: IssuerToken): string {
  return `${hashSecret(JSON.stringify([issuer, subject])).slice(0, 32)}@issuer.invalid`;
}
