import { afterAll, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { buildSchema } from 'graphql';
import { type Client, createClient } from 'graphql-ws';
import { readFileSync } from 'node:fs';
import WebSocket from 'ws';
import { seed } from './balance/seed.ts';
import { draft } from './support/acts.ts';
import { buildRangkas } from './support/rangkas.ts';
import { type Known, randomQuery } from './support/random-query.ts';
import { statementsOf } from './support/statements.ts';
import { testHub } from './support/test-hub.ts';
import { type Lifted, withVariables } from './support/with-variables.ts';
import { buildWorld, people, type Person } from './support/world.ts';

const schema = buildSchema(readFileSync('schema/schema.graphql', 'utf8'));
const hub = await testHub();
const world = await buildWorld(hub);
const { as, accounts, villages } = world;
const { rangkas, needs, pledges } = await buildRangkas(hub, world);
const hidden = await draft(as.kader, { villageId: villages.cimarga.id });
const known: Known = {
  partner: Object.values(world.partners).map(({ id }) => id),
  need: [needs[0]!.id, needs[3]!.id, hidden.id],
  pledge: pledges.slice(0, 3).map(({ id }) => id),
  village: [villages.cimarga.id, rangkas[0]!.id],
  area: ['36', '36.02', '36.02.14', '36.02.11.2005', '36.04', '99'],
};

const clients: Client[] = [];
afterAll(() => Promise.all(clients.map(async (client) => client.dispose())));

/** Both ways to an answer: a plan answers over HTTP, the resolvers over a WebSocket. */
async function waysOf(person: Person) {
  const token = await hub.tokenOf(accounts[person]);
  const headers = {
    'content-type': 'application/json',
    authorization: `Bearer ${token}`,
    'accept-language': 'en',
  };
  const socket = createClient({
    url: `${hub.url.replace('http', 'ws')}/graphql`,
    webSocketImpl: WebSocket,
    connectionParams: { authorization: `Bearer ${token}`, acceptLanguage: 'en' },
  });
  clients.push(socket);
  return {
    planned: async (request: Partial<Lifted>): Promise<unknown> => {
      const answer = await fetch(`${hub.url}/graphql`, {
        method: 'POST',
        headers,
        body: JSON.stringify(request),
      });
      return answer.json();
    },
    resolved: async (request: { query: string }): Promise<unknown> => {
      const answers = socket.iterate(request);
      const { value } = (await answers.next()) as { value: unknown };
      await answers.return?.();
      return value;
    },
  };
}

const ways = Object.fromEntries(
  await Promise.all(people.map(async (person) => [person, await waysOf(person)] as const)),
) as Record<Person, Awaited<ReturnType<typeof waysOf>>>;

const anybody = fc.constantFrom(...people);

test('a plan answers what the resolvers answer, for any query and anybody', async () => {
  let planned = 0;
  await fc.assert(
    fc.asyncProperty(fc.gen(), anybody, async (g, person) => {
      const query = randomQuery(g, schema, known);
      let answer: unknown;
      const statements = await statementsOf(async () => (answer = await ways[person].planned({ query })));
      if (statements.some((text) => text.includes('row_to_json'))) planned += 1;
      expect(answer).toEqual(await ways[person].resolved({ query }));
    }),
    { seed, numRuns: 300 },
  );
  expect(planned).toBeGreaterThan(200);
});

const texts = [...Object.values(known).flat(), 'ran', 'nothing at all', '\u0000'];

test('the plan of one asker and one set of values answers another asker, and other values, as the resolvers do', async () => {
  let planned = 0;
  await fc.assert(
    fc.asyncProperty(fc.gen(), fc.tuple(anybody, anybody), async (g, persons) => {
      const { query, variables } = withVariables(randomQuery(g, schema, known), schema);
      const others = Object.entries(variables).map(([name, value]) => {
        const isText = typeof value === 'string' && g(fc.nat, { max: 2 }) > 0;
        return [name, isText ? g(fc.constantFrom, ...texts) : value] as const;
      });
      const values = [variables, Object.fromEntries(others)];
      for (const person of persons) {
        for (const each of values) {
          const request = { query, variables: each };
          let answer: unknown;
          const statements = await statementsOf(async () => (answer = await ways[person].planned(request)));
          if (statements.some((text) => text.includes('row_to_json'))) planned += 1;
          expect(answer).toEqual(await ways[person].resolved(request));
        }
      }
    }),
    { seed, numRuns: 150 },
  );
  expect(planned).toBeGreaterThan(200);
});

const queryOfNames = (name: string) => `{
  ${name}: clusters { ${name}: code name }
  sectors { ${name}: cluster { ${name}: code name } }
  needs(first: 2) { ${name}: nodes { ${name}: title village { ${name}: name } } pageInfo { ${name}: hasNextPage } }
  pledges(first: 2) { edges { ${name}: cursor node { ${name}: id deliveries { nodes { ${name}: id } } } } totalCount }
}`;

test.each(['object', 'answer', 'page', 'gathered', 'g0', 'r1', 'holder', 'v', 'code'])(
  'an answer may call its fields “%s”, whatever the statement calls so',
  async (name) => {
    const query = queryOfNames(name);
    let answer: unknown;
    const statements = await statementsOf(async () => (answer = await ways.auditor.planned({ query })));
    expect(statements.some((text) => text.includes('row_to_json'))).toBe(true);
    expect(answer).toEqual(await ways.auditor.resolved({ query }));
  },
);

test('the hub had nothing to complain of', () => expect(hub.complaints).toEqual([]));
