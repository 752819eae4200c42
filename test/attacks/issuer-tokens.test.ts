import { createHmac, createPublicKey, generateKeyPairSync } from 'node:crypto';
import { expect, test } from '@jest/globals';
import { exportJWK, type JWK } from 'jose';
import { RawReader } from '../faults/raw-reader.ts';
import { WallClock } from '../support/test-clock.ts';
import { testHub } from '../support/test-hub.ts';
import { AUDIENCE, testIssuer } from '../support/test-issuer.ts';
import { Asker, transports } from '../support/asker.ts';
import { buildWorld } from '../support/world.ts';

/** Tokens that look like an issuer's. Each is a good one of an administrator, changed in one thing. */
const clock = new WallClock();
// Amid a second, since claims may have parts of one.
await clock.moveTo(new Date(Math.floor(Date.now() / 1000) * 1000 + 500));
const issuer = await testIssuer(clock);
const hub = await testHub({ environment: issuer.environment(), clock });
const { accounts } = await buildWorld(hub);

type Json = Record<string, unknown>;
const encode = (value: Json): string => Buffer.from(JSON.stringify(value)).toString('base64url');
const now = Math.floor(clock.now().getTime() / 1000);
const claims = { sub: 'admin', groups: ['hub-admins'] };
const good = await issuer.tokenOf('admin', claims);
const [head, body, signature] = good.split('.') as [string, string, string];
const header = JSON.parse(Buffer.from(head, 'base64url').toString()) as Json;
const publicKey = (await ((await fetch(`${issuer.url}/jwks`)).json() as Promise<{ keys: JWK[] }>)).keys[0]!;
const pem = generateKeyPairSync('rsa', { modulusLength: 2048 });
const stranger: JWK = { ...(await exportJWK(pem.privateKey)), alg: 'RS256', kid: issuer.signingKey.kid };
const strangersPublic = await exportJWK(pem.publicKey);

const signed = (more: Json, headerToo: Json = {}) => issuer.sign({ ...claims, ...more }, headerToo);
function hmac(headerOf: Json, secret: string): string {
  const text = `${encode(headerOf)}.${body}`;
  return `${text}.${createHmac('sha256', secret).update(text).digest('base64url')}`;
}
const spki = createPublicKey({ key: publicKey, format: 'jwk' });

const forgeries: [name: string, token: string][] = [
  ['alg none', `${encode({ ...header, alg: 'none' })}.${body}.`],
  ['alg none, with the old signature', `${encode({ ...header, alg: 'none' })}.${body}.${signature}`],
  ['no signature', `${head}.${body}.`],
  ['other claims under the old signature', `${head}.${encode({ ...claims, iss: issuer.url })}.${signature}`],
  [
    'HS256 by the public key as PEM',
    hmac({ ...header, alg: 'HS256' }, spki.export({ type: 'spki', format: 'pem' }) as string),
  ],
  ['HS256 by the public key as JWK', hmac({ ...header, alg: 'HS256' }, JSON.stringify(publicKey))],
  ['HS256 by an empty secret', hmac({ ...header, alg: 'HS256' }, '')],
  ['a stranger’s key by the same name', await issuer.sign(claims, {}, stranger)],
  ['a stranger’s key in the header (jwk)', await issuer.sign(claims, { jwk: strangersPublic }, stranger)],
  ['a stranger’s keys (jku)', await issuer.sign(claims, { jku: 'http://127.0.0.1:1/' }, stranger)],
  ['an unknown kid', await signed({}, { kid: 'unknown' })],
  ['a kid with a path', await signed({}, { kid: '../../jwks' })],
  ['the issuer with a slash', await signed({ iss: `${issuer.url}/` })],
  ['the issuer in a list', await signed({ iss: [issuer.url] })],
  ['another issuer', await signed({ iss: 'https://elsewhere.test' })],
  ['the hub as its issuer', await signed({ iss: 'sinergi', aud: 'sinergi-api' })],
  ['another audience', await signed({ aud: 'https://elsewhere.test' })],
  ['no audience', await signed({ aud: undefined })],
  ['an audience that only begins so', await signed({ aud: `${AUDIENCE}.elsewhere.test` })],
  ['no subject', await signed({ sub: undefined })],
  ['an empty subject', await signed({ sub: '' })],
  ['a subject that is a number', await signed({ sub: 7 })],
  ['a subject of 256 characters', await signed({ sub: 'x'.repeat(256) })],
  ['a subject with a NUL', await signed({ sub: 'a\u0000b' })],
  ['no end', await signed({ exp: undefined })],
  ['an end that is text', await signed({ exp: '9999999999' })],
  ['an end beyond the skew', await signed({ iat: now - 60, exp: now - 31 })],
  ['an end beyond the skew by a moment', await signed({ iat: now - 60, exp: now - 30 + 0.4 })],
  ['no beginning', await signed({ iat: undefined })],
  ['a beginning beyond the skew', await signed({ iat: now + 3600, exp: now + 7200 })],
  ['a beginning 31 days ago', await signed({ iat: now - 31 * 86_400, exp: now + 60 })],
  ['valid from beyond the skew (nbf)', await signed({ nbf: now + 3600 })],
  ['typ of a logout token', await signed({}, { typ: 'logout+jwt' })],
  ['events of a logout token', await signed({ events: {} })],
  ['the nonce of an ID token', await signed({ nonce: 'x' })],
  ['the at_hash of an ID token', await signed({ at_hash: 'x' })],
  ['a key that its holder must prove (cnf)', await signed({ cnf: { jkt: 'x' } })],
  ['encryption (JWE) instead of a signature', `${encode({ alg: 'dir', enc: 'A256GCM' })}..AAAA.AAAA.AAAA`],
];

test('the token that they are made of is good', async () => {
  const { data } = await new Asker(hub.url, good).ask('http', '{ viewer { roles } }');
  expect(data).toEqual({ viewer: { roles: ['ADMIN'] } });
  for (const skewed of [
    { exp: now - 20, iat: now - 60 },
    { nbf: now + 20 },
    { iat: now + 20 },
    { aud: ['x', AUDIENCE] },
  ]) {
    const answer = await new Asker(hub.url, await signed(skewed)).ask('http', '{ viewer { roles } }');
    expect(answer.data).toEqual({ viewer: { roles: ['ADMIN'] } });
  }
  for (const typ of ['JWT', 'application/at+jwt', 'at+JWT', undefined]) {
    const answer = await new Asker(hub.url, await signed({}, { typ })).ask('http', '{ viewer { roles } }');
    expect(answer.data).toEqual({ viewer: { roles: ['ADMIN'] } });
  }
});

test('a good token by an algorithm that is not pinned is nobody’s', async () => {
  const environment = issuer.environment({ OIDC_ALGORITHMS: 'PS256 ES256' });
  const strict = await testHub({ database: hub.database, clock, environment });
  const { errors } = await new Asker(strict.url, good).ask('http', '{ viewer { roles } }');
  expect(errors).toMatchObject([{ extensions: { code: 'UNAUTHENTICATED' } }]);
  expect(strict.complaints).toEqual([]);
});

test.each(forgeries)('an issuer’s token with %s is nobody’s, on every transport', async (_, token) => {
  for (const transport of transports) {
    const { data, errors } = await new Asker(hub.url, token).ask(transport, '{ viewer { roles } }');
    expect([data?.['viewer'] ?? null, errors]).toMatchObject([
      null,
      [{ extensions: { code: 'UNAUTHENTICATED' } }],
    ]);
  }
});

test('a good token that no header would hold is not read from connectionParams either', async () => {
  for (const [length, said] of [
    [10_000, /"data":\{"clusters":\[\{/],
    [17_000, /UNAUTHENTICATED/],
  ] as const) {
    const reader = await RawReader.open(hub.url, await signed({ more: 'x'.repeat(length) }));
    // Who may not read is not answered: the socket is closed, with the reason.
    const answer = await reader
      .answerTo(reader.subscribe('{ clusters { code } }'))
      .then(JSON.stringify, (closed: Error) => closed.message);
    expect(answer).toMatch(said);
    reader.socket.terminate();
  }
});

test('an ID token of the same person is nobody’s, nor is a token for another resource, nor one that names an account', async () => {
  await clock.goOn();
  const { idToken, accessToken } = await issuer.signIn('admin', { groups: ['hub-admins'] });
  expect((await new Asker(hub.url, accessToken).ask('http', '{ viewer { roles } }')).data).toEqual({
    viewer: { roles: ['ADMIN'] },
  });
  const elsewhere = await issuer.machineToken({ groups: ['hub-admins'] }, 'https://elsewhere.test');
  for (const token of [idToken, elsewhere]) {
    const { errors } = await new Asker(hub.url, token).ask('http', '{ viewer { roles } }');
    expect(errors).toMatchObject([{ extensions: { code: 'UNAUTHENTICATED' } }]);
  }
  const named = await signed({
    sub: accounts.admin,
    jti: 'token_01jd3m5a8zf6wvqk2x7r9c4b1e',
    groups: ['auditors'],
  });
  const { data } = await new Asker(hub.url, named).ask('http', '{ viewer { id roles } }');
  expect(data).toMatchObject({
    viewer: { roles: ['AUDITOR'], id: expect.not.stringContaining(accounts.admin) },
  });
});

test('none of this was a fault to the hub', () => {
  expect(hub.complaints).toEqual([]);
});
