// What clients are told of faults and of the schema, and what they can make the log say.
import { describe, expect, test } from '@jest/globals';
import { Asker, transports } from './support/asker.ts';
import { introspection } from './support/own-documents.ts';
import { testHub } from './support/test-hub.ts';
import { buildWorld } from './support/world.ts';
import { until } from './support/until.ts';

const hub = await testHub({ environment: { INTROSPECTION: 'false' } });
const openHub = await testHub({ database: hub.database, clock: hub.clock });
const { accounts } = await buildWorld(hub);
const token = await hub.tokenOf(accounts.auditor);
const closed = new Asker(hub.url, token);
const open = new Asker(openHub.url, token);

interface Line {
  level: number;
  msg: string;
  errorId: string;
  requestId: string;
}

const misspelt: [what: string, query: string, variables: Record<string, unknown>][] = [
  ['a field', '{ clusers { code } }', {}],
  ['an argument', '{ needs(frist: 1) { totalCount } }', {}],
  ['a type', '{ node(id: "x") { ... on Ned { id } } }', {}],
  ['a value of an enum', '{ needs(status: [OPNE]) { totalCount } }', {}],
  [
    'a value in a variable',
    'query ($s: [NeedStatus!]) { needs(status: $s) { totalCount } }',
    { s: ['OPNE'] },
  ],
  [
    'a field in a variable',
    'mutation ($i: SignInInput!) { signIn(input: $i) { token } }',
    { i: { emial: 'a@b.test', password: 'x', email: 'a@b.test' } },
  ],
];

describe.each(transports)('over %s', (transport) => {
  test.each(misspelt)(
    'a hub that keeps its schema to itself gives no hint for %s',
    async (_, query, variables) => {
      const ask = (asker: Asker) => asker.ask(transport, { query, variables });
      expect(JSON.stringify((await ask(open)).errors)).toContain('Did you mean');
      const { errors } = await ask(closed);
      expect(errors!.length).toBeGreaterThan(0);
      expect(JSON.stringify(errors)).not.toContain('Did you mean');
    },
  );

  test('introspection is answered only by a hub that is told to', async () => {
    expect((await open.ask(transport, introspection)).errors).toBeUndefined();
    for (const query of [
      introspection,
      '{ __type(name: "Need") { name } }',
      '{ a: __schema { types { name } } }',
    ]) {
      const { errors, data } = await closed.ask(transport, query);
      expect(errors![0]!.message).toContain('introspection');
      expect(data ?? null).toBeNull();
    }
    expect((await closed.ask(transport, '{ __typename }')).data).toEqual({ __typename: 'Query' });
  });

  test('a fault of the hub is an id, under which its log has the request’s name', async () => {
    await hub.database.sql('alter table clusters rename column colour to hidden');
    const before = hub.complaints.length;
    const { errors } = await closed.ask(transport, '{ clusters { colour } }', { 'x-request-id': 'trace-7' });
    await hub.database.sql('alter table clusters rename column hidden to colour');
    const { id, requestId, ...rest } = errors![0]!.extensions;
    expect(rest).toEqual({ code: 'INTERNAL_SERVER_ERROR' });
    expect(requestId).toMatch(transport === 'websocket' ? /^[0-9a-f-]{36}\.\d+$/ : /^[0-9a-f-]{36}$/);
    expect(JSON.stringify(errors)).not.toMatch(/hidden|colour does|at \w+ \(|\.[jt]s:\d/);
    await until(() => hub.complaints.length > before, 'a line in the log');
    const lines = hub.complaints.slice(before).map((line) => JSON.parse(line) as Line);
    expect(lines).toMatchObject([{ level: 50, errorId: id, requestId, clientRequestId: 'trace-7' }]);
  });
});

test('nothing that a client sends makes a line of its own in the log, or breaks one', async () => {
  const evil = '\n{"level":60,"msg":"forged"}\r\n\u2028\u001b[31m","level":"x"';
  const before = hub.complaints.length;
  await hub.database.sql('alter table clusters rename column colour to hidden');
  for (const transport of transports) {
    await closed.ask(transport, {
      query: 'query { forged: clusters { colour } }',
      operationName: evil,
      variables: { [evil]: evil },
      extensions: { [evil]: evil },
    });
    await closed.ask(transport, {
      query:
        'query ($code: String!) { area(code: $code) { id } # {"level":60}\n forged: clusters { colour } }',
      variables: { code: evil },
      extensions: { [evil]: evil },
    });
  }
  await closed.post(`/nowhere?x=${encodeURIComponent(evil)}`, evil, {
    'user-agent': '{"level":60}',
    referer: '"}',
  });
  await hub.database.sql('alter table clusters rename column hidden to colour');
  await until(() => hub.complaints.length >= before + 3, 'a line for each fault');
  for (const line of hub.complaints.slice(before)) {
    expect(line.trimEnd()).not.toMatch(/\p{C}|\p{Zl}|\p{Zp}/u);
    expect(JSON.parse(line)).toMatchObject({ level: 50, msg: 'an operation failed' });
    expect(line).not.toContain('"level":60');
  }
});
