// Answers to reads are compressed for who takes it; others, streams and small ones are not.
import { describe, expect, test } from '@jest/globals';
import { get as httpGet, type IncomingHttpHeaders, request as httpRequest } from 'node:http';
import { buffer } from 'node:stream/consumers';
import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import { encodingFor } from '../../src/platform/compression.ts';
import { introspection } from '../support/own-documents.ts';
import { testHub } from '../support/test-hub.ts';
import { buildWorld } from '../support/world.ts';

const hub = await testHub();
const { accounts } = await buildWorld(hub);
const authorization = `Bearer ${await hub.tokenOf(accounts.auditor)}`;

interface Raw {
  headers: IncomingHttpHeaders;
  bytes: Buffer;
}

/** As it comes over the wire; `fetch` would unpack it unseen. */
function post(path: string, body: object, acceptEncoding?: string): Promise<Raw> {
  const headers = {
    authorization,
    'content-type': 'application/json',
    ...(acceptEncoding !== undefined && { 'accept-encoding': acceptEncoding }),
  };
  return new Promise((resolve, reject) => {
    const request = httpRequest(`${hub.url}${path}`, { method: 'POST', headers }, (response) => {
      buffer(response).then((bytes) => resolve({ headers: response.headers, bytes }), reject);
    });
    request.on('error', reject);
    request.end(JSON.stringify(body));
  });
}

function get(target: string, headers: Record<string, string>): Promise<Raw> {
  return new Promise((resolve, reject) => {
    httpGet(`${hub.url}${target}`, { headers }, (response) => {
      buffer(response).then((bytes) => resolve({ headers: response.headers, bytes }), reject);
    }).on('error', reject);
  });
}

const many = Array.from({ length: 28 }, (_, index) => `a${index}: code`).join(' ');
const reads: [what: string, body: { query: string }][] = [
  ['a planned read', { query: `{ sectors { name ${many} } clusters { name ${many} } }` }],
  ['an ordinary read', { query: introspection }],
];

describe.each(reads)('%s', (_, body) => {
  test('is sent in Brotli or gzip, and says the same', async () => {
    const plain = await post('/graphql', body);
    expect(plain.headers['content-encoding']).toBeUndefined();
    expect(plain.headers.vary).toBe('accept-encoding');
    const brotli = await post('/graphql', body, 'gzip, deflate, br');
    expect(brotli.headers).toMatchObject({ 'content-encoding': 'br', vary: 'accept-encoding' });
    expect(brotli.headers['content-length']).toBe(String(brotli.bytes.length));
    expect(brotliDecompressSync(brotli.bytes)).toEqual(plain.bytes);
    const gzip = await post('/graphql', body, 'gzip');
    expect(gzip.headers['content-encoding']).toBe('gzip');
    expect(gunzipSync(gzip.bytes)).toEqual(plain.bytes);
    for (const { bytes } of [brotli, gzip]) expect(bytes.length).toBeLessThan(plain.bytes.length / 2);
    const search = `/graphql?query=${encodeURIComponent(body.query)}`;
    const byGet = await get(search, { authorization, 'accept-encoding': 'br' });
    // The ordinary way writes the same without the spaces of PostgreSQL.
    const parsed = (bytes: Buffer): unknown => JSON.parse(bytes.toString());
    expect(parsed(brotliDecompressSync(byGet.bytes))).toEqual(parsed(plain.bytes));
  });
});

test('an answer that may hold a secret is not compressed', async () => {
  const input = { email: 'a@b.test', password: 'x' };
  const fields = Array.from({ length: 30 }, (_, index) => `a${index}: problems { message }`).join(' ');
  const query = `mutation ($input: SignInInput!) { signIn(input: $input) { token ${fields} } }`;
  const { headers, bytes } = await post('/graphql', { query, variables: { input } }, 'br, gzip');
  expect(bytes.length).toBeGreaterThan(1400);
  expect(headers['content-encoding']).toBeUndefined();
  expect(JSON.parse(bytes.toString())).toHaveProperty('data.signIn');
});

test('small answers, streams and health pages are sent as they are', async () => {
  const small = await post('/graphql', { query: '{ __typename }' }, 'br, gzip');
  const stream = await post('/graphql/stream', reads[1]![1], 'br, gzip');
  const health = await get('/health/ready', { 'accept-encoding': 'br, gzip' });
  for (const { headers } of [small, stream, health]) expect(headers['content-encoding']).toBeUndefined();
  expect(small.headers.vary).toBe('accept-encoding');
});

test('a compressed request is still refused', async () => {
  const response = await fetch(`${hub.url}/graphql`, {
    method: 'POST',
    headers: { authorization, 'content-type': 'application/json', 'content-encoding': 'gzip' },
    body: '{}',
  });
  expect(response.status).toBe(415);
});

test.each([
  [undefined, null],
  ['', null],
  ['identity', null],
  ['deflate', null],
  ['gzip', 'gzip'],
  ['gzip, deflate, br', 'br'],
  ['gzip, br;q=0.5', 'gzip'],
  ['br;q=0.5, gzip;q=0.4', 'br'],
  ['br;q=0, gzip;q=0', null],
  ['*', 'br'],
  ['*;q=0', null],
  ['gzip;q=0, *', 'br'],
  ['BR', 'br'],
  [';;;,,q=', null],
])('of “%s” %s is chosen', (accept, encoding) => {
  expect(encodingFor(accept)).toBe(encoding);
});

test('and the hub had nothing to complain of', () => expect(hub.complaints).toEqual([]));
