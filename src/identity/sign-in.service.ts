import { sql } from 'kysely';
import { type Actor, anonymous, type Origin } from '../access/actor.ts';
import { record } from '../audit/audit-trail.service.ts';
import { type Problem, Refused } from '../kernel/problems.ts';
import { isStorable } from '../kernel/text.ts';
import type { Database, Transaction } from '../platform/database.ts';
import { ownerOf } from '../platform/owner.ts';
import type { ActorService } from './actor.service.ts';
import type { AccountRow, ShownAccount } from './identity.service.ts';
import type { PasswordHashing } from './password-hashing.ts';
import { isPasswordOf } from './password.ts';
import type { RefusedSignIns, RefusedTries } from './refused-sign-ins.service.ts';
import type { KeyedDigest } from './secrets.ts';
import type { SessionService } from './session.service.ts';
import { SignInAttempt } from './sign-in-attempt.ts';
import type { GivenDevice, SignInOrigins } from './sign-in-origins.service.ts';
import { type SignInThrottling, type Taken, Throttled } from './sign-in-throttle.service.ts';
import type { IssuedToken } from './tokens.ts';

export interface Credentials extends GivenDevice {
  email: string;
  password: string;
}

export interface SignIn extends IssuedToken {
  viewer: ShownAccount;
  actor: Actor;
  /** The secret that the device is to present from now on; null when it is not remembered. */
  device: string | null;
  /** Null when nothing was refused since the last sign-in. */
  refusedSince: RefusedTries | null;
}

interface SignInParts {
  database: Database;
  digest: KeyedDigest;
  actors: ActorService;
  sessions: SessionService;
  throttle: SignInThrottling;
  origins: SignInOrigins;
  refusals: RefusedSignIns;
  hashing: PasswordHashing;
}

/** An account that may be signed in to, and whether it came in before from where it is tried now. */
type Candidate = AccountRow & { isNetworkKnown: boolean; isDeviceKnown: boolean };

/** One try to sign in, as far as it is known before the password is looked at. */
interface Try {
  attempt: SignInAttempt;
  /** Null when there is no such account. */
  candidate: Candidate | null;
  input: Credentials;
  from: Origin;
}

const failed: Problem = { kind: 'Forbidden', path: ['input'], key: 'sign-in.failed' };

/** Signing in with email and password. */
export class SignInService {
  private readonly parts: SignInParts;

  constructor(parts: SignInParts) {
    this.parts = parts;
  }

  /**
   * Throws Refused with one and the same problem whichever of email and password is wrong, and with TooManyAttempts
   * alike for accounts that are there and that are not: the same statements run, and one hash is computed, for both. The
   * audit trail never has the email of a try: it may be anything that somebody typed.
   */
  async signIn(input: Credentials, from: Origin): Promise<SignIn> {
    const email = input.email.trim().toLowerCase();
    const device = input.device ?? null;
    const attempt = new SignInAttempt(this.parts.digest, { email, address: from.address, device });
    const candidate = await this.candidateFor(email, attempt);
    const tried = { attempt, candidate, input, from };
    const taken = await this.take(tried);
    if (await this.isGood(tried, taken)) return this.letIn(tried, taken);
    // Who presents a device of the account knows that there is one; all others hear what a stranger would.
    await this.count(tried, taken.refusal === null ? 'WRONG' : 'THROTTLED');
    throw new Refused(taken.refusal ?? failed);
  }

  private async take(tried: Try): Promise<Taken> {
    const { attempt, candidate, from } = tried;
    const { throttle, refusals } = this.parts;
    const isDeviceKnown = candidate?.isDeviceKnown ?? false;
    try {
      return await throttle.take(attempt.inner(isDeviceKnown), attempt.outer(isDeviceKnown));
    } catch (error) {
      if (error instanceof Throttled) {
        // A flood from one address at ever new accounts must not write a row for each.
        if (error.bucket.isOfAccount) await this.count(tried, 'THROTTLED');
        else refusals.log({ attempt, accountId: null, origin: from, reason: 'THROTTLED' });
      }
      throw error;
    }
  }

  /** Computes one hash, whatever is tried; only the queue may refuse, and then the try does not count. */
  private async isGood({ candidate, input, from }: Try, taken: Taken): Promise<boolean> {
    const { hashing, database, throttle } = this.parts;
    const isKnown = candidate?.isNetworkKnown === true || candidate?.isDeviceKnown === true;
    const mayBeLookedAt = taken.refusal === null || isKnown;
    const passwordHash = mayBeLookedAt ? (candidate?.passwordHash ?? null) : null;
    const lane = ownerOf(null, from.address);
    try {
      return await hashing.run(lane, candidate?.isDeviceKnown === true, () =>
        isPasswordOf(passwordHash, input.password),
      );
    } catch (error) {
      await database.transaction((tx) => throttle.giveBack(tx, taken));
      throw error;
    }
  }

  private async letIn({ attempt, candidate, input, from }: Try, taken: Taken): Promise<SignIn> {
    const { database, actors, sessions, throttle, origins, refusals } = this.parts;
    const account = candidate!;
    const known = await actors.of([account.id]);
    const actor = { ...(known.get(account.id) ?? anonymous), origin: from };
    const entered = await database.transaction(async (tx) => {
      await throttle.giveBack(tx, taken);
      await assertUnchanged(tx, account);
      const refusedSince = await refusals.tell(tx, attempt, account.id);
      const device = await origins.remember(tx, account.id, attempt, input);
      const opened = await sessions.open(tx, account.id);
      const act = { actor, action: 'signIn', subjectIds: [account.id, opened.tokenId] };
      await record(tx, act);
      return { ...opened, refusedSince, device };
    });
    return { ...entered, viewer: account, actor };
  }

  private count({ attempt, candidate, from }: Try, reason: 'WRONG' | 'THROTTLED'): Promise<void> {
    const accountId = candidate?.id ?? null;
    return this.parts.refusals.count({ attempt, accountId, origin: from, reason });
  }

  /** The account that may sign in with that address, with what is known of where it comes from. */
  private async candidateFor(email: string, attempt: SignInAttempt): Promise<Candidate | null> {
    const { database } = this.parts;
    const cameFrom = (kind: string, key: string | null) => sql`
      exists (select from sign_in_origins o where o.account_id = a.id and o.kind = ${kind} and o.key = ${key})`;
    const { rows } = await sql<Candidate>`
      select a.*, ${cameFrom('NETWORK', attempt.networkKey)} as is_network_known,
        ${cameFrom('DEVICE', attempt.deviceKey)} as is_device_known
      from accounts a where a.email = ${isStorable(email) ? email : ''} and a.disabled_at is null`.execute(
      database.systemReads,
    );
    return rows[0] ?? null;
  }
}

/** An account that is disabled, or gets another password, while one signs in with the former is not signed in to. */
async function assertUnchanged(tx: Transaction, { id, passwordHash }: AccountRow): Promise<void> {
  const { rows } = await sql`
    select id from accounts where id = ${id} and password_hash = ${passwordHash} and disabled_at is null
    for share`.execute(tx.sql);
  if (rows.length === 0) throw new Refused(failed);
}
