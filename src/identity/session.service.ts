import { sql } from 'kysely';
import { accountToKeep, assertMayKeepAccess } from '../access/access.rules.ts';
import type { Actor } from '../access/actor.ts';
import { record } from '../audit/audit-trail.service.ts';
import { ENTRIES } from '../kernel/bounds.ts';
import { addDays } from '../kernel/calendar.ts';
import { InputCheck } from '../kernel/input-check.ts';
import { notFound, Refused } from '../kernel/problems.ts';
import type { Database, Transaction } from '../platform/database.ts';
import { type Row, rowOf } from '../platform/rows.ts';
import { timeOf, transactionTime } from '../platform/transaction-time.ts';
import { Session } from './session.entity.ts';
import type { IssuedToken, Tokens } from './tokens.ts';

export type SessionRow = Row<Session>;

/** Which sessions are to end. */
export interface Revocation {
  sessionIds?: readonly string[] | null;
  accountId?: string | null;
}

const KEPT_DAYS = 30;

/** Sessions: opened by signing in, ended by signing out, by revocation, or with the account. */
export class SessionService {
  private readonly database: Database;
  private readonly tokens: Tokens;

  constructor(database: Database, tokens: Tokens) {
    this.database = database;
    this.tokens = tokens;
  }

  /** A session of that account, and the token that carries it; inside the caller's transaction. */
  async open(tx: Transaction, accountId: string): Promise<IssuedToken> {
    const now = await timeOf(tx);
    const issued = await this.tokens.issue(accountId, now);
    await sql`
      insert into sessions (id, account_id, created_at, expires_at)
      values (${issued.tokenId}, ${accountId}, ${now}, ${issued.expiresAt})`.execute(tx.sql);
    return issued;
  }

  /** The sessions that last, newest first, at most 100. Throws FORBIDDEN for those of others. */
  async list(actor: Actor, accountId: string | null): Promise<SessionRow[]> {
    const whose = accountToKeep(actor, accountId);
    const { rows } = await this.database.readAs(actor, (db) =>
      sql<SessionRow>`
        select * from sessions where account_id = ${whose} and ended_at is null and expires_at > ${transactionTime}
        order by created_at desc, id desc limit ${ENTRIES.tokens}`.execute(db),
    );
    return rows;
  }

  /** Ends the session through which it is asked. Throws Refused with Forbidden for an API token. */
  async signOut(actor: Actor): Promise<SessionRow> {
    const accountId = assertMayKeepAccess(actor, null);
    const sessionIds = [actor.origin.tokenId!];
    const [ended] = await this.database.transaction((tx) =>
      this.endBy(actor, 'signOut', tx, accountId, sessionIds),
    );
    // Two who sign out at once have both signed out.
    return ended ?? (await this.find(sessionIds[0]!));
  }

  /** Ends the named sessions, or all of the account, and returns at most 100 of them. Throws Refused, and then none is ended. */
  async revoke(actor: Actor, input: Revocation): Promise<SessionRow[]> {
    const check = new InputCheck();
    if (input.accountId != null) check.id('accountId', 'account', input.accountId);
    if ((input.sessionIds?.length ?? 0) > ENTRIES.tokens) {
      check.fault('sessionIds', 'input.too-many', { max: ENTRIES.tokens });
    }
    input.sessionIds?.forEach((id, index) => check.id(`sessionIds.${index}`, 'token', id));
    check.done();
    const accountId = assertMayKeepAccess(actor, input.accountId ?? null);
    return this.database.transaction(async (tx) => {
      if (input.sessionIds != null) await this.assertTheirs(tx, accountId, input.sessionIds);
      const ended = await this.endBy(actor, 'revokeSessions', tx, accountId, input.sessionIds ?? null);
      return ended.slice(0, ENTRIES.tokens);
    });
  }

  /** Ends these sessions of the account, or all; answers those that this ended. */
  async end(tx: Transaction, accountId: string, sessionIds: readonly string[] | null): Promise<SessionRow[]> {
    const ids = await endSessions(tx, accountId, sessionIds);
    const ended = await tx.em.find(Session, { id: { $in: ids } });
    return ended.map(rowOf);
  }

  /**
   * Forgets sessions whose tokens expired 30 days ago; an issuer's, of which there may be hundreds a day, when they have.
   * Ended ones stay until then, since an issuer's token that the hub had forgotten would open one anew.
   */
  async forgetOld(): Promise<void> {
    await this.database.transaction(async (tx) => {
      const now = await timeOf(tx);
      await sql`
        delete from sessions s using accounts a where a.id = s.account_id
          and s.expires_at < case when a.issuer is null then ${addDays(now, -KEPT_DAYS)}::timestamptz
            else ${now}::timestamptz end`.execute(tx.sql);
    });
  }

  /** Ends them, and writes down who did it if there were any. */
  private async endBy(
    actor: Actor,
    action: 'signOut' | 'revokeSessions',
    tx: Transaction,
    accountId: string,
    sessionIds: readonly string[] | null,
  ): Promise<SessionRow[]> {
    const ended = await this.end(tx, accountId, sessionIds);
    const subjectIds = [...ended.map(({ id }) => id).slice(0, ENTRIES.subjects - 1), accountId];
    if (ended.length > 0) await record(tx, { actor, action, subjectIds });
    return ended;
  }

  private async find(id: string): Promise<SessionRow> {
    const { rows } = await sql<SessionRow>`select * from sessions where id = ${id}`.execute(
      this.database.systemReads,
    );
    return rows[0]!;
  }

  private async assertTheirs(tx: Transaction, accountId: string, ids: readonly string[]): Promise<void> {
    const { rows } = await sql<{ id: string }>`
      select id from sessions where account_id = ${accountId} and id = any(${ids})`.execute(tx.sql);
    const unknown = ids.findIndex((id) => !rows.some((row) => row.id === id));
    if (unknown === -1) return;
    throw new Refused(notFound(['input', 'sessionIds', String(unknown)], 'not-found.session'));
  }
}

/** Ends these sessions of the account, or all; answers the ids of those that this ended. */
export async function endSessions(
  tx: Transaction,
  accountId: string,
  sessionIds: readonly string[] | null,
): Promise<string[]> {
  const { rows } = await sql<{ id: string }>`
    update sessions set ended_at = ${transactionTime}
    where account_id = ${accountId} and ended_at is null and expires_at > ${transactionTime}
      and (${sessionIds}::text[] is null or id = any(${sessionIds}::text[])) returning id`.execute(tx.sql);
  return rows.map(({ id }) => id);
}
