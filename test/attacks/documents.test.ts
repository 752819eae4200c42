import { createHash } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { expect, test } from '@jest/globals';
import { AttackedHub, type Answered } from './attacked-hub.ts';

/** Documents and bodies that are large, twisted, or no GraphQL at all. */
/** Made before the hub starts: packing them takes its while. */
const bombs = [20, 50].map((megabytes) => gzipSync(Buffer.alloc(megabytes * 1_000_000, 32)));
const target = await AttackedHub.start();
const { need } = target;

const repeated = (text: string, times: number) => text.repeat(times);
const fragments = Array.from({ length: 7000 }, () => '... on Query { clusters { code } }').join(' ');
const aliases = (count: number) =>
  Array.from({ length: count }, (_, index) => `a${index}: needs(first: 100) { nodes { id title } }`).join(
    ' ',
  );
const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');
const persisted = (query: string | undefined, sha256Hash: string) =>
  JSON.stringify({ query, extensions: { persistedQuery: { version: 1, sha256Hash } } });
const claimIt = (key: string) =>
  `mutation { claimNeed(input: { needId: "${need.id}", quantity: 1, idempotencyKey: "${key}" }) { pledge { id } } }`;

/** The attack, the status it is answered with, and a word of the answer. */
const documents: [name: string, source: string, status: number, word: RegExp][] = [
  ['20 KB of one repeated field', `{ ${repeated('clusters { code } ', 1150)} }`, 400, /OPERATION_TOO_LARGE/],
  ['240 KB of inline fragments', `{ ${fragments} }`, 400, /OPERATION_TOO_LARGE.*tokens/],
  ['a fragment that holds itself', '{ ...A } fragment A on Query { ...A }', 400, /itself/],
  [
    'two fragments that hold each other',
    '{ ...A } fragment A on Query { ...B } fragment B on Query { ...A }',
    400,
    /itself/,
  ],
  ['1,000 aliases of a full page', `{ ${aliases(1000)} }`, 400, /OPERATION_TOO_LARGE.*tokens/],
  ['61 aliases', `{ ${aliases(61)} }`, 400, /OPERATION_TOO_LARGE.*aliases/],
  [
    '31 directives',
    `{ clusters { code ${repeated('@skip(if: false) ', 31)} } }`,
    400,
    /OPERATION_TOO_LARGE.*directives/,
  ],
  [
    '5,000 comments',
    `${repeated('# nothing\n', 5000)}{ clusters { code } }`,
    400,
    /OPERATION_TOO_LARGE.*comments/,
  ],
  [
    'full pages within full pages',
    '{ villages(first: 100) { nodes { needs(first: 100) { nodes { pledges(first: 100) { nodes { id } } } } } } }',
    400,
    /ANSWER_TOO_LARGE/,
  ],
  ['first: 101', '{ needs(first: 101) { nodes { id } } }', 200, /BAD_USER_INPUT/],
  ['first: -1', '{ needs(first: -1) { nodes { id } } }', 200, /BAD_USER_INPUT/],
  ['first: 2^31', '{ needs(first: 2147483648) { nodes { id } } }', 400, /non 32-bit/],
  ['an empty document', '', 400, /query/],
  [
    'an operation without end',
    `{ ${repeated('villages { nodes { needs { nodes { village ', 900)}`,
    400,
    /token|Syntax/,
  ],
];

test.each(documents)('%s', async (_, source, status, word) => {
  const answer = await target.survives(() => target.ask(source));
  expect(answer).toEqual({ status, text: expect.stringMatching(word) });
});

/** Requests that no client makes. */
const requests: [name: string, init: RequestInit, path: string, status: number, word: RegExp][] = [
  [
    'a body of 1.1 MB',
    { body: JSON.stringify({ query: '{ clusters { code } }', pad: repeated('x', 1_100_000) }) },
    '',
    413,
    /./,
  ],
  ['a gzip bomb of 50 MB', { body: bombs[1], headers: { 'content-encoding': 'gzip' } }, '', 415, /./],
  ['a gzip bomb of 20 MB', { body: bombs[0], headers: { 'content-encoding': 'gzip' } }, '', 415, /./],
  [
    'an array of operations',
    { body: JSON.stringify([{ query: claimIt('a') }, { query: claimIt('b') }]) },
    '',
    400,
    /batch/i,
  ],
  [
    'a mutation by GET',
    { method: 'GET', headers: { 'apollo-require-preflight': 'true' } },
    `?query=${encodeURIComponent(claimIt('get'))}`,
    405,
    /GET/,
  ],
  [
    'a query by GET as text/plain',
    { method: 'GET', headers: { 'content-type': 'text/plain' } },
    '?query={clusters{code}}',
    415,
    /content-type/,
  ],
  [
    'a mutation as text/plain',
    { body: JSON.stringify({ query: claimIt('text') }), headers: { 'content-type': 'text/plain' } },
    '',
    415,
    /application\/json/,
  ],
  [
    'a mutation as a form',
    {
      body: `query=${encodeURIComponent(claimIt('form'))}`,
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
    },
    '',
    415,
    /./,
  ],
  [
    'a mutation as multipart',
    { body: '--x--', headers: { 'content-type': 'multipart/form-data; boundary=x' } },
    '',
    415,
    /./,
  ],
  ['JSON that is none', { body: '{"query": ' }, '', 400, /./],
  [
    '__proto__ in the body',
    { body: '{"query":"{ clusters { code } }","__proto__":{"polluted":1}}' },
    '',
    400,
    /./,
  ],
  [
    '__proto__ in the variables',
    {
      body: '{"query":"query($a: Int){ needs(first: $a) { totalCount } }","variables":{"__proto__":{"polluted":1},"a":1}}',
    },
    '',
    400,
    /./,
  ],
  [
    'constructor.prototype in the variables',
    { body: '{"query":"{ clusters { code } }","variables":{"constructor":{"prototype":{"polluted":1}}}}' },
    '',
    400,
    /./,
  ],
  [
    'a persisted query whose id is that of another text',
    { body: persisted('{ clusters { code } }', '0'.repeat(64)) },
    '',
    400,
    /PERSISTED_QUERY_MISMATCH/,
  ],
  [
    'a persisted query that nobody knows, with a text to be stored',
    { body: persisted('{ clusters { code } }', sha256('{ clusters { code } }')) },
    '',
    200,
    /"code":"/,
  ],
  ['PUT', { method: 'PUT', body: '{}' }, '', 404, /./],
];

test.each(requests)('%s', async (_, init, path, status, word) => {
  const before = await target.hub.contents();
  const answer: Answered = await target.survives(() => target.send(init, path));
  expect(answer).toEqual({ status, text: expect.stringMatching(word) });
  expect(answer.text).not.toMatch(/node_modules|at .*\.js:\d/);
  expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
  expect(await target.hub.contents()).toEqual(before);
});

test('a cost that comes by variables is counted with their values, also where the document was cheap before', async () => {
  const fields = 'id status quantity value delivered verified version createdAt updatedAt dueOn expiresAt';
  const query = `query ($n: Int!) { needs(first: $n) { nodes { pledges(first: $n) { nodes { ${fields} } } } } }`;
  expect(await target.ask(query, { n: 1 })).toMatchObject({ status: 200 });
  const answer = await target.survives(() => target.ask(query, { n: 100 }));
  expect(answer).toEqual({ status: 400, text: expect.stringContaining('ANSWER_TOO_LARGE') });
  expect(await target.ask(query, { n: 2 })).toMatchObject({ status: 200 });
});

test('a flood of ids that nobody knows stores nothing, and what was sent with a text is not known by its id', async () => {
  const text = '{ clusters { code } }';
  expect(await target.send({ body: persisted(text, sha256(text)) })).toMatchObject({ status: 200 });
  const ids = Array.from({ length: 200 }, (_, index) => sha256(String(index)));
  for (const id of [...ids, sha256(text)]) {
    expect(await target.send({ body: persisted(undefined, id) })).toEqual({
      status: 400,
      text: expect.stringContaining('PERSISTED_QUERY_NOT_SUPPORTED'),
    });
  }
});

test('900 long texts to search for are not remembered', async () => {
  const query = 'query ($search: String) { needs(search: $search) { nodes { id } } }';
  const long = repeated('x', 250_000);
  await target.survives(async () => {
    for (let index = 0; index < 900; index += 1) {
      const answer = await target.ask(query, { search: `${index} ${long}` });
      expect(answer).toMatchObject({ status: 200, text: expect.stringContaining('"nodes":[') });
    }
  });
});
