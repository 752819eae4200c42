import { sql } from 'kysely';
import { assertMayKeepAccounts } from '../access/access.rules.ts';
import { type Actor, permissionsOf } from '../access/actor.ts';
import { record } from '../audit/audit-trail.service.ts';
import { InputCheck } from '../kernel/input-check.ts';
import { notFound, Refused, wrongState } from '../kernel/problems.ts';
import type { Database, Transaction } from '../platform/database.ts';
import { transactionTime } from '../platform/transaction-time.ts';
import type { AccountReads, KnownAccount } from './account-reads.service.ts';
import { assertRightsExist, writeRights } from './account-rights.service.ts';
import { type Rights, rightsOfAccount } from './actor.service.ts';
import { assertAdministratorRemains, isAdministrator, takeTurn } from './administrators.service.ts';
import { revokeTokens } from './api-token.service.ts';
import { checkRights, type GivenRights, withDefaults } from './rights.rules.ts';
import type { SessionService } from './session.service.ts';

/** An account as it is when its turn has come. */
type Held = Rights & { disabledAt: Date | null; issuer: string | null };
/** Answers the ids that the audit trail names after the account's, or null when there was nothing to do. */
type Change = (tx: Transaction, account: Held) => Promise<readonly string[] | null>;

/** What administrators do to accounts that are there. Each act that changes something is in the audit trail. */
export class AccountAdministration {
  private readonly database: Database;
  private readonly sessions: SessionService;
  private readonly reads: AccountReads;

  constructor(database: Database, sessions: SessionService, reads: AccountReads) {
    this.database = database;
    this.sessions = sessions;
    this.reads = reads;
  }

  /**
   * Gives an account these rights in place of those it had. Throws Refused with Forbidden, also for the last
   * administrator, with NotFound, with WrongState for an issuer's account, or with every fault of the input.
   */
  async setRoles(actor: Actor, accountId: string, rights: GivenRights): Promise<KnownAccount> {
    assertMayKeepAccounts(actor);
    const check = new InputCheck();
    check.id('accountId', 'account', accountId);
    checkRights(check, rights);
    check.done();
    return this.change(actor, 'setRoles', accountId, async (tx, account) => {
      const { issuer } = account;
      if (issuer !== null) throw new Refused(wrongState('state.issuer-roles', 'ISSUER', null, { issuer }));
      await assertRightsExist(tx, check, rights);
      if (permissionsOf(account) === permissionsOf(withDefaults(rights))) return null;
      await writeRights(tx, accountId, rights);
      return rights.partnerId == null ? [] : [rights.partnerId];
    });
  }

  /** Ends for good all that leads into an account, and lets nobody in until it is enabled. Throws Refused as above. */
  disable(actor: Actor, accountId: string): Promise<KnownAccount> {
    assertMayKeepAccounts(actor);
    return this.change(actor, 'disableAccount', accountId, async (tx, { disabledAt }) => {
      if (disabledAt !== null) return null;
      await sql`update accounts set disabled_at = ${transactionTime} where id = ${accountId}`.execute(tx.sql);
      await this.sessions.end(tx, accountId, null);
      await revokeTokens(tx, accountId, null);
      await sql`delete from invitations where account_id = ${accountId}`.execute(tx.sql);
      return [];
    });
  }

  /** Lets an account be signed in to again; what was ended stays ended. Throws Refused as above. */
  enable(actor: Actor, accountId: string): Promise<KnownAccount> {
    assertMayKeepAccounts(actor);
    return this.change(actor, 'enableAccount', accountId, async (tx, { disabledAt }) => {
      if (disabledAt === null) return null;
      await sql`update accounts set disabled_at = null where id = ${accountId}`.execute(tx.sql);
      return [];
    });
  }

  private async change(
    actor: Actor,
    action: 'setRoles' | 'disableAccount' | 'enableAccount',
    accountId: string,
    work: Change,
  ): Promise<KnownAccount> {
    const check = new InputCheck();
    check.id('accountId', 'account', accountId);
    check.done();
    await this.database.transaction(async (tx) => {
      await takeTurn(tx, actor);
      const account = await holdAccount(tx, accountId);
      const administered = await isAdministrator(tx, accountId);
      const belongsTo = await work(tx, account);
      if (belongsTo === null) return;
      if (administered) await assertAdministratorRemains(tx);
      await record(tx, { actor, action, subjectIds: [accountId, ...belongsTo] });
    });
    return this.reads.find(accountId);
  }
}

/** The account, held until the transaction ends. Throws Refused with NotFound. */
export async function holdAccount(tx: Transaction, accountId: string): Promise<Held> {
  // Locked first: what is read in the locking statement itself may be older than the lock.
  await sql`select id from accounts where id = ${accountId} for no key update`.execute(tx.sql);
  const { rows } = await sql<Held>`
    select a.disabled_at, a.issuer, ${rightsOfAccount} from accounts a where a.id = ${accountId}`.execute(
    tx.sql,
  );
  if (rows.length === 0) throw new Refused(notFound(['input', 'accountId'], 'not-found.account'));
  return rows[0]!;
}
