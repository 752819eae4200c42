import { decodeJwt, type JWTPayload, type JWTVerifyResult, jwtVerify } from 'jose';
import QuickLRU from 'quick-lru';
import { isStorable } from '../kernel/text.ts';
import { idOf } from '../platform/ids.ts';
import type { IssuerKeys } from './issuer-keys.ts';
import { type ClaimedRights, emailIn, type IssuerSettings, nameIn, rightsIn } from './issuer.rules.ts';
import { hashSecret } from './secrets.ts';
import { type RefusedToken, refusalOfToken } from './tokens.ts';

/** What an issuer's access token says. */
export interface IssuerToken {
  /** Of the session that it opens: a digest of all that is signed, so that every copy of the token has the same. */
  tokenId: string;
  issuer: string;
  subject: string;
  issuedAt: Date;
  /** When it is taken no more, with the clock skew that is allowed. */
  expiresAt: Date;
  name: string;
  email: string | null;
  rights: ClaimedRights;
}

const MOST_REMEMBERED = 5000;
/** However long the issuer lets it last. */
const MAX_AGE_SECONDS = 30 * 86_400;
const MAX_SUBJECT = 255;

/** Of access tokens (RFC 9068), or of JWTs that do not say what they are for. */
const TYPES: readonly unknown[] = [undefined, 'jwt', 'at+jwt', 'application/at+jwt'];
/**
 * Claims of ID tokens and logout tokens, which are not for an API; and of tokens that are bound to a key of their
 * holder, which the hub cannot ask for.
 */
const NOT_OF_BEARERS = ['nonce', 'at_hash', 'c_hash', 'events', 'cnf'];

/** Access tokens (JWT) of one OpenID issuer. */
export class IssuerTokens {
  private readonly settings: IssuerSettings;
  private readonly keys: IssuerKeys;
  /** By digests of tokens; good as long as the keys are the same. */
  private readonly verified = new QuickLRU<string, { token: IssuerToken; keys: string }>({
    maxSize: MOST_REMEMBERED,
  });

  constructor(settings: IssuerSettings, keys: IssuerKeys) {
    this.settings = settings;
    this.keys = keys;
  }

  /** Whether a token says that it is this issuer's, which may be a lie. */
  isTheirs(token: string): boolean {
    try {
      return decodeJwt(token).iss === this.settings.issuer;
    } catch {
      return false;
    }
  }

  /**
   * What a token says; INVALID for one that is not the issuer's, is not for this hub, or was altered, EXPIRED for one
   * that was good. Throws IssuerUnavailable when its keys cannot be had.
   */
  async read(token: string, now: Date): Promise<IssuerToken | RefusedToken> {
    const digest = hashSecret(token);
    const { version: keys } = await this.keys.current(now);
    const known = this.verified.get(digest);
    const read = known?.keys === keys ? known.token : await this.verify(token, now);
    // jose compares whole seconds.
    if (typeof read === 'string') return read;
    if (read.expiresAt <= now) return 'EXPIRED';
    if (known?.token !== read) this.verified.set(digest, { token: read, keys });
    return read;
  }

  private async verify(token: string, now: Date): Promise<IssuerToken | RefusedToken> {
    const { issuer, audience, algorithms, clockSkewSeconds } = this.settings;
    try {
      const verified = await jwtVerify(token, (header, jws) => this.keys.find(header, jws, now), {
        algorithms: [...algorithms],
        issuer,
        audience,
        requiredClaims: ['sub', 'exp', 'iat'],
        clockTolerance: clockSkewSeconds,
        maxTokenAge: MAX_AGE_SECONDS,
        currentDate: now,
      });
      return isForBearers(verified) ? this.contentOf(token, verified.payload) : 'INVALID';
    } catch (error) {
      return refusalOfToken(error);
    }
  }

  private contentOf(token: string, payload: JWTPayload): IssuerToken | RefusedToken {
    const { sub: subject, iat = 0, exp = 0 } = payload;
    if (typeof subject !== 'string' || !isSubject(subject)) return 'INVALID';
    const { issuer, clockSkewSeconds } = this.settings;
    const end = Math.min(exp, iat + MAX_AGE_SECONDS) + clockSkewSeconds;
    return {
      // Without the signature: of some kinds there are two that fit.
      tokenId: idOf('token', token.slice(0, token.lastIndexOf('.'))),
      issuer,
      subject,
      issuedAt: new Date(iat * 1000),
      expiresAt: new Date(end * 1000),
      name: nameIn(payload, subject),
      email: emailIn(payload),
      rights: rightsIn(payload, this.settings),
    };
  }
}

function isForBearers({ protectedHeader, payload }: JWTVerifyResult): boolean {
  return (
    TYPES.includes(protectedHeader.typ?.toLowerCase()) &&
    !NOT_OF_BEARERS.some((claim) => Object.hasOwn(payload, claim))
  );
}

function isSubject(text: string): boolean {
  return text !== '' && Array.from(text).length <= MAX_SUBJECT && isStorable(text);
}
