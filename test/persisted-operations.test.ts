// Operations that are known before anybody asks, and a hub that takes no others.
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from '@jest/globals';
import { print } from 'graphql';
import { ClustersDocument } from '../client/operations.ts';
import { readManifests } from '../src/platform/graphql/operation-manifest.ts';
import { operationId } from '../src/platform/graphql/persisted-operations.ts';
import { Asker, transports } from './support/asker.ts';
import { take } from './support/listener.ts';
import { clientDocuments } from './support/own-documents.ts';
import { testHub } from './support/test-hub.ts';
import { buildWorld } from './support/world.ts';

const folder = await mkdtemp(join(tmpdir(), 'sinergi-manifests-'));
afterAll(() => rm(folder, { recursive: true }));
const OWN = 'query Own { sectors { code } }';
await writeFile(join(folder, 'own.json'), JSON.stringify({ [operationId(OWN)]: OWN }));
await writeFile(join(folder, 'read.me'), 'no manifest');

const hub = await testHub();
const strictHub = await testHub({
  database: hub.database,
  clock: hub.clock,
  environment: { PERSISTED_ONLY: 'true', PERSISTED_OPERATIONS: folder },
});
const { accounts } = await buildWorld(hub);
const token = await hub.tokenOf(accounts.auditor);
const free = new Asker(hub.url, token);
const strict = new Asker(strictHub.url, token);

const known = print(ClustersDocument);
const other = '{ clusters { name } }';
const byId = (text: string) => ({
  extensions: { persistedQuery: { version: 1, sha256Hash: operationId(text) } },
});
const codeOf = (answer: Awaited<ReturnType<Asker['ask']>>) =>
  answer.errors?.[0]!.extensions['code'] ?? 'answered';

describe.each(transports)('over %s', (transport) => {
  test.each<[what: string, asked: object, free: string, strict: string]>([
    ['an operation of the typed client, by its text', { query: known }, 'answered', 'answered'],
    ['the same by its id', byId(known), 'answered', 'answered'],
    ['by both', { query: known, ...byId(known) }, 'answered', 'answered'],
    ['any other text', { query: other }, 'answered', 'OPERATION_NOT_PERSISTED'],
    [
      'any other text with its id, which adds nothing',
      { query: other, ...byId(other) },
      'answered',
      'OPERATION_NOT_PERSISTED',
    ],
    ['an id that nobody knows', byId(other), 'PERSISTED_QUERY_NOT_SUPPORTED', 'PERSISTED_QUERY_NOT_FOUND'],
    [
      'a text with the id of another',
      { query: other, ...byId(OWN) },
      'PERSISTED_QUERY_MISMATCH',
      'PERSISTED_QUERY_MISMATCH',
    ],
    [
      'a known text with the id of another',
      { query: known, ...byId(other) },
      'PERSISTED_QUERY_MISMATCH',
      'PERSISTED_QUERY_MISMATCH',
    ],
    ['a known text that differs by a space', { query: `${known} ` }, 'answered', 'OPERATION_NOT_PERSISTED'],
    ['introspection', { query: '{ __schema { types { name } } }' }, 'answered', 'OPERATION_NOT_PERSISTED'],
  ])('%s', async (_, asked, inFree, inStrict) => {
    expect([codeOf(await free.ask(transport, asked)), codeOf(await strict.ask(transport, asked))]).toEqual([
      inFree,
      inStrict,
    ]);
  });

  test('an operation of whoever runs the hub is known by its id', async () => {
    expect(Object.keys((await strict.ask(transport, byId(OWN))).data!)).toEqual(['sectors']);
    expect(codeOf(await free.ask(transport, byId(OWN)))).toBe('PERSISTED_QUERY_NOT_SUPPORTED');
  });
});

test('texts in an address are held to the same', async () => {
  const get = async (search: string) => {
    const headers = { authorization: `Bearer ${token}`, 'apollo-require-preflight': '1' };
    return (await fetch(`${strictHub.url}/graphql?${search}`, { headers })).text();
  };
  expect(await get(`query=${encodeURIComponent(known)}`)).toContain('"clusters":[');
  expect(await get(`query=${encodeURIComponent(other)}`)).toContain('OPERATION_NOT_PERSISTED');
  for (const twice of [
    `query=${encodeURIComponent(known)}&query=${encodeURIComponent(other)}`,
    'query[]=x',
  ]) {
    expect(await get(twice)).not.toContain('"data"');
  }
});

test('the typed client works with a hub that takes nothing else, also its subscriptions', async () => {
  const client = await strictHub.client(accounts.auditor);
  expect((await client.request(ClustersDocument)).clusters.length).toBeGreaterThan(0);
  const texts = await readManifests('schema/persisted-operations.json');
  expect(texts.toSorted()).toEqual(clientDocuments.map((document) => print(document)).toSorted());
  expect(await take(client.subscribe(ClustersDocument), 1)).toHaveLength(1);
});

test.each<[what: string, text: string, said: RegExp]>([
  ['no JSON', '{', /JSON/],
  ['no object', '[]', /is no manifest of operations/],
  ['an id that is another text’s', JSON.stringify({ [operationId(OWN)]: other }), /is not the SHA-256/],
  ['an operation without its text', '{"operations":[{"id":"x"}]}', /the id “x” is not the SHA-256/],
])('a manifest with %s is refused at the start', async (_, text, said) => {
  const path = join(folder, 'wrong.json');
  await writeFile(path, text);
  await expect(readManifests(path)).rejects.toThrow(said);
  await rm(path);
});
