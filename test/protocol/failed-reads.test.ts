// A planned read that fails says where, as the ordinary way does; a fault at many places is one error.
import { expect, test } from '@jest/globals';
import { Asker, transports } from '../support/asker.ts';
import { testHub } from '../support/test-hub.ts';
import { buildWorld } from '../support/world.ts';

const hub = await testHub();
const { accounts, villages } = await buildWorld(hub);
const asker = new Asker(hub.url, await hub.tokenOf(accounts.auditor));
const id = villages.cimarga.id;

const failing: [query: string, path: string[], column: number][] = [
  ['{ clusters { colour } }', ['clusters'], 3],
  ['query { many: clusters { code colour } }', ['many'], 9],
  ['{ ...F } fragment F on Query { clusters { colour } }', ['clusters'], 32],
];

test.each(failing)('%s', async (query, path, column) => {
  await hub.database.sql('alter table clusters rename column colour to hidden');
  const before = hub.complaints.length;
  const { errors, data } = await asker.ask('http', query);
  await hub.database.sql('alter table clusters rename column hidden to colour');
  expect(errors).toMatchObject([{ path, locations: [{ line: 1, column }] }]);
  expect(errors![0]!.extensions['code']).toBe('INTERNAL_SERVER_ERROR');
  expect(data).toBeNull();
  expect(hub.complaints.length - before).toBe(1);
});

test('each root field has its error, and all of them one line in the log', async () => {
  await hub.database.sql('alter table clusters rename column colour to hidden');
  const before = hub.complaints.length;
  const query = `{ village(id: "${id}") { id } clusters { colour } }`;
  const { errors, data } = await asker.ask('http', query);
  await hub.database.sql('alter table clusters rename column hidden to colour');
  expect(data).toBeNull();
  expect(errors!.map((error): unknown => Reflect.get(error, 'path'))).toEqual([['village'], ['clusters']]);
  expect(new Set(errors!.map(({ extensions }) => extensions['id'])).size).toBe(1);
  expect(hub.complaints.length - before).toBe(1);
});

test.each(transports)('over %s a fault that is written ten times is one error', async (transport) => {
  for (const [query, places] of [
    [`query cop { __typename ${'@aa'.repeat(10)} }`, 10],
    [`{ __typename ${'@skip(if: false) '.repeat(10)} }`, 10],
    [`{ ${'nothing '.repeat(10)} }`, 10],
  ] as const) {
    const { errors } = await asker.ask(transport, query);
    expect(errors).toHaveLength(1);
    const locations: unknown = Reflect.get(errors![0]!, 'locations');
    expect(Array.isArray(locations) && locations.length).toBeGreaterThanOrEqual(places);
  }
  const { errors } = await asker.ask(transport, '{ __typename @aa @bb other }');
  expect(errors).toHaveLength(3);
});
