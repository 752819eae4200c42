import { sql } from 'kysely';
import { anonymous, type Origin } from '../access/actor.ts';
import { record } from '../audit/audit-trail.service.ts';
import { RequestError, unauthenticated } from '../kernel/problems.ts';
import type { Database, Transaction } from '../platform/database.ts';
import { transactionTime } from '../platform/transaction-time.ts';
import type { Rights } from './actor.service.ts';
import { lockAdministration } from './administrators.service.ts';
import {
  type Arrival,
  createAccount,
  followClaims,
  holdAccountOf,
  type IssuerAccount,
  TurnNeeded,
} from './issuer-accounts.service.ts';
import { type FoundRights, findRights } from './issuer-rights.service.ts';
import type { IssuerToken } from './issuer-tokens.ts';
import type { ClaimNames } from './issuer.rules.ts';

const notSignedIn = () => unauthenticated('ENDED');

/**
 * Lets in whoever brings an issuer's token that was not seen before: makes the account at first sight, gives it what the
 * newest token claims, and opens the session for which the token stands. Each is in the audit trail, but for a session that
 * begins while another of the account lasts.
 */
export class IssuerAdmission {
  private readonly database: Database;
  private readonly names: ClaimNames;

  constructor(database: Database, names: ClaimNames) {
    this.database = database;
    this.names = names;
  }

  /** What the account may do; otherwise why it is not let in. */
  async admit(token: IssuerToken, from: Omit<Origin, 'tokenId'>): Promise<Rights | RequestError> {
    const arrival = { token, origin: { ...from, tokenId: token.tokenId } };
    try {
      return await this.database.transaction((tx) => this.letIn(tx, { ...arrival, isTurn: false }));
    } catch (error) {
      if (!(error instanceof TurnNeeded)) throw error;
    }
    return this.database.transaction(async (tx) => {
      await lockAdministration(tx);
      return this.letIn(tx, { ...arrival, isTurn: true });
    });
  }

  private async letIn(tx: Transaction, arrival: Arrival): Promise<Rights | RequestError> {
    const found = await findRights(tx, arrival.token.rights, this.names);
    const known = await holdAccountOf(tx, arrival.token);
    if (known === null && found.refusal !== null) return found.refusal;
    const account = known ?? (await createAccount(tx, arrival, found.rights));
    return enter(tx, arrival, await followClaims(tx, arrival, account, found.rights), found);
  }
}

/** Opens the token's session, if it was not ended before and the account may do anything. */
async function enter(
  tx: Transaction,
  { token, origin }: Arrival,
  account: IssuerAccount,
  { refusal }: FoundRights,
): Promise<Rights | RequestError> {
  const { accountId, isDisabled, roles } = account;
  if (isDisabled) return notSignedIn();
  if (roles.length === 0) return refusal ?? new RequestError('FORBIDDEN', { key: 'auth.no-role' });
  const { tokenId, expiresAt } = token;
  const { rows } = await sql<{ isFirst: boolean }>`
    insert into sessions as s (id, account_id, created_at, expires_at)
    select ${tokenId}, ${accountId}, now, ${expiresAt}::timestamptz from sinergi_now() as now
    where ${expiresAt}::timestamptz > now on conflict do nothing
    returning not exists (select from sessions o where o.account_id = s.account_id and o.id <> s.id
      and o.ended_at is null and o.expires_at > ${transactionTime}) as is_first`.execute(tx.sql);
  const opened = rows[0];
  // A token that takes another's place is no arrival: a system that renews its own would fill the trail.
  if (opened?.isFirst === true) {
    const actor = { ...anonymous, accountId, origin };
    await record(tx, { actor, action: 'signIn', subjectIds: [accountId, tokenId] });
  }
  if (opened !== undefined) return account;
  const lasting = await sql`
    select id from sessions where id = ${tokenId} and ended_at is null and expires_at > ${transactionTime}`.execute(
    tx.sql,
  );
  return lasting.rows.length > 0 ? account : notSignedIn();
}
