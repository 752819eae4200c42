import { LockMode } from '@mikro-orm/core';
import { sql } from 'kysely';
import { accountToKeep, assertMayKeepAccess, mayKeepAccess } from '../access/access.rules.ts';
import type { Actor, Scope } from '../access/actor.ts';
import { mutate, record } from '../audit/audit-trail.service.ts';
import { CHARACTERS, ENTRIES } from '../kernel/bounds.ts';
import { addDays } from '../kernel/calendar.ts';
import { InputCheck } from '../kernel/input-check.ts';
import { invalid, notFound, Refused, unauthenticated } from '../kernel/problems.ts';
import type { Database, Transaction } from '../platform/database.ts';
import { newId } from '../platform/ids.ts';
import type { Row } from '../platform/rows.ts';
import { timeOf, transactionTime } from '../platform/transaction-time.ts';
import { ApiToken, scopes } from './api-token.entity.ts';
import { hashSecret, newSecret } from './secrets.ts';

/** What is told of a token: never its secret, nor that secret's digest. */
export type ApiTokenRow = Omit<Row<ApiToken>, 'secretHash'>;

export interface NewApiToken {
  name: string;
  scopes: readonly Scope[];
  days: number;
  idempotencyKey?: string | null;
}

export const API_TOKEN_PREFIX = 'sinergi_';
const MAX_DAYS = 366;
/** So many of one account may be good at once. */
const MAX_TOKENS = 50;
const KEPT_DAYS = 30;

const shown = sql`id, account_id, name, scopes, created_at, expires_at, revoked_at, last_used_on`;

/** Tokens for somebody's own systems: made and revoked by their owners, who are shown each secret once. */
export class ApiTokenService {
  private readonly database: Database;

  constructor(database: Database) {
    this.database = database;
  }

  /** The newest tokens, at most 100, those that are over too. Throws FORBIDDEN for those of others. */
  async list(actor: Actor, accountId: string | null): Promise<ApiTokenRow[]> {
    const whose = accountToKeep(actor, accountId);
    const { rows } = await this.database.readAs(actor, (db) =>
      sql<ApiTokenRow>`
        select ${shown} from api_tokens where account_id = ${whose}
        order by created_at desc, id desc limit ${ENTRIES.tokens}`.execute(db),
    );
    return rows;
  }

  /**
   * A token of one's own and its secret, which is shown this once: the same key again answers the same token, and null
   * for the secret. Throws Refused with Forbidden for an API token, or with every fault of the input.
   */
  async create(actor: Actor, input: NewApiToken): Promise<{ token: ApiTokenRow; secret: string | null }> {
    const accountId = assertMayKeepAccess(actor, null);
    const { idempotencyKey, ...request } = input;
    const check = new InputCheck();
    const name = check.line('name', input.name, 1, CHARACTERS.tokenName);
    const { days } = input;
    if (days < 1 || days > MAX_DAYS) check.fault('days', 'input.out-of-range', { min: 1, max: MAX_DAYS });
    const twice = input.scopes.find((scope, index) => input.scopes.indexOf(scope) !== index);
    if (twice !== undefined) check.fault('scopes', 'input.twice', { value: twice });
    const key = check.idempotencyKey(idempotencyKey);
    check.done();
    const granted = scopes.filter((scope) => scope === 'READ' || input.scopes.includes(scope));
    const made = { id: '', secret: '' };
    const id = await mutate<string>(
      this.database,
      {
        actor,
        scope: accountId,
        operation: 'createApiToken',
        key,
        input: request,
        subjects: (tokenId) => [tokenId, accountId],
      },
      async (tx, now) => {
        await this.assertRoom(tx, accountId, now);
        made.id = newId('token');
        made.secret = newSecret(API_TOKEN_PREFIX);
        tx.em.create(
          ApiToken,
          {
            id: made.id,
            accountId,
            name,
            scopes: granted,
            secretHash: hashSecret(made.secret),
            createdAt: now,
            expiresAt: addDays(now, days),
          },
          { persist: true },
        );
        await tx.em.flush();
        return made.id;
      },
    );
    // What this run made was undone if a twin's token is answered.
    return { token: await this.find(id), secret: made.id === id ? made.secret : null };
  }

  /** Ends a token of one's own, or for administrators anybody's. Throws Refused with NotFound or Forbidden. */
  async revoke(actor: Actor, tokenId: string): Promise<ApiTokenRow> {
    assertMayKeepAccess(actor, null);
    const check = new InputCheck();
    check.id('tokenId', 'token', tokenId);
    check.done();
    await this.database.transaction(async (tx) => {
      const token = await tx.em.findOne(ApiToken, { id: tokenId }, { lockMode: LockMode.PESSIMISTIC_WRITE });
      if (token === null || !mayKeepAccess(actor, token.accountId)) {
        throw new Refused(notFound(['input', 'tokenId'], 'not-found.api-token'));
      }
      if (token.revokedAt != null) return;
      await revokeTokens(tx, token.accountId, [tokenId]);
      await record(tx, { actor, action: 'revokeApiToken', subjectIds: [tokenId, token.accountId] });
    });
    return this.find(tokenId);
  }

  /** Remembers the day on which a token was used last. */
  async markUsed(id: string, today: string): Promise<void> {
    await this.database.transaction(async (tx) => {
      await sql`
        update api_tokens set last_used_on = ${today} where id = ${id}
          and last_used_on is distinct from ${today}::date`.execute(tx.sql);
    });
  }

  /** Forgets tokens that were over 30 days ago. */
  async forgetOld(): Promise<void> {
    await this.database.transaction(async (tx) => {
      const before = addDays(await timeOf(tx), -KEPT_DAYS);
      await sql`delete from api_tokens where least(revoked_at, expires_at) < ${before}`.execute(tx.sql);
    });
  }

  private async assertRoom(tx: Transaction, accountId: string, now: Date): Promise<void> {
    // Two that are made at once are counted one after the other, and none is made while the account is disabled.
    const { rows } = await sql`
      select id from accounts where id = ${accountId} and disabled_at is null for no key update`.execute(
      tx.sql,
    );
    if (rows.length === 0) throw unauthenticated('ENDED');
    const good = await tx.em.count(ApiToken, { accountId, revokedAt: null, expiresAt: { $gt: now } });
    if (good < MAX_TOKENS) return;
    throw new Refused(invalid(['input'], 'input.too-many-tokens', { max: MAX_TOKENS }));
  }

  private async find(id: string): Promise<ApiTokenRow> {
    const { rows } = await sql<ApiTokenRow>`select ${shown} from api_tokens where id = ${id}`.execute(
      this.database.systemReads,
    );
    return rows[0]!;
  }
}

/** Revokes these tokens of the account, or all; those that were revoked before stay as they are. */
export async function revokeTokens(
  tx: Transaction,
  accountId: string,
  tokenIds: readonly string[] | null,
): Promise<void> {
  await sql`
    update api_tokens set revoked_at = ${transactionTime} where account_id = ${accountId} and revoked_at is null
      and (${tokenIds}::text[] is null or id = any(${tokenIds}::text[]))`.execute(tx.sql);
}
