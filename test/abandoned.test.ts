// What nobody waits for any more is given up: on each transport, in each queue, and nothing else with it.
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { afterEach, expect, test } from '@jest/globals';
import WebSocket from 'ws';
import { lockTable, waitingStatements } from './support/held-lock.ts';
import { publish } from './support/acts.ts';
import { testHub } from './support/test-hub.ts';
import { until } from './support/until.ts';
import { buildWorld } from './support/world.ts';

const hub = await testHub({ environment: { READ_CONNECTIONS: '3' } });
const { as, villages, partners, accounts } = await buildWorld(hub);
const token = await hub.tokenOf(accounts.auditor);

/** One that is planned as a single statement, and one that goes through its resolvers. */
const PLANNED = '{ clusters { code } }';
const RESOLVED = '{ reciprocity { bilateral } policy { id } }';
const TABLES = { [PLANNED]: 'clusters', [RESOLVED]: 'ledger_entries' };

let unlock: () => Promise<void> = () => Promise.resolve();
afterEach(() => unlock());

const headers = {
  'content-type': 'application/json',
  accept: 'application/json',
  authorization: `Bearer ${token}`,
};

function ask(query: string, path = '/graphql', signal?: AbortSignal): Promise<string> {
  const accept = path === '/graphql' ? headers.accept : 'text/event-stream';
  const request = { method: 'POST', headers: { ...headers, accept }, body: JSON.stringify({ query }) };
  return fetch(`${hub.url}${path}`, { ...request, signal: signal ?? null }).then((answer) => answer.text());
}

/** A search, which is a transaction of several statements. */
const SEARCH = `{ suggestedNeeds(partnerId: "${partners.semen.id}") { complete } }`;

const waiting = async () => (await waitingStatements(hub.database)).length;

/** Asks over HTTP or an event stream; answers how to hang up. */
function overHttp(path: string) {
  return (query: string): Promise<() => void> => {
    const gone = new AbortController();
    ask(query, path, gone.signal).catch(() => undefined);
    return Promise.resolve(() => gone.abort());
  };
}

/** Asks over a WebSocket; answers how to complete the operation, or how to close the connection. */
function overWebSocket(end: 'complete' | 'close') {
  return async (query: string): Promise<() => void> => {
    const socket = new WebSocket(`${hub.url.replace('http', 'ws')}/graphql`, 'graphql-transport-ws');
    await once(socket, 'open');
    const send = (message: object) => socket.send(JSON.stringify(message));
    send({ type: 'connection_init', payload: { authorization: `Bearer ${token}` } });
    await once(socket, 'message');
    send({ type: 'subscribe', id: 'a', payload: { query } });
    return () => {
      if (end === 'close') socket.terminate();
      else send({ type: 'complete', id: 'a' });
    };
  };
}

const ways = {
  'a request that is hung up': overHttp('/graphql'),
  'an event stream that is closed': overHttp('/graphql/stream'),
  'an operation that is completed': overWebSocket('complete'),
  'a WebSocket that is closed': overWebSocket('close'),
};

test.each(
  Object.entries(ways).flatMap(([name, begin]) =>
    Object.entries(TABLES).map(([query, table]) => [name, query, table, begin] as const),
  ),
)('%s ends the statement of %s', async (_name, query, table, begin) => {
  unlock = await lockTable(hub.database, table);
  const leave = await begin(query);
  await until(async () => (await waiting()) === 1, 'a statement that waits');
  leave();
  await until(async () => (await waiting()) === 0, 'the statement to be cancelled');
});

test('of reads that travel together only those that nobody waits for are given up', async () => {
  unlock = await lockTable(hub.database, 'clusters');
  const gone = new AbortController();
  const left = Array.from({ length: 30 }, () => ask(PLANNED, '/graphql', gone.signal).catch(() => 'gone'));
  const kept = Array.from({ length: 10 }, () => ask(PLANNED));
  const resolved = Array.from({ length: 5 }, () => ask('{ policy { id } clusters { code } }'));
  await until(async () => (await waiting()) > 0, 'statements that wait');
  gone.abort();
  expect(new Set(await Promise.all(left))).toEqual(new Set(['gone']));
  await unlock();
  unlock = () => Promise.resolve();
  for (const answer of await Promise.all([...kept, ...resolved])) {
    expect(JSON.parse(answer)).toMatchObject({ data: { clusters: expect.any(Array) } });
  }
});

test('reads that begin and are given up at random times take nobody else’s answer with them', async () => {
  const answers: Promise<string>[] = [];
  for (let round = 0; round < 40; round += 1) {
    const gone = new AbortController();
    const leaving = [SEARCH, PLANNED, RESOLVED].map((query) =>
      ask(query, '/graphql', gone.signal).catch(() => 'gone'),
    );
    answers.push(ask(RESOLVED), ask(PLANNED), ask(SEARCH));
    // At some point of their way through the hub and the database.
    for (let turns = 0; turns < round; turns += 1) await new Promise((resolve) => setImmediate(resolve));
    gone.abort();
    await Promise.all(leaving);
  }
  for (const answer of await Promise.all(answers)) expect(JSON.parse(answer)).not.toHaveProperty('errors');
  const left = `select query from pg_stat_activity where datname = current_database() and state like 'idle in transaction%'`;
  await until(async () => (await hub.database.sql(left)).length === 0, 'no transaction to be left open');
});

test('a claim that has begun is made though its client has gone, and its key answers it', async () => {
  const need = await publish(as.kader, { villageId: villages.cimarga.id, quantity: 10 });
  const member = { ...headers, authorization: `Bearer ${await hub.tokenOf(accounts.semen)}` };
  const input = { needId: need.id, quantity: 4, idempotencyKey: randomUUID() };
  const query = `mutation ($input: ClaimNeedInput!) { claimNeed(input: $input) { pledge { quantity } problems { message } } }`;
  const body = JSON.stringify({ query, variables: { input } });
  unlock = await lockTable(hub.database, 'villages');
  const gone = new AbortController();
  const request = { method: 'POST', headers: member, body };
  const claim = fetch(`${hub.url}/graphql`, { ...request, signal: gone.signal }).catch(() => null);
  await until(async () => (await waiting()) > 0, 'a claim that waits for its locks');
  gone.abort();
  await claim;
  await unlock();
  unlock = () => Promise.resolve();
  const again = await fetch(`${hub.url}/graphql`, request);
  expect(await again.json()).toMatchObject({
    data: { claimNeed: { pledge: { quantity: 4 }, problems: [] } },
  });
  const [pledges] = await hub.database.sql<{ count: number }>(
    'select count(*) as count from pledges where need_id = $1',
    [need.id],
  );
  expect(pledges).toEqual({ count: 1 });
});

test('no operation failed of which the hub had to tell its log', () =>
  expect(hub.complaints.filter((line) => line.includes('an operation failed'))).toEqual([]));
