import { sql } from 'kysely';
import { type Actor, anonymous, type Origin } from '../access/actor.ts';
import { record } from '../audit/audit-trail.service.ts';
import { type Problem, Refused } from '../kernel/problems.ts';
import { isStorable } from '../kernel/text.ts';
import type { BatchFunction } from '../platform/batch.ts';
import type { Database, Transaction } from '../platform/database.ts';
import type { Row } from '../platform/rows.ts';
import type { Account } from './account.entity.ts';
import type { ActorService } from './actor.service.ts';
import { isPasswordOf } from './password.ts';
import type { SessionService } from './session.service.ts';
import type { SignInThrottling } from './sign-in-throttle.service.ts';
import type { IssuedToken } from './tokens.ts';

export type AccountRow = Row<Account>;

/** An account as it is shown, without its password. */
export type ShownAccount = Pick<AccountRow, 'id' | 'email' | 'name' | 'partnerId' | 'createdAt'>;

export interface Credentials {
  email: string;
  password: string;
}

export interface SignIn extends IssuedToken {
  viewer: ShownAccount;
  actor: Actor;
}

const failed: Problem = { kind: 'Forbidden', path: ['input'], key: 'sign-in.failed' };
const DEMO_DOMAIN = '@sinergi.test';

/** Accounts, and signing in to them. */
export class IdentityService {
  private readonly database: Database;
  private readonly actors: ActorService;
  private readonly sessions: SessionService;
  private readonly throttle: SignInThrottling;

  constructor(
    database: Database,
    actors: ActorService,
    sessions: SessionService,
    throttle: SignInThrottling,
  ) {
    this.database = database;
    this.actors = actors;
    this.sessions = sessions;
    this.throttle = throttle;
  }

  /** Accounts that somebody may see: one's own, and any for those who read the audit trail. */
  readonly seenBy: BatchFunction<{ asker: Actor; id: string }, ShownAccount | null> = async (keys) => {
    const ids = keys.map(({ id }) => id);
    const { rows } = await this.database.readAs(keys[0]!.asker, (db) =>
      sql<ShownAccount>`
        select id, email, name, partner_id, created_at from accounts where id = any(${ids})`.execute(db),
    );
    return ids.map((id) => rows.find((row) => row.id === id) ?? null);
  };

  /**
   * Throws Refused with one and the same problem whichever of email and password is wrong, and with TooManyAttempts
   * alike for accounts that are there and that are not. The audit trail keeps both ends, and never the email of an
   * attempt: it may be anything that somebody typed.
   */
  async signIn(input: Credentials, from: Origin): Promise<SignIn> {
    const email = input.email.trim().toLowerCase();
    const { address } = from;
    await this.throttle.take({ email, address });
    const account = await this.byEmail(email);
    const matches = await isPasswordOf(account?.passwordHash ?? null, input.password);
    if (account === null || !matches) {
      const subjectIds = account === null ? [] : [account.id];
      const act = { actor: { ...anonymous, origin: from }, action: 'signIn', subjectIds } as const;
      await this.database.transaction((tx) => record(tx, { ...act, outcome: 'REFUSED' }));
      throw new Refused(failed);
    }
    const actors = await this.actors.of([account.id]);
    const actor = { ...(actors.get(account.id) ?? anonymous), origin: from };
    const issued = await this.database.transaction(async (tx) => {
      await this.throttle.giveBack(tx, { email, address });
      await assertUnchanged(tx, account);
      const opened = await this.sessions.open(tx, account.id);
      await record(tx, { actor, action: 'signIn', subjectIds: [account.id, opened.tokenId] });
      return opened;
    });
    return { ...issued, viewer: account, actor };
  }

  /** The demo's accounts that may sign in. Their addresses are ones that no mail reaches (RFC 2606); none outside of the demo. */
  async demoAccounts(): Promise<{ email: string; name: string }[]> {
    const { rows } = await sql<{ email: string; name: string }>`
      select email, name from accounts where email like ${`%${DEMO_DOMAIN}`} and issuer is null and disabled_at is null order by email limit 200`.execute(
      this.database.systemReads,
    );
    return rows;
  }

  /** The account that may sign in with that address. */
  private async byEmail(email: string): Promise<AccountRow | null> {
    const { rows } = await sql<AccountRow>`
      select * from accounts where email = ${isStorable(email) ? email : ''} and disabled_at is null`.execute(
      this.database.systemReads,
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
