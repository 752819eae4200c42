import { createHmac, generateKeyPairSync, sign as signWith } from 'node:crypto';
import { expect, test } from '@jest/globals';
import { RawReader } from '../faults/raw-reader.ts';
import { TOKEN_SECRET } from '../support/session-token.ts';
import { AttackedHub } from './attacked-hub.ts';

/** Tokens that look right. Each is a good one of an administrator, changed in one thing. */
const target = await AttackedHub.start();
const { hub, world } = target;

type Json = Record<string, unknown>;
const encode = (value: Json): string => Buffer.from(JSON.stringify(value)).toString('base64url');
const decode = (part: string): Json => JSON.parse(Buffer.from(part, 'base64url').toString()) as Json;

const good = await hub.tokenOf(world.accounts.admin);
const [head, body, signature] = good.split('.') as [string, string, string];
const header = decode(head);
const claims = decode(body);
const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
const pem = publicKey.export({ type: 'spki', format: 'pem' });
const nowSeconds = Math.floor(hub.clock.now().getTime() / 1000);

function hmac(headerOf: Json, claimsOf: Json, secret: string | Buffer, hash = 'sha256'): string {
  const signed = `${encode(headerOf)}.${encode(claimsOf)}`;
  return `${signed}.${createHmac(hash, secret).update(signed).digest('base64url')}`;
}
const withClaims = (more: Json): string => hmac(header, { ...claims, ...more }, TOKEN_SECRET);
const without = (claim: string): string => withClaims({ [claim]: undefined });
function rsa(headerOf: Json): string {
  const signed = `${encode(headerOf)}.${body}`;
  return `${signed}.${signWith('sha256', Buffer.from(signed), privateKey).toString('base64url')}`;
}

const forgeries: [name: string, token: string][] = [
  ['without a signature', `${head}.${body}.`],
  ['alg none', `${encode({ ...header, alg: 'none' })}.${body}.`],
  ['alg None, with the old signature', `${encode({ ...header, alg: 'None' })}.${body}.${signature}`],
  ['HS384 by the right secret', hmac({ ...header, alg: 'HS384' }, claims, TOKEN_SECRET, 'sha384')],
  ['HS512 by the right secret', hmac({ ...header, alg: 'HS512' }, claims, TOKEN_SECRET, 'sha512')],
  ['RS256 by a key of one’s own', rsa({ ...header, alg: 'RS256' })],
  [
    'RS256 with that key in the header (jwk)',
    rsa({ ...header, alg: 'RS256', jwk: publicKey.export({ format: 'jwk' }) }),
  ],
  ['HS256 by a public key as the secret', hmac(header, claims, pem)],
  ['by another secret', hmac(header, claims, 'x'.repeat(48))],
  ['by an empty secret', hmac(header, claims, '')],
  ['jku to a stranger’s keys', rsa({ ...header, alg: 'RS256', jku: 'http://127.0.0.1:1/jwks.json' })],
  ['x5u to a stranger’s certificate', rsa({ ...header, alg: 'RS256', x5u: 'http://127.0.0.1:1/cert.pem' })],
  ['kid with a path, by an empty secret', hmac({ ...header, kid: '../../../dev/null' }, claims, '')],
  ['kid with SQL, by another secret', hmac({ ...header, kid: "' union select 'x" }, claims, 'x')],
  ['a critical extension that nobody knows', hmac({ ...header, crit: ['x'], x: 1 }, claims, TOKEN_SECRET)],
  ['another issuer', withClaims({ iss: 'https://elsewhere.test' })],
  ['no issuer', without('iss')],
  ['another audience', withClaims({ aud: 'another-api' })],
  ['no audience', without('aud')],
  ['no subject', without('sub')],
  ['no end', without('exp')],
  ['an end that is text', withClaims({ exp: '9999999999' })],
  ['the end is now', withClaims({ exp: nowSeconds })],
  ['the end was a second ago', withClaims({ exp: nowSeconds - 1 })],
  ['valid from tomorrow (nbf)', withClaims({ nbf: nowSeconds + 86_400 })],
  ['valid from in a second: no skew is given', withClaims({ nbf: nowSeconds + 1 })],
  ['an account that does not exist', withClaims({ sub: 'account_01jd3m5a8zf6wvqk2x7r9c4b1e' })],
  ['an account that is SQL', withClaims({ sub: "' or 1=1 --" })],
  ['an account with a NUL', withClaims({ sub: 'a\u0000b' })],
  ['a session of somebody else', withClaims({ sub: world.accounts.coordinator })],
  ['a list as jti', withClaims({ jti: [claims['jti']] })],
  ['an object as jti', withClaims({ jti: { id: claims['jti'] } })],
  ['a list as sub', withClaims({ sub: [claims['sub']] })],
  ['a number as sub', withClaims({ sub: 7 })],
  ['another session', withClaims({ jti: 'token_01jd3m5a8zf6wvqk2x7r9c4b1e' })],
  ['encrypted (JWE) instead of signed', `${encode({ alg: 'dir', enc: 'A256GCM' })}..AAAA.AAAA.AAAA`],
  ['a token of 10 KB', `${head}.${'A'.repeat(10_000)}.${signature}`],
];

const asAdmin = (authorization: string) =>
  target.send(
    { body: JSON.stringify({ query: '{ viewer { id roles } }' }), headers: { authorization } },
    '',
    null,
  );

test('the token that they are made of is good', async () => {
  expect((await asAdmin(`Bearer ${good}`)).text).toContain('ADMIN');
  expect((await asAdmin(`Bearer ${withClaims({})}`)).text).toContain('ADMIN');
});

test.each(forgeries)('a token with %s is nobody’s, over HTTP and WebSocket', async (_, token) => {
  const answer = await target.survives(() => asAdmin(`Bearer ${token}`));
  expect([answer.status, answer.text]).toEqual([expect.any(Number), expect.not.stringContaining('ADMIN')]);
  expect(answer.text).toContain('UNAUTHENTICATED');
  const reader = await RawReader.open(hub.url, token);
  const id = reader.subscribe('{ needs { totalCount } }');
  const end = await Promise.race([reader.closed, reader.answerTo(id).catch(() => reader.closed)]);
  expect(JSON.stringify(end)).toMatch(/UNAUTHENTICATED|4401|4403/);
  reader.socket.terminate();
});

test.each([
  ['Basic', 'Basic YWRtaW46YWRtaW4='],
  ['two tokens', `Bearer ${good}, Bearer ${good}`],
  ['no scheme', good],
  ['a line break in it', `Bearer ${good}%0d%0aX: 1`],
])('%s in the header is nobody', async (_, authorization) => {
  expect((await target.survives(() => asAdmin(authorization))).text).toContain('UNAUTHENTICATED');
});
