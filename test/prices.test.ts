// What operations are counted before they run: prices of statements, by what a document selects.
import { expect, test } from '@jest/globals';
import { parse } from 'graphql';
import { ClaimNeedDocument } from '../client/operations.ts';
import { answerFields } from '../src/platform/graphql/answer-size.ts';
import { createSchema } from '../src/schema.ts';

const schema = await createSchema();
const fieldsOf = (source: string) => Number(answerFields({ schema, document: parse(source) }));

const sixty = (field: string) =>
  `{ ${Array.from({ length: 60 }, (_, index) => `f${index}: ${field}`).join(' ')} }`;

test.each([
  'feed(first: 1, filter: { sectors: ["x"] }) { nodes { kind } }',
  'policy(areaCode: "36") { id }',
  'needs(first: 1) { totalCount }',
  'pledges(areaCode: "36", first: 1) { totalCount }',
  'village(code: "36.02.11.2005") { id }',
  'node(id: "need_1") { id }',
])('a field of Query that reads counts as a statement: %s', (field) => {
  expect(fieldsOf(`{ ${field} }`)).toBeGreaterThan(100);
  expect(fieldsOf(sixty(field))).toBe(60 * fieldsOf(`{ ${field} }`));
});

test('what reads nothing counts no statement, and a search counts more than a list', () => {
  expect(fieldsOf('{ __typename }')).toBe(1);
  const list = fieldsOf('{ needs(first: 1) { nodes { id } } }');
  expect(fieldsOf('{ needs(first: 1, search: "well") { nodes { id } } }')).toBe(list + 100);
  expect(fieldsOf('{ needs(first: 1, search: null) { nodes { id } } }')).toBe(list);
});

const claim = (problems: string) => `mutation {
  claimNeed(input: { needId: "need_1", quantity: 1, idempotencyKey: "k" }) { pledge { id } problems { ${problems} } } }`;

test('a claim counts suggestions where it selects them, through fragments too', () => {
  const without = fieldsOf(claim('message'));
  expect(without).toBeLessThan(1000);
  const suggestions = '... on BalanceRuleBroken { suggestions { nodes { id } } }';
  expect(fieldsOf(claim(suggestions))).toBeGreaterThanOrEqual(without + 5000);
  expect(fieldsOf(`${claim('...Why')} fragment Why on Problem { ${suggestions} }`)).toBe(
    fieldsOf(claim(suggestions)),
  );
  const input = { needId: 'need_1', quantity: 1, idempotencyKey: 'k' };
  const typedWith = (variableValues: object) =>
    Number(
      answerFields({ schema, document: ClaimNeedDocument, variableValues: { input, ...variableValues } }),
    );
  expect(typedWith({})).toBeLessThan(2000);
  const typed = typedWith({ suggest: true });
  expect(typed).toBeGreaterThan(5000);
  // Forty at once are within the usual burst.
  expect(40 * typed).toBeLessThan(400_000);
});
