// What the scanner graphql-cop asks of a server, asked of a hub as it runs with a database of its own: docs/conformance.md.
import { describe, expect, test } from '@jest/globals';
import { testHub } from '../support/test-hub.ts';
import { buildWorld } from '../support/world.ts';

const hub = await testHub({ environment: { INTROSPECTION: 'false' } });
const { accounts } = await buildWorld(hub);
const token = await hub.tokenOf(accounts.admin);
const endpoint = `${hub.url}/graphql`;

interface Answer {
  data?: Record<string, unknown> | null;
  errors?: { message: string; extensions?: Record<string, unknown> }[];
}

describe.each([
  ['without a token', {}],
  ['with an administrator’s token', { authorization: `Bearer ${token}` }],
])('%s', (_, headers: Record<string, string>) => {
  async function ask(query: string, body: object = { query, operationName: 'cop' }): Promise<Answer> {
    const json = { ...headers, 'content-type': 'application/json' };
    const response = await fetch(endpoint, { method: 'POST', headers: json, body: JSON.stringify(body) });
    return (await response.json()) as Answer;
  }
  const get = async (query: string): Promise<Answer> =>
    (await (await fetch(`${endpoint}?query=${encodeURIComponent(query)}`, { headers })).json()) as Answer;
  const isKnown = 'authorization' in headers;

  test('a hundred aliases are refused', async () => {
    const aliases = Array.from({ length: 101 }, (__, index) => `alias${index}: __typename`).join('\n');
    expect((await ask(`query cop { ${aliases} }`)).data ?? null).toBeNull();
  });

  test('a batch of ten is one refusal', async () => {
    const batch = Array.from({ length: 10 }, () => ({ query: 'query cop { __typename }' }));
    const answer = await ask('', batch);
    expect(answer.errors).toMatchObject([{ extensions: { code: 'BATCH_REFUSED' } }]);
  });

  test('ten unknown directives are one error', async () => {
    const { errors } = await ask(`query cop { __typename ${'@aa'.repeat(10)} }`);
    expect(errors).toHaveLength(1);
  });

  test('introspection is closed, also in circles, and no field is suggested', async () => {
    for (const query of [
      'query cop { __schema { types { name fields { name } } } }',
      'query cop { __schema { types { fields { type { fields { type { name } } } } } } }',
      'query cop { __schema { directive } }',
    ]) {
      const { data, errors } = await ask(query);
      expect(data ?? null).toBeNull();
      expect(JSON.stringify(errors)).not.toContain('Did you mean');
    }
  });

  test('the same field five hundred times is one field of the answer', async () => {
    const { data, errors } = await ask(`query cop { ${'__typename '.repeat(500)} }`);
    expect(errors).toBeUndefined();
    expect(data).toEqual({ __typename: 'Query' });
  });

  test('a query by GET needs a header that no page of another site can send; a mutation is refused', async () => {
    const { data } = await get('query cop { __typename }');
    expect(data ?? null).toEqual(isKnown ? { __typename: 'Query' } : null);
    expect((await get('mutation cop { __typename }')).data ?? null).toBeNull();
  });

  test('a form is refused', async () => {
    const response = await fetch(endpoint, {
      method: 'POST',
      headers,
      body: new URLSearchParams({ query: 'query cop { __typename }' }),
    });
    expect(response.status).toBe(415);
  });

  test('no page is shown at /graphql, and nothing is traced', async () => {
    const page = await fetch(endpoint, { headers: { ...headers, accept: 'text/html' } });
    expect(await page.text()).not.toMatch(/graphiql|playground/i);
    for (const query of ['query cop { __typename }', 'qwerty cop { abc }']) {
      const answer = JSON.stringify(await ask(query));
      expect(answer).not.toMatch(/tracing|exception|stacktrace/i);
    }
  });
});

test('and the hub had nothing to complain of', () => expect(hub.complaints).toEqual([]));
