import { expect, test } from '@jest/globals';
import { buildSchema, parse } from 'graphql';
import * as operations from '../client/operations.ts';
import type { SinergiError } from '../client/sinergi-error.ts';
import { ENTRIES } from '../src/kernel/bounds.ts';
import { undeclaredBounds } from '../src/platform/graphql/answer-bounds.ts';
import { answerFields } from '../src/platform/graphql/answer-size.ts';
import { LIMITS } from '../src/platform/limits.ts';
import { createSchema } from '../src/schema.ts';
import { RawReader } from './faults/raw-reader.ts';
import { Asker } from './support/asker.ts';
import { gql } from './support/query.ts';
import { testHub } from './support/test-hub.ts';
import { buildWorld } from './support/world.ts';
import { until } from './support/until.ts';

const hub = await testHub();
const { as, accounts } = await buildWorld(hub);
const schema = await createSchema();

const fieldsOf = (source: string, variableValues: Record<string, unknown> = {}) =>
  answerFields({ schema, document: parse(source), variableValues });

/** Of an area, what is within and around it, so many levels deep: a kilobyte that would be answered by gigabytes. */
function tower(levels: number): string {
  return levels === 0 ? '{ id }' : `{ parent { children ${tower(levels - 1)} } }`;
}

test('pages and lists multiply what they hold, fragments and variables count, and a wrong variable is an error', () => {
  expect(fieldsOf('{ needs(first: 10) { nodes { id title } } }')).toBe(101 + 10 * (1 + 1 + 3));
  expect(fieldsOf('{ needs { totalCount nodes { id } } }')).toBe(101 + 20 * (6 + (1 + 1)));
  expect(fieldsOf('query ($n: Int) { needs(first: $n) { nodes { id } } }', { n: 50 })).toBe(101 + 50 * 2);
  expect(fieldsOf('{ reciprocity(areaCode: "36") { flows(first: 1000) { __typename } } }')).toBe(
    1000 + 1 + (1 + 1000),
  );
  expect(fieldsOf('{ ...All } fragment All on Query { clusters { code colour } }')).toBe(
    101 + ENTRIES.clusters * 2,
  );
  expect(fieldsOf('query ($n: Int) { needs(first: $n) { nodes { id } } }', { n: 'x' })).toMatchObject([
    { message: expect.stringContaining('$n') },
  ]);
});

test.each(['villages', 'needs', 'pledges', 'partners', 'feed', 'policies', 'auditTrail'])(
  'null asks %s for the usual page, and costs as much',
  (list) => {
    const usual = fieldsOf(`{ ${list} { nodes { __typename } } }`);
    expect(usual).toBeGreaterThan(20);
    expect(fieldsOf(`{ ${list}(first: null) { nodes { __typename } } }`)).toBe(usual);
    const given = `query ($n: Int) { ${list}(first: $n) { nodes { __typename } } }`;
    expect(fieldsOf(given, { n: null })).toBe(usual);
    expect(fieldsOf(given)).toBe(usual);
  },
);

test.each([
  ['the areas below an area', '{ area(code: "36") { children { id } } }', 101 + (1 + ENTRIES.children)],
  ['the areas of a partner', '{ partner(code: "x") { areas { id } } }', 101 + (1 + ENTRIES.partnerAreas)],
  ['the areas of an account', '{ viewer { areas(first: 100) { nodes { id } } } }', 101 + (1 + 100 * 2)],
  ['tokens', '{ apiTokens { id } }', 101 + ENTRIES.tokens],
  ['verdicts', '{ pledge(id: "x") { verdicts { rule } } }', 101 + (1 + ENTRIES.rules)],
  ['roles, of which there are five', '{ viewer { roles } }', 101 + 5],
  ['addresses of 500 characters', '{ node(id: "x") { ... on Delivery { evidence } } }', 101 + 10 * 6],
  ['a description', '{ need(id: "x") { description } }', 101 + 51],
  ['a note', '{ pledge(id: "x") { note } }', 101 + 21],
  ['deliveries, the usual page', '{ pledge(id: "x") { deliveries { nodes { id } } } }', 101 + (1 + 20 * 2)],
  ['100 deliveries', '{ pledge(id: "x") { deliveries(first: 100) { nodes { id } } } }', 101 + (1 + 100 * 2)],
])('%s count as many fields as they can hold', (_, source, fields) => {
  expect(fieldsOf(source)).toBe(fields);
});

test('every list and text of the schema declares the most that it holds; one that does not is found by its name', () => {
  expect(undeclaredBounds(schema)).toEqual([]);
  const undeclared = buildSchema(`
    type Query { cases(first: Int): [Case!]! all: [Case!]! page: CaseConnection! states: [State!]! }
    type CaseConnection { nodes: [Case!]! }
    interface Named { name: String }
    type Case implements Named { id: ID! name: String numbers: [Int] }
    enum State { OPEN CLOSED }`);
  expect(undeclaredBounds(undeclared)).toEqual([
    'Query.all: entries(…)',
    'Named.name: characters(…)',
    'Case.name: characters(…)',
    'Case.numbers: entries(…)',
  ]);
});

test('pledges in their deliveries and deliveries in their pledges are refused before they are a million', () => {
  const reports = (levels: number): string =>
    levels === 0 ? 'id' : `deliveries(first: 100) { nodes { pledge { ${reports(levels - 1)} } } }`;
  expect(fieldsOf(`{ pledge(id: "x") { ${reports(2)} } }`)).toBeLessThan(LIMITS.answerFields);
  expect(fieldsOf(`{ pledge(id: "x") { ${reports(3)} } }`)).toBeGreaterThan(LIMITS.answerFields);
});

test('a tower of pages that each are asked for by null is refused', () => {
  const towerOf = (levels: number): string =>
    levels === 0 ? '{ id }' : `{ needs(first: null) { nodes { village ${towerOf(levels - 1)} } } }`;
  expect(fieldsOf(`{ village(code: "36.02.14.2005") ${towerOf(9)} }`)).toBeGreaterThan(LIMITS.answerFields);
});

test('what each event of a subscription may cost is less than what a query may', async () => {
  const needs = (pledges: number) =>
    `needs(first: 100) { nodes { pledges(first: ${pledges}) { nodes { id } } } }`;
  const event = (pledges: number) => `village { current { ${needs(pledges)} } }`;
  const asker = new Asker(hub.url, await hub.tokenOf(accounts.auditor));
  for (const transport of ['websocket', 'stream'] as const) {
    expect(await asker.ask(transport, `subscription { pledgeFeed { ${event(60)} } }`)).toMatchObject({
      errors: [{ extensions: { code: 'ANSWER_TOO_LARGE', limit: 'eventFields', max: LIMITS.eventFields } }],
    });
  }
  const { errors } = await asker.ask('http', `{ needs(first: 1) { nodes { village { ${needs(60)} } } } }`);
  expect(errors).toBeUndefined();
  expect(fieldsOf(`subscription { pledgeFeed { ${event(40)} } }`)).toBeLessThan(LIMITS.eventFields);
});

test('what is no document is answered by an error, and the connection stays', async () => {
  const reader = await RawReader.open(hub.url, await hub.tokenOf(accounts.auditor));
  for (const source of ['{', 'subscription { nonsense }', '{ clusters { code } clusters(x: 1) { name } }']) {
    const id = reader.subscribe(source);
    await until(() => reader.messages.some((message) => message.id === id), 'an answer');
    expect(reader.messages.find((message) => message.id === id)).toMatchObject({
      type: 'error',
      payload: expect.arrayContaining([expect.objectContaining({ extensions: { code: 'BAD_USER_INPUT' } })]),
    });
  }
  const id = reader.subscribe('{ clusters { code } }');
  await until(() => reader.resultsOf(id).length > 0, 'an answer');
  reader.socket.close();
  await reader.closed;
});

test('the standard introspection, and a board of 20 villages with their needs and pledges, are within the limit', () => {
  const board = `{ villages(areaCode: "36.02", first: 20) { nodes { id name needs(status: [OPEN], first: 10) { nodes {
    id title remaining pledges(first: 5) { nodes { id quantity status partner { name } } } } } } } }`;
  expect(fieldsOf(board)).toBeLessThan(LIMITS.answerFields / 2);
  expect(
    fieldsOf('{ __schema { types { name fields { name type { name ofType { name } } } } } }'),
  ).toBeLessThan(LIMITS.answerFields);
});

test('a small query of nested lists is refused over HTTP, WebSocket and stream, and the hub goes on', async () => {
  const source = `{ area(code: "36.02.11.2005") ${tower(6)} }`;
  expect(source.length).toBeLessThan(400);
  const error: unknown = await as.auditor.request(gql(source)).catch((reason: unknown) => reason);
  expect((error as SinergiError).code).toBe('ANSWER_TOO_LARGE');
  const token = await hub.tokenOf(accounts.auditor);
  const response = await fetch(`${hub.url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
    body: JSON.stringify({ query: source }),
  });
  expect(response.status).toBe(400);
  const reader = await RawReader.open(hub.url, token);
  const subscription = `subscription { villageBoard(villageId: "x") { district ${tower(6)} } }`;
  for (const one of [source, subscription]) {
    const id = reader.subscribe(one);
    await until(() => reader.messages.some((message) => message.id === id), 'an answer');
    expect(JSON.stringify(reader.messages.find((message) => message.id === id)!.payload)).toContain(
      'ANSWER_TOO_LARGE',
    );
  }
  reader.socket.close();
  await reader.closed;
  const stream = await fetch(`${hub.url}/graphql/stream`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
    body: JSON.stringify({ query: source }),
  });
  expect(await stream.text()).toContain('ANSWER_TOO_LARGE');
  expect((await as.auditor.request(operations.ClustersDocument)).clusters.length).toBeGreaterThan(0);
  expect(hub.complaints).toEqual([]);
});
