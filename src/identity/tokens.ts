import { errors, jwtVerify, SignJWT } from 'jose';

const ISSUER = 'sinergi';
const AUDIENCE = 'sinergi-api';
const ALGORITHM = 'HS256';

export interface IssuedToken {
  token: string;
  expiresAt: Date;
}

/** Signed access tokens (JWT, RFC 7519) that name an account; what the account may do is looked up at each use. */
export class Tokens {
  private readonly secret: Uint8Array;
  private readonly lifetimeSeconds: number;

  constructor(secret: string, lifetimeSeconds: number) {
    this.secret = new TextEncoder().encode(secret);
    this.lifetimeSeconds = lifetimeSeconds;
  }

  async issue(accountId: string, now: Date): Promise<IssuedToken> {
    const issuedAt = Math.floor(now.getTime() / 1000);
    const expiresAt = issuedAt + this.lifetimeSeconds;
    const token = await new SignJWT()
      .setProtectedHeader({ alg: ALGORITHM, typ: 'JWT' })
      .setIssuer(ISSUER)
      .setAudience(AUDIENCE)
      .setSubject(accountId)
      .setIssuedAt(issuedAt)
      .setExpirationTime(expiresAt)
      .sign(this.secret);
    return { token, expiresAt: new Date(expiresAt * 1000) };
  }

  /** The account a token names, and its end; null for one that is not ours, was altered, or has expired. */
  async read(token: string, now: Date): Promise<{ accountId: string; expiresAt: Date } | null> {
    try {
      const { payload } = await jwtVerify(token, this.secret, {
        algorithms: [ALGORITHM],
        issuer: ISSUER,
        audience: AUDIENCE,
        requiredClaims: ['sub', 'exp', 'iat'],
        currentDate: now,
      });
      return { accountId: payload.sub!, expiresAt: new Date(payload.exp! * 1000) };
    } catch (error) {
      if (error instanceof errors.JOSEError) return null;
      throw error;
    }
  }
}
