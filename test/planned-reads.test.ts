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
    planned: async (query: string): Promise<unknown> => {
      const answer = await fetch(`${hub.url}/graphql`, {
        method: 'POST',
        headers,
        body: JSON.stringify({ query }),
      });
      return answer.json();
    },
    resolved: async (query: string): Promise<unknown> => {
      const answers = socket.iterate({ query });
      const { value } = (await answers.next()) as { value: unknown };
      await answers.return?.();
      return value;
    },
  };
}

const ways = Object.fromEntries(
  await Promise.all(people.map(async (person) => [person, await waysOf(person)] as const)),
) as Record<Person, Awaited<ReturnType<typeof waysOf>>>;

test('a plan answers what the resolvers answer, for any query and anybody', async () => {
  let planned = 0;
  await fc.assert(
    fc.asyncProperty(fc.gen(), fc.constantFrom(...people), async (g, person) => {
      const query = randomQuery(g, schema, known);
      let answer: unknown;
      const statements = await statementsOf(async () => (answer = await ways[person].planned(query)));
      if (statements.some((text) => text.includes('row_to_json'))) planned += 1;
      expect(answer).toEqual(await ways[person].resolved(query));
    }),
    { seed, numRuns: 300 },
  );
  expect(planned).toBeGreaterThan(200);
});

test('the hub had nothing to complain of', () => expect(hub.complaints).toEqual([]));
