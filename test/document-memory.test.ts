// What is kept of documents that were read once.
import { expect, test } from '@jest/globals';
import { BoundedCache } from '../src/platform/bounded-cache.ts';
import { Documents } from '../src/platform/graphql/documents.ts';
import { createSchema } from '../src/schema.ts';

const MAX_BYTES = 33_554_432;
const schema = await createSchema();
const usual = '{ clusters { code } }';

test('a cache keeps what fits, and lets go of the longest without use', () => {
  const cache = new BoundedCache<number>(100);
  cache.add('a', 1, 40);
  cache.add('b', 2, 40);
  expect(cache.get('a')).toBe(1);
  cache.add('c', 3, 40);
  expect(['a', 'b', 'c'].map((text) => cache.get(text))).toEqual([1, undefined, 3]);
  expect(cache.bytes).toBe(80);
  cache.add('d', 4, 101);
  expect(['a', 'c', 'd'].map((text) => cache.get(text))).toEqual([undefined, undefined, undefined]);
  expect(cache.bytes).toBe(0);
});

test('the same text is read once', () => {
  const documents = new Documents(schema);
  const read = documents.read(usual);
  for (let index = 0; index < 200; index += 1) documents.read(`{ clusters { a${index}: code } }`);
  expect(documents.read(usual)).toBe(read);
});

test.each([
  [
    'fields that are asked for again and again',
    (index: number) => `{ a${index}: clusters { ${'code '.repeat(990)} } }`,
  ],
  ['braces', (index: number) => `{ a${index} ${'b{'.repeat(600)}c${'}'.repeat(600)} }`],
  ['operations', (index: number) => `${'{b}'.repeat(600)} query a${index} { b }`],
  ['fields that there are not', (index: number) => `{ a${index}: ${'x '.repeat(900)} }`],
])('documents of %s take a bounded part of the memory, however many come', (_, textOf) => {
  const documents = new Documents(schema);
  const read = documents.read(usual);
  for (let index = 0; index < 300; index += 1) {
    documents.read(textOf(index));
    expect(documents.bytes).toBeLessThanOrEqual(MAX_BYTES);
  }
  expect(documents.bytes).toBeGreaterThan(MAX_BYTES / 2);
  expect(documents.read(usual)).not.toBe(read);
});
