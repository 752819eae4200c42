// GraphQL over HTTP: a parameter that is the empty string is the same as one that is not sent.
import { describe, expect, test } from '@jest/globals';
import { withoutEmptyParameters } from '../../src/platform/empty-parameters.ts';
import { Asker, transports } from '../support/asker.ts';
import { testHub } from '../support/test-hub.ts';
import { buildWorld } from '../support/world.ts';

const hub = await testHub();
const { accounts } = await buildWorld(hub);
const token = await hub.tokenOf(accounts.auditor);
const asker = new Asker(hub.url, token);
const headers = { authorization: `Bearer ${token}` };
const query = '{ __typename }';
const answered = { data: { __typename: 'Query' } };

test.each(transports)('over %s an empty operationName is absent', async (transport) => {
  for (const asked of [{ query }, { query: '{ clusters { code } }' }, { query: `query Named ${query}` }]) {
    const { errors, data } = await asker.ask(transport, { ...asked, operationName: '' });
    expect(errors).toBeUndefined();
    expect(data).not.toBeNull();
  }
});

test.each(transports)('over %s an operationName that names nothing is still refused', async (transport) => {
  for (const operationName of [' ', 'Other']) {
    expect((await asker.ask(transport, { query, operationName })).errors).toHaveLength(1);
  }
});

test.each(['/graphql', '/graphql/stream'])('a POST to %s takes empty fields as absent', async (path) => {
  const body = { query, operationName: '', variables: '', extensions: '' };
  const response = await asker.post(path, JSON.stringify(body));
  expect(response.status).toBe(200);
  expect(await response.text()).toContain('"__typename":"Query"');
});

test('a POST to /graphql with a string for variables is still refused', async () => {
  for (const field of ['variables', 'extensions']) {
    const response = await asker.post('/graphql', JSON.stringify({ query, [field]: '{}' }));
    expect(response.status).toBe(400);
  }
});

describe.each(['/graphql', '/graphql/stream'])('a GET of %s', (path) => {
  const get = (search: string) => fetch(`${hub.url}${path}?${search}`, { headers });
  const text = `query=${encodeURIComponent(query)}`;

  test.each([
    `${text}&operationName=`,
    `${text}&operationName`,
    `operationName=&${text}`,
    `variables=&${text}&extensions=`,
    `extensions=&variables=&operationName=&${text}`,
    `${text}&operationName=&variables=%7B%7D`,
  ])('takes empty parameters as absent: %s', async (search) => {
    const response = await get(search);
    expect(response.status).toBe(200);
    expect(await response.text()).toContain(JSON.stringify(answered.data));
  });

  test('takes a text that looks like empty parameters as the text that it is', async () => {
    const literal = encodeURIComponent('{ needs(search: "?operationName=&variables=&") { totalCount } }');
    const response = await get(`query=${literal}`);
    expect(await response.text()).toContain('"totalCount":0');
  });
});

test('other targets stay as they are', () => {
  for (const target of [
    '/',
    '/graphql',
    '/other?variables=&x=1',
    '/graphql?query=%7Ba%7D&variables=%7B%7D',
  ]) {
    expect(withoutEmptyParameters(target)).toBe(target);
  }
  expect(withoutEmptyParameters('/graphql?a=?variables=&variables=&b=1')).toBe('/graphql?a=?variables=&b=1');
});

test('and the hub had nothing to complain of', () => expect(hub.complaints).toEqual([]));
