import { errors, jwtVerify, SignJWT } from 'jose';
import QuickLRU from 'quick-lru';
import type { UnauthenticatedReason } from '../kernel/problems.ts';
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

/** Why a token is not taken. */
export type RefusedToken = Extract<UnauthenticatedReason, 'INVALID' | 'EXPIRED'>;

/** Of an error of jose, which looks at the signature before it looks at the times. Throws any other error. */
export function refusalOfToken(error: unknown): RefusedToken {
  if (error instanceof errors.JWTExpired) return 'EXPIRED';
  if (error instanceof errors.JOSEError) return 'INVALID';
  throw error;
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

  /** What a token says; INVALID for one that is not ours or was altered, EXPIRED for one that was ours. */
  async read(token: string, now: Date): Promise<ReadToken | RefusedToken> {
    const verified = this.verified.get(token) ?? (await this.verify(token, now));
    if (typeof verified === 'string') return verified;
    return verified.expiresAt <= now ? 'EXPIRED' : verified;
  }

  private async verify(token: string, now: Date): Promise<ReadToken | RefusedToken> {
    try {
      const { payload } = await jwtVerify(token, this.secret, {
        algorithms: [ALGORITHM],
        issuer: ISSUER,
        audience: AUDIENCE,
        requiredClaims: ['sub', 'jti', 'exp', 'iat'],
        currentDate: now,
      });
      const { sub: accountId, jti: tokenId } = payload;
      if (!isWord(accountId) || !isWord(tokenId)) return 'INVALID';
      const read = {
        accountId,
        tokenId,
        expiresAt: new Date(payload.exp! * 1000),
      };
      this.verified.set(token, read);
      return read;
    } catch (error) {
      return refusalOfToken(error);
    }
  }
}
