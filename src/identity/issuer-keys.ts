import { createLocalJWKSet, errors, type FlattenedJWSInput, type JWSHeaderParameters } from 'jose';
import type { Logger } from 'pino';
import { hashSecret } from './secrets.ts';

/** Loaded keys are taken as they are for so long. */
const FRESH_MS = 600_000;
/** So long they are used while newer ones cannot be had. */
const KEPT_MS = 3_600_000;
/** A key that is not among them is looked for no sooner after they were loaded, so that invented ones cost nothing. */
const COOLDOWN_MS = 30_000;
/** After an attempt that failed the next one is made no sooner; until then nobody waits. */
const RETRY_MS = 10_000;
/** What loading may take, and its answers may hold. */
const LOAD_WITHIN_MS = 3000;
const MOST_BYTES = 262_144;

/** The issuer's keys cannot be had: whether its tokens are good cannot be said now. */
export class IssuerUnavailable extends Error {
  constructor(cause: unknown) {
    super('the keys of the issuer cannot be had', { cause });
    this.name = 'IssuerUnavailable';
  }
}

type FindKey = ReturnType<typeof createLocalJWKSet>;

interface LoadedKeys {
  find: FindKey;
  /** Equal for equal keys. */
  version: string;
  loadedAt: Date;
}

/** The public keys of an OpenID issuer (OpenID Connect Discovery 1.0, RFC 7517), as it publishes them by now. */
export class IssuerKeys {
  private readonly issuer: string;
  private readonly logger: Logger;
  private loaded: LoadedKeys | null = null;
  private loading: Promise<LoadedKeys> | null = null;
  private failed: { at: Date; why: IssuerUnavailable } | null = null;

  constructor(issuer: string, logger: Logger) {
    this.issuer = issuer;
    this.logger = logger;
  }

  /** The keys, loaded anew when they are no longer fresh. Throws IssuerUnavailable. */
  async current(now: Date): Promise<LoadedKeys> {
    const { loaded } = this;
    if (loaded !== null && ageOf(loaded, now) < FRESH_MS) return loaded;
    try {
      return await this.load(now);
    } catch (error) {
      if (loaded !== null && ageOf(loaded, now) < KEPT_MS) return loaded;
      throw error;
    }
  }

  /** The key of a token. Throws JOSEError when there is none, and IssuerUnavailable. */
  async find(header: JWSHeaderParameters, token: FlattenedJWSInput, now: Date): ReturnType<FindKey> {
    const keys = await this.current(now);
    try {
      return await keys.find(header, token);
    } catch (error) {
      if (!(error instanceof errors.JWKSNoMatchingKey) || ageOf(keys, now) < COOLDOWN_MS) throw error;
      const newer = await this.load(now);
      return newer.find(header, token);
    }
  }

  /** Whoever asks while they are being loaded waits for the same. */
  private load(now: Date): Promise<LoadedKeys> {
    const { failed } = this;
    if (failed !== null && now.getTime() - failed.at.getTime() < RETRY_MS) return Promise.reject(failed.why);
    this.loading ??= this.fetchKeys(now).finally(() => (this.loading = null));
    return this.loading;
  }

  private async fetchKeys(now: Date): Promise<LoadedKeys> {
    try {
      const within = AbortSignal.timeout(LOAD_WITHIN_MS);
      const address = `${this.issuer.replace(/\/$/, '')}/.well-known/openid-configuration`;
      const jwks = await read(keysAddress(await read(address, within), this.issuer), within);
      const find = createLocalJWKSet(jwks as Parameters<typeof createLocalJWKSet>[0]);
      this.failed = null;
      this.loaded = { find, version: hashSecret(JSON.stringify(jwks)), loadedAt: now };
      return this.loaded;
    } catch (error) {
      this.failed = { at: now, why: new IssuerUnavailable(error) };
      this.logger.warn({ err: error, issuer: this.issuer }, 'the keys of the issuer could not be loaded');
      throw this.failed.why;
    }
  }
}

const ageOf = ({ loadedAt }: LoadedKeys, now: Date): number => now.getTime() - loadedAt.getTime();

/** Where the keys are, as the configuration says that must be this issuer's, and as safe to ask as it is. */
function keysAddress(configuration: unknown, issuer: string): string {
  const { issuer: said, jwks_uri: address } = Object(configuration) as Record<string, unknown>;
  if (said !== issuer) throw new Error(`the configuration there is of the issuer ${String(said)}`);
  const isSafe = typeof address === 'string' && (address.startsWith('https:') || issuer.startsWith('http:'));
  if (!isSafe) throw new Error(`it has no keys at an https address, but at ${String(address)}`);
  return address;
}

/** JSON of bounded size, from that address itself. */
async function read(address: string, signal: AbortSignal): Promise<unknown> {
  const response = await fetch(address, {
    signal,
    redirect: 'error',
    headers: { accept: 'application/json' },
  });
  if (!response.ok) throw new Error(`${address} answered ${response.status}`);
  const parts: Uint8Array[] = [];
  let bytes = 0;
  for await (const part of response.body ?? []) {
    bytes += part.length;
    if (bytes > MOST_BYTES) throw new Error(`${address} answered more than ${MOST_BYTES} bytes`);
    parts.push(part);
  }
  return JSON.parse(Buffer.concat(parts).toString()) as unknown;
}
