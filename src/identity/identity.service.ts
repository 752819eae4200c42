import { hash, verify } from '@node-rs/argon2';
import { sql } from 'kysely';
import { type Actor, anonymous, noOrigin, type Origin } from '../access/actor.ts';
import { record } from '../audit/audit-trail.service.ts';
import type { Clock } from '../kernel/clock.ts';
import { Refused } from '../kernel/problems.ts';
import type { BatchFunction } from '../platform/batch.ts';
import type { Database } from '../platform/database.ts';
import { lookup } from '../platform/lookup.ts';
import type { Row } from '../platform/rows.ts';
import type { Account } from './account.entity.ts';
import type { IssuedToken, Tokens } from './tokens.ts';

export type AccountRow = Row<Account>;

export interface SignIn extends IssuedToken {
  viewer: AccountRow;
  actor: Actor;
}

const MAX_PASSWORD = 200;
const DEMO_DOMAIN = '@sinergi.test';
/** Checked when there is no account, so that the time of an answer does not tell whether there is one. */
const NOBODYS_HASH = hash('no account has this password');

/** Argon2id with the library's defaults, which follow OWASP's recommendation (19 MiB, 2 passes). */
export function hashPassword(password: string): Promise<string> {
  return hash(password);
}

const BEARER = /^Bearer ([\w-]+\.[\w-]+\.[\w-]+)$/i;

/** Accounts: signing in, and who is behind a token. */
export class IdentityService {
  readonly byId: BatchFunction<string, AccountRow | null>;
  private readonly database: Database;
  private readonly tokens: Tokens;
  private readonly clock: Clock;

  constructor(database: Database, tokens: Tokens, clock: Clock) {
    this.database = database;
    this.tokens = tokens;
    this.clock = clock;
    this.byId = lookup<AccountRow>(database, 'accounts', 'id');
  }

  /**
   * Throws Refused with one and the same problem whichever of email and password is wrong. The audit trail keeps both ends,
   * and never the email of an attempt: it may be anything that somebody typed.
   */
  async signIn(input: { email: string; password: string }, from: Origin): Promise<SignIn> {
    const email = input.email.trim().toLowerCase();
    const { rows } = await sql<AccountRow>`
      select * from accounts where email = ${email.includes('\u0000') ? '' : email} and disabled_at is null`.execute(
      this.database.reads,
    );
    const account = rows[0];
    const password = input.password.slice(0, MAX_PASSWORD);
    const matches = await verify(account?.passwordHash ?? (await NOBODYS_HASH), password);
    const now = this.clock.now();
    if (account?.passwordHash == null || !matches || password !== input.password) {
      const subjectIds = account === undefined ? [] : [account.id];
      const attempt = { ...anonymous, origin: from };
      await this.database.transaction((tx) =>
        record(tx, { actor: attempt, action: 'signIn', subjectIds, outcome: 'REFUSED' }, now),
      );
      throw new Refused({ kind: 'Forbidden', path: ['input'], key: 'sign-in.failed' });
    }
    const issued = await this.tokens.issue(account.id, now);
    const actor = { ...((await this.actorOf(account.id)) ?? anonymous), origin: from };
    const subjectIds = [account.id, issued.tokenId];
    await this.database.transaction((tx) => record(tx, { actor, action: 'signIn', subjectIds }, now));
    return { ...issued, viewer: account, actor };
  }

  /** Who sends this Authorization header; anonymous without one, or with one that is worth nothing. */
  async authenticate(
    authorization: string | undefined,
    from: Omit<Origin, 'tokenId'>,
  ): Promise<{ actor: Actor; expiresAt: Date | null }> {
    const token = BEARER.exec(authorization ?? '')?.[1];
    const read = token === undefined ? null : await this.tokens.read(token, this.clock.now());
    const actor = read === null ? null : await this.actorOf(read.accountId);
    if (actor === null) {
      return { actor: { ...anonymous, origin: { ...from, tokenId: null } }, expiresAt: null };
    }
    const { tokenId, expiresAt } = read!;
    return { actor: { ...actor, origin: { ...from, tokenId } }, expiresAt };
  }

  /** What these accounts are and may do now; without those that are no more. */
  async actorsOf(accountIds: readonly string[]): Promise<Map<string, Actor>> {
    const { rows } = await sql<Omit<Actor, 'origin'> & { accountId: string }>`
      select a.id as account_id, a.partner_id,
        array(select role from account_roles where account_id = a.id order by role) as roles,
        array(select r.code from account_areas x join areas r on r.id = x.area_id
          where x.account_id = a.id order by r.code) as area_codes,
        array(select village_id from account_villages where account_id = a.id order by village_id) as village_ids
      from accounts a where a.id = any(${accountIds}) and a.disabled_at is null`.execute(this.database.reads);
    return new Map(rows.map((actor) => [actor.accountId, { ...actor, origin: noOrigin }]));
  }

  /** The demo's accounts, which have addresses that no mail reaches (RFC 2606); none outside of the demo. */
  async demoAccounts(): Promise<{ email: string; name: string }[]> {
    const { rows } = await sql<{ email: string; name: string }>`
      select email, name from accounts where email like ${`%${DEMO_DOMAIN}`} order by email limit 200`.execute(
      this.database.reads,
    );
    return rows;
  }

  private async actorOf(accountId: string): Promise<Actor | null> {
    return (await this.actorsOf([accountId])).get(accountId) ?? null;
  }
}
