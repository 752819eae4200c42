import { errors, jwtVerify, SignJWT } from 'jose';
import QuickLRU from 'quick-lru';
import { isStorable } from '../kernel/text.ts';
import { newId } from '../platform/ids.ts';

const ISSUER = 'sinergi';
const AUDIENCE = 'sinergi-api';
const ALGORITHM = 'HS256';

/** So many tokens whose signature was found good are remembered, to be checked once and not at each request. */
const MOST_REMEMBERED = 5000;

/** jose looks at the presence of these claims, and not at what they are. */
const isWord = (claim: unknown): claim is string => typeof claim === 'string' && isStorable(claim);

/** What a token that is ours says. */
export interface ReadToken {
  accountId: string;
  tokenId: string;
  expiresAt: Date;
}

export interface IssuedToken {
  token: string;
  /** Its `jti`: the session that it carries. */
  tokenId: string;
  expiresAt: Date;
}

/**
 * Signed access tokens (JWT, RFC 7519) that name an account and a session; whether the session lasts, and what the
 * account may do, is looked up at each use.
 */
export class Tokens {
  private readonly secret: Uint8Array;
  private readonly lifetimeSeconds: number;
  private readonly verified = new QuickLRU<string, ReadToken>({ maxSize: MOST_REMEMBERED });

  constructor(secret: string, lifetimeSeconds: number) {
    this.secret = new TextEncoder().encode(secret);
    this.lifetimeSeconds = lifetimeSeconds;
  }

  async issue(accountId: string, now: Date, tokenId = newId('token')): Promise<IssuedToken> {
    const issuedAt = Math.floor(now.getTime() / 1000);
    const expiresAt = issuedAt + this.lifetimeSeconds;
    const token = await new SignJWT()
      .setProtectedHeader({ alg: ALGORITHM, typ: 'JWT' })
      .setIssuer(ISSUER)
      .setAudience(AUDIENCE)
      .setJti(tokenId)
      .setSubject(accountId)
      .setIssuedAt(issuedAt)
      .setExpirationTime(expiresAt)
      .sign(this.secret);
    return { token, tokenId, expiresAt: new Date(expiresAt * 1000) };
  }

  /** What a token says; null for one that is not ours, was altered, or has expired. */
  async read(token: string, now: Date): Promise<ReadToken | null> {
    const verified = this.verified.get(token) ?? (await this.verify(token, now));
    return verified === null || verified.expiresAt <= now ? null : verified;
  }

  private async verify(token: string, now: Date): Promise<ReadToken | null> {
    try {
      const { payload } = await jwtVerify(token, this.secret, {
        algorithms: [ALGORITHM],
        issuer: ISSUER,
        audience: AUDIENCE,
        requiredClaims: ['sub', 'jti', 'exp', 'iat'],
        currentDate: now,
      });
      const { sub: accountId, jti: tokenId } = payload;
      if (!isWord(accountId) || !isWord(tokenId)) return null;
      const read = {
        accountId,
        tokenId,
        expiresAt: new Date(payload.exp! * 1000),
      };
      this.verified.set(token, read);
      return read;
    } catch (error) {
      if (error instanceof errors.JOSEError) return null;
      throw error;
    }
  }
}
