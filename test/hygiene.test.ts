// What is refused before anybody looks at an operation, and what browsers are told.
import { once } from 'node:events';
import { get, type IncomingMessage } from 'node:http';
import { text } from 'node:stream/consumers';
import { gzipSync } from 'node:zlib';
import { describe, expect, test } from '@jest/globals';
import WebSocket from 'ws';
import { createApp } from '../src/platform/http.ts';
import { createLogger } from '../src/platform/logger.ts';
import { Asker } from './support/asker.ts';
import { testHub } from './support/test-hub.ts';
import { buildWorld } from './support/world.ts';

const hub = await testHub({
  publicRead: true,
  environment: { ALLOWED_ORIGINS: 'https://app.example, https://other.example' },
});
const { accounts } = await buildWorld(hub);
const token = await hub.tokenOf(accounts.auditor);
const asker = new Asker(hub.url, token);
const nobody = new Asker(hub.url, null);

const query = '{ clusters { code } }';
const asked = JSON.stringify({ query });
const own = new URL(hub.url).origin;

interface Refused {
  errors: { message: string; extensions: Record<string, unknown> }[];
}
const codeIn = async (response: Response) => {
  const { errors } = (await response.json()) as Refused;
  return [response.status, errors[0]!.extensions['code']];
};

test('a request that never ends is not waited for for ever', () => {
  const { server } = createApp(createLogger('silent'));
  expect([server.headersTimeout, server.requestTimeout]).toEqual([20_000, 60_000]);
});

test.each(['/workbench/../../package.json', '/workbench/%00', '/workbench/..%00/x'])(
  'a path that leads out of the page’s folder is the client’s mistake, and no failure in the log: %s',
  async (path) => {
    const { hostname, port } = new URL(hub.url);
    // As it is: fetch would tidy it up.
    const [response] = (await once(get({ hostname, port, path }), 'response')) as [IncomingMessage];
    expect([response.statusCode, JSON.parse(await text(response))]).toMatchObject([
      400,
      { errors: [{ extensions: { code: 'BAD_REQUEST' } }] },
    ]);
    expect(hub.complaints).toEqual([]);
  },
);

describe.each(['/graphql', '/graphql/stream'])('%s refuses', (path) => {
  test.each<[what: string, type: string, body: string]>([
    ['text/plain, which a page may send unasked', 'text/plain', asked],
    ['a form', 'application/x-www-form-urlencoded', `query=${encodeURIComponent(query)}`],
    ['a form of parts', 'multipart/form-data; boundary=x', `--x\r\n\r\n${asked}\r\n--x--`],
    ['what only begins like JSON’s type', 'application/jsonx', asked],
  ])('%s', async (_, type, body) => {
    expect(await codeIn(await asker.post(path, body, { 'content-type': type }))).toEqual([
      415,
      'UNSUPPORTED_MEDIA_TYPE',
    ]);
  });

  test.each(['gzip', 'br', 'deflate'])(
    'a body that is said to be %s, which could be a bomb',
    async (encoding) => {
      const bomb = new Uint8Array(gzipSync(asked + ' '.repeat(50_000_000)));
      expect(bomb.length).toBeLessThan(100_000);
      expect(await codeIn(await asker.post(path, bomb, { 'content-encoding': encoding }))).toEqual([
        415,
        'UNSUPPORTED_MEDIA_TYPE',
      ]);
    },
  );

  test('a GET that a page could send unasked, and answers one that it could not', async () => {
    const address = `${hub.url}${path}?query=${encodeURIComponent('{ __typename }')}`;
    expect(await codeIn(await fetch(address))).toEqual([400, 'CSRF_PREVENTED']);
    expect(await codeIn(await fetch(address, { headers: { 'content-type': 'text/plain' } }))).toEqual([
      400,
      'CSRF_PREVENTED',
    ]);
    const intended = await fetch(address, {
      headers: { 'apollo-require-preflight': '1', authorization: `Bearer ${token}` },
    });
    expect([intended.status, await intended.text()]).toEqual([
      200,
      expect.stringContaining('"__typename":"Query"'),
    ]);
  });

  test.each<[what: string, body: string, status: number, code: string]>([
    ['a batch', `[${asked},${asked}]`, 400, 'BATCH_REFUSED'],
    ['what is no JSON', '{"query":', 400, 'BAD_REQUEST'],
    [
      'a prototype',
      '{"query":"{ __typename }","variables":{"__proto__":{"admin":true}}}',
      400,
      'BAD_REQUEST',
    ],
    ['a body past the limit', JSON.stringify({ query, pad: 'x'.repeat(262_144) }), 413, 'BODY_TOO_LARGE'],
  ])('%s', async (_, body, status, code) => {
    expect(await codeIn(await asker.post(path, body))).toEqual([status, code]);
  });

  test('what a foreign page asks, not what an allowed one, its own, or no browser asks', async () => {
    const statusFrom = async (origin: string) => (await asker.post(path, asked, { origin })).status;
    expect(await codeIn(await asker.post(path, asked, { origin: 'https://evil.example' }))).toEqual([
      403,
      'FORBIDDEN_ORIGIN',
    ]);
    for (const foreign of ['null', 'https://app.example.evil.example', `${own}0`, 'http://app.example']) {
      expect([foreign, await statusFrom(foreign)]).toEqual([foreign, 403]);
    }
    for (const known of ['https://app.example', 'https://other.example', own]) {
      expect([known, await statusFrom(known)]).toEqual([known, 200]);
    }
  });
});

test('a refusal speaks the language of whoever asked, and names its limit', async () => {
  const body = JSON.stringify({ query, pad: 'x'.repeat(262_144) });
  const { errors } = (await (
    await asker.post('/graphql', body, { 'accept-language': 'id' })
  ).json()) as Refused;
  expect(errors).toEqual([
    {
      message: 'Isi permintaan lebih besar dari 262.144 bita; kirim lebih sedikit sekaligus.',
      extensions: { code: 'BODY_TOO_LARGE', limit: 'bodyBytes', counted: body.length, max: 262_144 },
    },
  ]);
});

test('a mutation does not go by GET, on either path', async () => {
  const mutation = 'mutation { signIn(input: { email: "a@b.test", password: "x" }) { token } }';
  const headers = { 'apollo-require-preflight': '1', authorization: `Bearer ${token}` };
  const overHttp = await fetch(`${hub.url}/graphql?query=${encodeURIComponent(mutation)}`, { headers });
  expect(overHttp.status).toBe(405);
  const overStream = await fetch(`${hub.url}/graphql/stream?query=${encodeURIComponent(mutation)}`, {
    headers,
  });
  expect(await overStream.text()).toContain('POST');
});

describe('across origins', () => {
  const preflight = (origin: string) =>
    fetch(`${hub.url}/graphql`, {
      method: 'OPTIONS',
      headers: {
        origin,
        'access-control-request-method': 'POST',
        'access-control-request-headers': 'content-type,authorization',
      },
    });

  test('a browser may let allowed pages ask, and no others', async () => {
    const allowed = await preflight('https://app.example');
    expect(allowed.headers.get('access-control-allow-origin')).toBe('https://app.example');
    expect(allowed.headers.get('access-control-allow-headers')).toContain('authorization');
    expect(allowed.headers.get('access-control-allow-credentials')).toBeNull();
    expect((await preflight('https://evil.example')).headers.get('access-control-allow-origin')).toBeNull();
    const answer = await asker.post('/graphql/stream', asked, { origin: 'https://app.example' });
    expect(answer.headers.get('access-control-allow-origin')).toBe('https://app.example');
  });

  test.each<[origin: string | undefined, opens: boolean]>([
    ['https://evil.example', false],
    ['null', false],
    ['https://app.example', true],
    [own, true],
    [undefined, true],
  ])('a WebSocket from %s opens: %s', async (origin, opens) => {
    const socket = new WebSocket(`${hub.url.replace('http', 'ws')}/graphql`, 'graphql-transport-ws', {
      origin,
    });
    const outcome = await new Promise((resolve) => {
      socket.once('open', () => resolve(true));
      socket.once('error', ({ message }) => resolve(message));
    });
    expect(outcome).toBe(opens ? true : 'Unexpected server response: 403');
    socket.terminate();
  });
});

test.each(['/', '/health/live', '/graphql', '/nowhere'])('what browsers are told with %s', async (path) => {
  const { headers } = await fetch(`${hub.url}${path}`);
  const policy = headers.get('content-security-policy') ?? '';
  expect(policy).toContain("default-src 'none'");
  expect(policy).toContain("script-src 'self';");
  expect(policy).toContain("frame-ancestors 'none'");
  expect(policy).not.toContain('upgrade-insecure-requests');
  expect(headers.get('x-content-type-options')).toBe('nosniff');
  expect(headers.get('x-frame-options')).toBe('DENY');
  expect(headers.get('referrer-policy')).toBe('no-referrer');
  expect(headers.get('x-powered-by')).toBeNull();
});

describe('a request has a name of the hub’s own, whatever the client calls it', () => {
  test.each(['a-well.formed_Id-1', 'x'.repeat(101), 'two words', '{"level":50}'])('%s', async (given) => {
    const names = new Set<string | null>();
    for (const path of ['/graphql', '/graphql/stream']) {
      const named = (await nobody.post(path, asked, { 'x-request-id': given })).headers.get('x-request-id');
      expect(named).toMatch(/^[0-9a-f-]{36}$/);
      names.add(named);
    }
    expect(names.size).toBe(2);
  });
});

test('the hub had nothing to complain of', () => expect(hub.complaints).toEqual([]));
