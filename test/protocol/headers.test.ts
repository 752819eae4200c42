// What every answer says of its storage, and how long connections are kept.
import { expect, test } from '@jest/globals';
import WebSocket from 'ws';
import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import { SignInDocument } from '../../client/operations.ts';
import { print } from 'graphql';
import { testHub } from '../support/test-hub.ts';
import { buildWorld } from '../support/world.ts';

const hub = await testHub({ environment: { KEEP_ALIVE_SECONDS: '620' } });
const { accounts } = await buildWorld(hub);
const authorization = `Bearer ${await hub.tokenOf(accounts.auditor)}`;
const json = { 'content-type': 'application/json' };
const post = (body: object, headers: object = {}, path = '/graphql') =>
  fetch(`${hub.url}${path}`, {
    method: 'POST',
    headers: { ...json, authorization, ...headers },
    body: JSON.stringify(body),
  });
const get = (target: string, headers: object = { authorization }) =>
  fetch(`${hub.url}${target}`, { headers: { ...headers } });
const query = '{ viewer { email } }';
const search = `?query=${encodeURIComponent(query)}`;
const signIn = { query: print(SignInDocument), variables: { input: { email: 'a@b.test', password: 'x' } } };

const unstored: [what: string, answer: () => Promise<Response>][] = [
  ['a planned read', () => post({ query: '{ clusters { code } }' })],
  ['an ordinary read', () => post({ query })],
  ['a read by GET', () => get(`/graphql${search}`)],
  ['a sign-in', () => post(signIn)],
  ['an error of validation', () => post({ query: '{ nothing }' })],
  ['a refusal without a token', () => post({ query }, { authorization: '' })],
  ['a body that is no JSON', () => post({}, { 'content-type': 'text/plain' })],
  ['a batch', () => post([{ query }])],
  ['a GET that a page could have sent', () => get(`/graphql${search}`, {})],
  ['another method', () => fetch(`${hub.url}/graphql`, { method: 'PUT', headers: json, body: '{}' })],
  ['a stream', () => post({ query }, {}, '/graphql/stream')],
  ['a stream by GET', () => get(`/graphql/stream${search}`)],
  ['a stream that is refused', () => post({}, {}, '/graphql/stream')],
  ['the health pages', () => get('/health/ready')],
  ['the list of demo accounts', () => get('/workbench.json')],
  ['what is not there', () => get('/nowhere')],
];

test.each(unstored)('nobody may store %s', async (_, answer) => {
  const response = await answer();
  expect(response.headers.get('cache-control')).toMatch(/^no-store(, no-transform)?$/);
  await response.body?.cancel();
});

test('an upgrade that is refused may not be stored either', async () => {
  const socket = new WebSocket(`${hub.url.replace('http', 'ws')}/nowhere`);
  const [, response] = (await once(socket, 'unexpected-response')) as [unknown, IncomingMessage];
  expect(response.headers['cache-control']).toBe('no-store');
  response.destroy();
});

test('the page is asked for anew, and its assets are kept', async () => {
  const page = await get('/');
  expect(page.headers.get('cache-control')).toBe('no-cache');
  const asset = /(?:src|href)="([^"]+\.js)"/.exec(await page.text())![1]!;
  expect((await get(new URL(asset, `${hub.url}/`).pathname)).headers.get('cache-control')).toMatch(
    /max-age=31536000, immutable/,
  );
});

test('connections are kept as long as KEEP_ALIVE_SECONDS says', async () => {
  expect((await get('/health/live')).headers.get('keep-alive')).toBe('timeout=620');
});
