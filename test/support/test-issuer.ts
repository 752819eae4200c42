import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { afterAll } from '@jest/globals';
import { exportJWK, generateKeyPair, type JWK, type JWTHeaderParameters, SignJWT } from 'jose';
import Provider, { type Configuration } from 'oidc-provider';
import type { Clock } from '../../src/kernel/clock.ts';
import { IssuerMemory } from './issuer-memory.ts';
import { REDIRECT, signInAt } from './issuer-sign-in.ts';

export const AUDIENCE = 'https://hub.sinergi.test';
const TTL_SECONDS = 300;
/** A browser's client, which signs people in, and a system's, which has a secret. */
export const BROWSER = 'browser';
export const MACHINE = 'machine';
const MACHINE_SECRET = 'the secret of a machine in the tests';

type Claims = Record<string, unknown>;
export type Algorithm = 'RS256' | 'ES256' | 'PS256' | 'EdDSA';

/** A private key with its name. */
async function newKey(alg: Algorithm, kid: string): Promise<JWK> {
  const { privateKey } = await generateKeyPair(alg, { extractable: true });
  return { ...(await exportJWK(privateKey)), alg, kid, use: 'sig' };
}

/** An OpenID provider (oidc-provider) on this machine, whose people have the claims that a test gives them. */
export class TestIssuer {
  /** What access tokens say of each subject beside what every token says. */
  readonly claims = new Map<string, Claims>();
  /** When the tokens are signed that it does not sign by itself. */
  readonly clock: Clock;
  /** How often its keys were asked for. */
  keysAsked = 0;
  /** Answers in place of the provider, if it returns true. */
  instead: ((request: IncomingMessage, response: ServerResponse) => boolean) | null = null;
  readonly url: string;
  private readonly server: Server;
  private provider!: Provider;
  private keys: JWK[] = [];

  private constructor(server: Server, clock: Clock) {
    this.server = server;
    this.clock = clock;
    this.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    server.on('request', (request, response) => void this.answer(request, response));
  }

  static async start(clock: Clock, alg: Algorithm = 'RS256'): Promise<TestIssuer> {
    const server = createServer();
    await once(server.listen(0, '127.0.0.1'), 'listening');
    const issuer = new TestIssuer(server, clock);
    await issuer.rotate(alg);
    return issuer;
  }

  /** Signs with a new key from now on; the former is published beside it unless it is removed. */
  async rotate(alg: Algorithm = 'RS256', { removeFormer = false } = {}): Promise<void> {
    const key = await newKey(alg, `key-${alg}-${performance.now()}`);
    this.keys = removeFormer ? [key] : [key, ...this.keys];
    this.provider = new Provider(this.url, this.configuration(alg));
  }

  get signingKey(): JWK {
    return this.keys[0]!;
  }

  /** The environment of a hub that takes its tokens. */
  environment(more: Record<string, string> = {}): Record<string, string> {
    return {
      OIDC_ISSUER: this.url,
      OIDC_AUDIENCE: AUDIENCE,
      OIDC_ROLES: JSON.stringify({
        'hub-admins': 'ADMIN',
        auditors: ['AUDITOR'],
        partners: 'PARTNER',
        coordinators: 'COORDINATOR',
        cadres: 'VILLAGE',
      }),
      OIDC_ROLES_CLAIM: 'groups',
      ...more,
    };
  }

  /** Somebody signs in with a browser: authorization code and PKCE. Answers their access token and ID token. */
  signIn(subject: string, claims?: Claims): Promise<{ accessToken: string; idToken: string }> {
    if (claims !== undefined) this.claims.set(subject, claims);
    return signInAt(this.url, { subject, clientId: BROWSER, resource: AUDIENCE });
  }

  /** The access token of a system of its own (client credentials), which is called as its client. */
  async machineToken(claims: Claims, resource = AUDIENCE): Promise<string> {
    this.claims.set(MACHINE, claims);
    const response = await fetch(`${this.url}/token`, {
      method: 'POST',
      body: new URLSearchParams({
        grant_type: 'client_credentials',
        client_id: MACHINE,
        client_secret: MACHINE_SECRET,
        resource,
      }),
    });
    return ((await response.json()) as { access_token: string }).access_token;
  }

  /** An access token as the provider gives it, that many seconds ago, and for an hour. */
  tokenOf(sub: string, claims: Claims = {}, secondsAgo = 0): Promise<string> {
    const iat = this.nowSeconds() - secondsAgo;
    return this.sign({ sub, iat, exp: iat + 3600, jti: randomUUID(), client_id: BROWSER, ...claims });
  }

  /** A token that the provider's key signs, with any claims and header: what no honest provider gives at will. */
  sign(
    claims: Claims,
    header: Partial<JWTHeaderParameters> = {},
    key: JWK = this.signingKey,
  ): Promise<string> {
    const now = this.nowSeconds();
    const usual = { iss: this.url, aud: AUDIENCE, iat: now, exp: now + TTL_SECONDS };
    return new SignJWT({ ...usual, ...claims })
      .setProtectedHeader({ alg: key.alg!, kid: key.kid!, typ: 'at+jwt', ...header })
      .sign(key);
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    this.server.close();
    await once(this.server, 'close');
  }

  private nowSeconds(): number {
    return Math.floor(this.clock.now().getTime() / 1000);
  }

  private async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (request.url === '/jwks') this.keysAsked += 1;
    if (this.instead?.(request, response) === true) return;
    if (!request.url!.startsWith('/interaction/')) {
      await this.provider.callback()(request, response);
      return;
    }
    const login = { accountId: request.headers['x-subject'] as string };
    await this.provider.interactionFinished(request, response, { login });
  }

  private configuration(alg: Algorithm): Configuration {
    const tokens = {
      scope: 'hub',
      audience: AUDIENCE,
      accessTokenFormat: 'jwt',
      accessTokenTTL: TTL_SECONDS,
    };
    return {
      adapter: IssuerMemory,
      jwks: { keys: this.keys },
      cookies: { keys: ['the cookies of the tests'] },
      clients: [
        {
          client_id: BROWSER,
          token_endpoint_auth_method: 'none',
          redirect_uris: [REDIRECT],
          id_token_signed_response_alg: alg,
        },
        {
          client_id: MACHINE,
          client_secret: MACHINE_SECRET,
          token_endpoint_auth_method: 'client_secret_post',
          grant_types: ['client_credentials'],
          redirect_uris: [],
          response_types: [],
          id_token_signed_response_alg: alg,
        },
      ],
      features: {
        devInteractions: { enabled: false },
        clientCredentials: { enabled: true },
        resourceIndicators: {
          enabled: true,
          getResourceServerInfo: (_, resource) => ({
            ...tokens,
            audience: resource,
            accessTokenFormat: 'jwt',
            jwt: { sign: { alg } },
          }),
        },
      },
      ttl: {
        AccessToken: TTL_SECONDS,
        ClientCredentials: TTL_SECONDS,
        Grant: TTL_SECONDS,
        IdToken: TTL_SECONDS,
        Interaction: TTL_SECONDS,
        Session: TTL_SECONDS,
      },
      interactions: { url: (_, { uid }) => `/interaction/${uid}` },
      findAccount: (_, id) => ({ accountId: id, claims: () => ({ sub: id }) }),
      // What is asked for is granted: consent is no matter of these tests.
      loadExistingGrant: async ({ oidc }) => {
        const { client, session } = oidc;
        const grant = new oidc.provider.Grant({ clientId: client!.clientId, accountId: session!.accountId! });
        grant.addOIDCScope('openid');
        grant.addResourceScope(AUDIENCE, 'hub');
        await grant.save();
        return grant;
      },
      extraTokenClaims: (_, token) => {
        const subject = 'accountId' in token ? token.accountId : token.clientId;
        return this.claims.get(subject ?? '');
      },
    };
  }
}

/** An issuer for one test file, stopped after its last test. */
export async function testIssuer(clock: Clock, alg?: Algorithm): Promise<TestIssuer> {
  const issuer = await TestIssuer.start(clock, alg);
  afterAll(() => issuer.stop());
  return issuer;
}
