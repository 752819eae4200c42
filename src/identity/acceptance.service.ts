import { sql } from 'kysely';
import { anonymous, type Origin } from '../access/actor.ts';
import { record } from '../audit/audit-trail.service.ts';
import { InputCheck } from '../kernel/input-check.ts';
import { type Problem, Refused } from '../kernel/problems.ts';
import type { Database, Transaction } from '../platform/database.ts';
import { transactionTime } from '../platform/transaction-time.ts';
import type { ActorService } from './actor.service.ts';
import type { IdentityService, SignIn } from './identity.service.ts';
import { hashPassword } from './password.ts';
import { isPassword, PASSWORD_LENGTH } from './password.rules.ts';
import { hashSecret } from './secrets.ts';
import type { SessionService } from './session.service.ts';
import type { SignInThrottling } from './sign-in-throttle.service.ts';

export interface Acceptance {
  secret: string;
  password: string;
}

interface AcceptanceParts {
  database: Database;
  actors: ActorService;
  identity: IdentityService;
  sessions: SessionService;
  throttle: SignInThrottling;
}

const failed: Problem = { kind: 'Forbidden', path: ['input', 'secret'], key: 'invitation.failed' };

/** Accepting an invitation: whoever has its secret sets the account's first password, and has signed in. */
export class AcceptanceService {
  private readonly parts: AcceptanceParts;

  constructor(parts: AcceptanceParts) {
    this.parts = parts;
  }

  /**
   * Throws Refused: with one and the same problem for secrets that are wrong, used, over, or of disabled accounts; with
   * TooManyAttempts; or for a password that is too short or too long.
   */
  async accept({ secret, password }: Acceptance, from: Origin): Promise<SignIn> {
    const { database, actors, identity, sessions, throttle } = this.parts;
    checkPassword(password);
    await throttle.take({ email: null, address: from.address });
    // Before anything is looked up, so that the time of an answer tells nothing.
    const passwordHash = await hashPassword(password);
    const { accountId, issued } = await database.transaction(async (tx) => {
      // The throttle's rows come before the account's, as in signing in.
      await throttle.giveBack(tx, { email: null, address: from.address });
      const id = await takeInvitation(tx, hashSecret(secret));
      await sql`update accounts set password_hash = ${passwordHash} where id = ${id}`.execute(tx.sql);
      const opened = await sessions.open(tx, id);
      const actor = { ...anonymous, accountId: id, origin: from };
      await record(tx, { actor, action: 'acceptInvitation', subjectIds: [id, opened.tokenId] });
      return { accountId: id, issued: opened };
    });
    const actor = { ...((await actors.of([accountId])).get(accountId) ?? anonymous), origin: from };
    const [viewer] = await identity.seenBy([{ asker: actor, id: accountId }]);
    return { ...issued, viewer: viewer!, actor };
  }
}

function checkPassword(password: string): void {
  if (isPassword(password)) return;
  const check = new InputCheck();
  const { min, max } = PASSWORD_LENGTH;
  const { length } = password;
  if (length < min) check.fault('password', 'input.too-short', { min });
  else check.fault('password', 'input.too-long', { max, length });
  check.done();
}

/** Uses the invitation up; answers its account, which is held. */
async function takeInvitation(tx: Transaction, secretHash: string): Promise<string> {
  const { rows } = await sql<{ id: string }>`
    select a.id from invitations i join accounts a on a.id = i.account_id
    where i.secret_hash = ${secretHash} and a.disabled_at is null and a.password_hash is null
      and a.issuer is null
    for no key update of a`.execute(tx.sql);
  // Asked again once the account is held: it may have been accepted or renewed in the meantime.
  const taken = await sql`
    delete from invitations where account_id = ${rows[0]?.id ?? null} and secret_hash = ${secretHash}
      and expires_at > ${transactionTime} returning account_id`.execute(tx.sql);
  if (rows.length === 0 || taken.rows.length === 0) throw new Refused(failed);
  return rows[0]!.id;
}
