import { sql } from 'kysely';
import { assertMayKeepAccounts } from '../access/access.rules.ts';
import type { Actor } from '../access/actor.ts';
import { mutate, record } from '../audit/audit-trail.service.ts';
import { CHARACTERS } from '../kernel/bounds.ts';
import { addDays } from '../kernel/calendar.ts';
import { InputCheck } from '../kernel/input-check.ts';
import { Refused, wrongState } from '../kernel/problems.ts';
import type { Database, Transaction } from '../platform/database.ts';
import { newId } from '../platform/ids.ts';
import { timeOf } from '../platform/transaction-time.ts';
import { holdAccount } from './account-administration.service.ts';
import type { AccountReads, KnownAccount } from './account-reads.service.ts';
import { assertRightsExist, writeRights } from './account-rights.service.ts';
import { takeTurn } from './administrators.service.ts';
import { checkRights, type GivenRights } from './rights.rules.ts';
import { hashSecret, newSecret } from './secrets.ts';

export interface NewInvitation extends GivenRights {
  email: string;
  name: string;
  idempotencyKey?: string | null;
}

/** An account and the secret of its invitation, which is shown this once; null when it was shown before. */
export interface Invited {
  account: KnownAccount;
  secret: string | null;
}

export const INVITATION_PREFIX = 'sinergi_invitation_';
const GOOD_DAYS = 7;

/** Inviting people: an account without a password, and a secret with which somebody sets one, once. */
export class InvitationService {
  private readonly database: Database;
  private readonly reads: AccountReads;

  constructor(database: Database, reads: AccountReads) {
    this.database = database;
    this.reads = reads;
  }

  /** Makes the account. Throws Refused with Forbidden, or with every fault of the input. */
  async invite(actor: Actor, input: NewInvitation): Promise<Invited> {
    assertMayKeepAccounts(actor);
    const { idempotencyKey, ...request } = input;
    const check = new InputCheck();
    const email = check.email('email', input.email);
    const name = check.line('name', input.name, 1, CHARACTERS.name);
    checkRights(check, input);
    const key = check.idempotencyKey(idempotencyKey);
    check.done();
    const made = { id: '', secret: '' };
    const belongsTo = input.partnerId == null ? [] : [input.partnerId];
    const id = await mutate<string>(
      this.database,
      {
        actor,
        scope: actor.accountId,
        operation: 'inviteAccount',
        key,
        input: request,
        subjects: (accountId) => [accountId, ...belongsTo],
      },
      async (tx, now) => {
        await takeTurn(tx, actor);
        made.id = newId('account');
        const inserted = await sql`
          insert into accounts (id, email, name, created_at) values (${made.id}, ${email}, ${name}, ${now})
          on conflict (email) do nothing returning id`.execute(tx.sql);
        if (inserted.rows.length === 0) check.fault('email', 'input.email-taken');
        await assertRightsExist(tx, check, input);
        await writeRights(tx, made.id, input);
        made.secret = await renew(tx, made.id, now);
        return made.id;
      },
    );
    // What this run made was undone if a twin's account is answered.
    return { account: await this.reads.find(id), secret: made.id === id ? made.secret : null };
  }

  /**
   * A new secret for an account without a password; the former is worth nothing from then on. Throws Refused with
   * Forbidden, NotFound or WrongState.
   */
  async renew(actor: Actor, accountId: string): Promise<Invited> {
    assertMayKeepAccounts(actor);
    const check = new InputCheck();
    check.id('accountId', 'account', accountId);
    check.done();
    const secret = await this.database.transaction(async (tx) => {
      await takeTurn(tx, actor);
      const { disabledAt, issuer } = await holdAccount(tx, accountId);
      if (issuer !== null) {
        throw new Refused(wrongState('state.issuer-invitation', 'ISSUER', null, { issuer }));
      }
      if (disabledAt !== null) throw new Refused(wrongState('state.disabled', 'DISABLED'));
      const { rows } = await sql`
        select id from accounts where id = ${accountId} and password_hash is null`.execute(tx.sql);
      if (rows.length === 0) throw new Refused(wrongState('state.has-password', 'ACTIVE'));
      await record(tx, { actor, action: 'renewInvitation', subjectIds: [accountId] });
      return renew(tx, accountId, await timeOf(tx));
    });
    return { account: await this.reads.find(accountId), secret };
  }
}

async function renew(tx: Transaction, accountId: string, now: Date): Promise<string> {
  const secret = newSecret(INVITATION_PREFIX);
  await sql`
    insert into invitations (account_id, secret_hash, created_at, expires_at)
    values (${accountId}, ${hashSecret(secret)}, ${now}, ${addDays(now, GOOD_DAYS)})
    on conflict (account_id) do update set secret_hash = excluded.secret_hash, created_at = excluded.created_at,
      expires_at = excluded.expires_at`.execute(tx.sql);
  return secret;
}
