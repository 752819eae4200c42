import { sql } from 'kysely';
import { anonymous, type Origin } from '../access/actor.ts';
import { record } from '../audit/audit-trail.service.ts';
import { InputCheck } from '../kernel/input-check.ts';
import { invalid, type Problem, Refused } from '../kernel/problems.ts';
import type { Database, Transaction } from '../platform/database.ts';
import { transactionTime } from '../platform/transaction-time.ts';
import type { ActorService } from './actor.service.ts';
import { ownerOf } from '../platform/owner.ts';
import type { IdentityService } from './identity.service.ts';
import type { PasswordHashing } from './password-hashing.ts';
import { hashPassword } from './password.ts';
import { weaknessOf } from './password-strength.ts';
import type { PasswordOwner } from './password-words.rules.ts';
import { isPassword, PASSWORD_LENGTH } from './password.rules.ts';
import { hashSecret, type KeyedDigest } from './secrets.ts';
import type { SessionService } from './session.service.ts';
import { addressBuckets, SignInAttempt } from './sign-in-attempt.ts';
import type { SignInOrigins } from './sign-in-origins.service.ts';
import type { SignInThrottling } from './sign-in-throttle.service.ts';
import type { SignIn } from './sign-in.service.ts';

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
  origins: SignInOrigins;
  hashing: PasswordHashing;
  digest: KeyedDigest;
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
    const { database, actors, identity, sessions, throttle, origins, hashing, digest } = this.parts;
    checkPassword(password);
    const { address } = from;
    const taken = await throttle.take(addressBuckets(digest, address), []);
    // Before anything is looked up, so that the time of an answer tells nothing.
    const passwordHash = await hashing.run(ownerOf(null, address), false, () => hashPassword(password));
    const { accountId, issued } = await database.transaction(async (tx) => {
      // The throttle's rows come before the account's, as in signing in.
      await throttle.giveBack(tx, taken);
      const { id, ...owner } = await takeInvitation(tx, hashSecret(secret));
      // Undoes all of it, so that the invitation is still there for another password.
      await assertNotEasy(password, owner);
      const { email } = owner;
      await sql`update accounts set password_hash = ${passwordHash} where id = ${id}`.execute(tx.sql);
      await origins.remember(tx, id, new SignInAttempt(digest, { email, address, device: null }), {});
      const opened = await sessions.open(tx, id);
      const actor = { ...anonymous, accountId: id, origin: from };
      await record(tx, { actor, action: 'acceptInvitation', subjectIds: [id, opened.tokenId] });
      return { accountId: id, issued: opened };
    });
    const actor = { ...((await actors.of([accountId])).get(accountId) ?? anonymous), origin: from };
    const [viewer] = await identity.seenBy([{ asker: actor, id: accountId }]);
    return { ...issued, viewer: viewer!, actor, device: null, refusedSince: null };
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

/** Looked at once the secret was found to be good: it takes up to 50 ms of the hub's time. */
async function assertNotEasy(password: string, owner: PasswordOwner): Promise<void> {
  const weakness = await weaknessOf(password, owner);
  if (weakness !== null) throw new Refused(invalid(['input', 'password'], weakness));
}

/** Uses the invitation up. Returns its account, which is held. */
async function takeInvitation(tx: Transaction, secretHash: string): Promise<PasswordOwner & { id: string }> {
  const { rows } = await sql<PasswordOwner & { id: string }>`
    select a.id, a.email, a.name, (select p.name from partners p where p.id = a.partner_id) as partner_name
    from invitations i join accounts a on a.id = i.account_id
    where i.secret_hash = ${secretHash} and a.disabled_at is null and a.password_hash is null
      and a.issuer is null
    for no key update of a`.execute(tx.sql);
  // Asked again once the account is held: it may have been accepted or renewed in the meantime.
  const taken = await sql`
    delete from invitations where account_id = ${rows[0]?.id ?? null} and secret_hash = ${secretHash}
      and expires_at > ${transactionTime} returning account_id`.execute(tx.sql);
  if (rows.length === 0 || taken.rows.length === 0) throw new Refused(failed);
  return rows[0]!;
}
