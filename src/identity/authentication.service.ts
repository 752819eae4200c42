import { sql } from 'kysely';
import { type Actor, anonymous, type Origin, type Scope } from '../access/actor.ts';
import { dateInBanten } from '../kernel/calendar.ts';
import type { Clock } from '../kernel/clock.ts';
import { RequestError, unauthenticated, type UnauthenticatedReason } from '../kernel/problems.ts';
import { joined } from '../platform/batch.ts';
import type { Database } from '../platform/database.ts';
import { transactionTime } from '../platform/transaction-time.ts';
import { type ActorService, type Rights, rightsOfAccount } from './actor.service.ts';
import { API_TOKEN_PREFIX, type ApiTokenService } from './api-token.service.ts';
import { hashSecret } from './secrets.ts';
import type { IssuerAdmission } from './issuer-admission.service.ts';
import { IssuerUnavailable } from './issuer-keys.ts';
import type { IssuerTokens } from './issuer-tokens.ts';
import type { Tokens } from './tokens.ts';

/** Somebody who asks, and when their token ends; null for somebody who has not signed in. */
export interface Authenticated {
  actor: Actor;
  expiresAt: Date | null;
}

/** Why a token does not let anybody in. */
type Refusal = UnauthenticatedReason | RequestError;

const BEARER = /^Bearer ([\w.-]+)$/i;
/** An issuer that does not answer is not asked again for so long. */
const ISSUER_RETRY_SECONDS = 30;
/** What an HTTP header may hold; a longer one from elsewhere is not read. */
const MOST_CHARACTERS = 16_384;

type From = Omit<Origin, 'tokenId'>;
/** How an OpenID issuer's tokens are read, and how whoever brings one is let in. */
export interface IssuerDoor {
  tokens: IssuerTokens;
  admission: IssuerAdmission;
}
/** An API token, and its owner; `isEnded` when it was revoked, or the owner is disabled. */
type Holder = Rights & {
  tokenId: string;
  scopes: Scope[];
  expiresAt: Date;
  lastUsedOn: string | null;
  now: Date;
  isEnded: boolean;
};

/** Who is behind a token: when somebody asks, and for as long as they listen. */
export class Authentication {
  private readonly database: Database;
  private readonly actors: ActorService;
  private readonly tokens: Tokens;
  private readonly apiTokens: ApiTokenService;
  private readonly clock: Clock;
  /** Null where no issuer is configured. */
  private readonly issuer: IssuerDoor | null;
  /**
   * What the account of a session that lasts may do now; EXPIRED after its time, and null for one that was ended. A crowd
   * of requests is one statement.
   */
  private readonly rightsOfSession = joined(async (tokenIds: readonly string[]) => {
    const read = () =>
      this.database.preparedSystemReads.rows<Rights & { tokenId: string; isOver: boolean }>(sql`
      select s.id as "tokenId", s.expires_at <= ${transactionTime} as "isOver", ${rightsOfAccount}
      from sessions s join accounts a on a.id = s.account_id
      where s.id = any(${tokenIds}) and s.ended_at is null and a.disabled_at is null`);
    // The connection may have died in silence; it is then given up, and the next one is new.
    const rows = await read().catch(read);
    const found = new Map(
      rows.map(({ tokenId, isOver, ...rights }) => [tokenId, isOver ? ('EXPIRED' as const) : rights]),
    );
    return tokenIds.map((tokenId) => found.get(tokenId) ?? null);
  });

  constructor(
    database: Database,
    actors: ActorService,
    tokens: Tokens,
    apiTokens: ApiTokenService,
    issuer: IssuerDoor | null,
    clock: Clock,
  ) {
    this.database = database;
    this.actors = actors;
    this.tokens = tokens;
    this.apiTokens = apiTokens;
    this.issuer = issuer;
    this.clock = clock;
  }

  /**
   * Who sends this Authorization header; anonymous without one, or with one that is worth nothing, and then with the
   * reason.
   */
  async authenticate(authorization: string | undefined, from: From): Promise<Authenticated> {
    const text = authorization === undefined || authorization.length > MOST_CHARACTERS ? '' : authorization;
    const token = BEARER.exec(text)?.[1];
    const known = token === undefined ? withoutToken(authorization) : await this.byToken(token, from);
    if (typeof known !== 'string' && !(known instanceof RequestError)) return known;
    const refusal = typeof known === 'string' ? unauthenticated(known) : known;
    return { actor: { ...anonymous, refusal, origin: { ...from, tokenId: null } }, expiresAt: null };
  }

  /**
   * What the accounts behind these tokens are and may do now, by token; without those of tokens that were ended or
   * revoked, and of accounts that are no more. Two statements, however many tokens there are.
   */
  async currentActors(tokenIds: readonly string[]): Promise<Map<string, Actor>> {
    const holders = await this.holders(tokenIds);
    const actors = await this.actors.of([...new Set(holders.values())]);
    const standing = [...holders].map(([tokenId, accountId]) => [tokenId, actors.get(accountId)] as const);
    return new Map(standing.filter((entry): entry is readonly [string, Actor] => entry[1] !== undefined));
  }

  private byToken(token: string, from: From): Promise<Authenticated | Refusal> {
    if (token.startsWith(API_TOKEN_PREFIX)) return this.byApiToken(token, from);
    const { issuer } = this;
    return issuer?.tokens.isTheirs(token) === true
      ? this.byIssuer(issuer, token, from)
      : this.bySession(token, from);
  }

  /** Which account each of these tokens still speaks for. */
  private async holders(tokenIds: readonly string[]): Promise<Map<string, string>> {
    const { rows } = await sql<{ id: string; accountId: string }>`
      select id, account_id from sessions where id = any(${tokenIds}) and ended_at is null and expires_at > ${transactionTime}
      union all
      select id, account_id from api_tokens where id = any(${tokenIds}) and revoked_at is null
        and expires_at > ${transactionTime}`.execute(this.database.systemReads);
    return new Map(rows.map(({ id, accountId }) => [id, accountId]));
  }

  private async byApiToken(secret: string, from: From): Promise<Authenticated | Refusal> {
    const [holder] = await this.database.preparedSystemReads.rows<Holder>(sql`
      select t.id as "tokenId", t.scopes, t.expires_at as "expiresAt", t.last_used_on as "lastUsedOn",
        ${transactionTime} as now, t.revoked_at is not null or a.disabled_at is not null as "isEnded",
        ${rightsOfAccount}
      from api_tokens t join accounts a on a.id = t.account_id
      where t.secret_hash = ${hashSecret(secret)}`);
    if (holder === undefined) return 'INVALID';
    const { tokenId, expiresAt, lastUsedOn, isEnded, now, ...rights } = holder;
    if (expiresAt <= now) return 'EXPIRED';
    if (isEnded) return 'ENDED';
    const today = dateInBanten(now);
    if (lastUsedOn !== today) await this.apiTokens.markUsed(tokenId, today);
    return { actor: { ...rights, origin: { ...from, tokenId } }, expiresAt };
  }

  private async bySession(token: string, from: From): Promise<Authenticated | Refusal> {
    const read = await this.tokens.read(token, this.clock.now());
    if (typeof read === 'string') return read;
    const { tokenId, accountId, expiresAt } = read;
    const rights = await this.rightsOfSession(tokenId);
    if (rights === 'EXPIRED') return rights;
    return rights?.accountId !== accountId
      ? 'ENDED'
      : { actor: { ...rights, scopes: null, origin: { ...from, tokenId } }, expiresAt };
  }

  private async byIssuer(
    { tokens, admission }: IssuerDoor,
    token: string,
    from: From,
  ): Promise<Authenticated | Refusal> {
    const read = await tokens.read(token, this.clock.now()).catch(unavailable);
    if (typeof read === 'string' || read instanceof RequestError) return read;
    const { tokenId, expiresAt } = read;
    const rights = (await this.rightsOfSession(tokenId)) ?? (await admission.admit(read, from));
    if (rights === 'EXPIRED' || rights instanceof RequestError) return rights;
    return { actor: { ...rights, scopes: null, origin: { ...from, tokenId } }, expiresAt };
  }
}

/** A header with spaces alone holds nothing; one of another scheme, or of another form, holds no token of ours. */
function withoutToken(authorization: string | undefined): UnauthenticatedReason {
  return authorization === undefined || authorization.trim() === '' ? 'MISSING' : 'INVALID';
}

function unavailable(error: unknown): RequestError {
  if (!(error instanceof IssuerUnavailable)) throw error;
  return new RequestError(
    'SERVICE_UNAVAILABLE',
    { key: 'auth.issuer-unavailable' },
    { retryAfterSeconds: ISSUER_RETRY_SECONDS },
  );
}
