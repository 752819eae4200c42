import { once } from 'node:events';
import { connect } from 'node:net';
import { expect, test } from '@jest/globals';
import { print } from 'graphql';
import WebSocket from 'ws';
import { PledgeFeedDocument } from '../client/operations.ts';
import { type Actor, anonymous } from '../src/access/actor.ts';
import { createLogger } from '../src/platform/logger.ts';
import { Connections, CLOSE_UNAUTHENTICATED } from '../src/platform/live/connections.ts';
import { copyEvents } from './faults/event-copies.ts';
import { ObservedNeed } from './faults/observed-need.ts';
import { OpenedReaders } from './faults/opened-readers.ts';
import { insertAccount } from './support/inserts.ts';
import { testHub } from './support/test-hub.ts';
import { buildWorld } from './support/world.ts';
import { until } from './support/until.ts';

const CONNECTIONS = 12;
const hub = await testHub({ environment: { CONNECTIONS_PER_ACCOUNT: String(CONNECTIONS) } });
const { as, villages, accounts } = await buildWorld(hub);
const need = await ObservedNeed.publish(as.coordinator, villages.cimarga.id);
const query = print(PledgeFeedDocument);
const { filter } = need;

const readers = new OpenedReaders(hub);

/** Sends a request for a stream, and hangs up before it can be answered. */
async function hangUpOnStream(token: string): Promise<void> {
  const { hostname, port } = new URL(hub.url);
  const body = JSON.stringify({ query, variables: { filter } });
  const socket = connect(Number(port), hostname);
  await once(socket, 'connect');
  socket.write(
    `POST /graphql/stream HTTP/1.1\r\nHost: hub\r\nAuthorization: Bearer ${token}\r\n` +
      `Content-Type: application/json\r\nContent-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
    () => socket.destroy(),
  );
  await once(socket, 'close');
}

/** Introduces itself, and hangs up before it can be acknowledged. */
async function hangUpOnSocket(token: string): Promise<void> {
  const socket = new WebSocket(`${hub.url.replace('http', 'ws')}/graphql`, 'graphql-transport-ws');
  await once(socket, 'open');
  const payload = { authorization: `Bearer ${token}` };
  socket.send(JSON.stringify({ type: 'connection_init', payload }), () => socket.terminate());
  await once(socket, 'close');
}

test.each([
  ['stream', hangUpOnStream, accounts.dinkes],
  ['WebSocket', hangUpOnSocket, accounts.dindik],
])(
  'who hangs up on a %s while he is asked who he is takes no connection away',
  async (_, hangUp, account) => {
    const token = await hub.tokenOf(account);
    for (let turn = 0; turn < 4 * CONNECTIONS; turn += 1) await hangUp(token);
    await until(async () => {
      const all = await Promise.all(Array.from({ length: CONNECTIONS }, () => readers.of(account)));
      const refused = all.some(({ messages }) => messages[0]?.type !== 'connection_ack');
      await Promise.all(all.map((reader) => readers.breakOff(reader)));
      return !refused;
    }, 'as many connections as an account may have');
  },
);

test('an id that is used again while what it named is still being opened names the new one only', async () => {
  const reader = await readers.of(accounts.auditor);
  for (let turn = 0; turn < 50; turn += 1) {
    reader.subscribe(query, { filter }, 'same');
    reader.complete('same');
  }
  reader.subscribe(query, { filter }, 'same');
  await hub.feedsOpen(1);
  await need.end();
  await until(() => reader.resultsOf('same').length > 0, 'the event');
  expect(reader.resultsOf('same')).toHaveLength(1);
  reader.complete('same');
  await hub.feedsOpen(0);
});

/** Some kilobytes a field, so that much waits that a slow reader has yet to take. */
const heavyQuery = `subscription ($filter: FeedFilter, $after: Cursor) {
  pledgeFeed(filter: $filter, after: $after) { cursor need { ${'abcdefgh'.replaceAll(/./g, '$&: description ')} } }
}`;
const STEP_MS = 20;

/** Reads a WebSocket a message a step; answers how many came. */
async function readSocketSlowly(url: string, variables: object, count: number): Promise<number> {
  const reader = await readers.of(accounts.auditor, url);
  reader.socket.on('message', () => {
    reader.socket.pause();
    setTimeout(() => reader.socket.resume(), STEP_MS);
  });
  const id = reader.subscribe(heavyQuery, variables);
  const results = () => reader.resultsOf(id).length;
  await Promise.race([until(() => results() >= count, 'all of it'), reader.closed]);
  return results();
}

const openStream = (url: string, token: string, asked: object): Promise<Response> =>
  fetch(`${url}/graphql/stream`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    body: JSON.stringify(asked),
  });

/** Reads a stream some kilobytes a step; answers how many events came. */
async function readStreamSlowly(url: string, variables: object, count: number): Promise<number> {
  const token = await hub.tokenOf(accounts.auditor);
  const response = await openStream(url, token, { query: heavyQuery, variables });
  let events = 0;
  try {
    for await (const chunk of response.body!.pipeThrough(new TextDecoderStream())) {
      events += chunk.split('data: ').length - 1;
      if (events >= count) break;
      await new Promise((resolve) => setTimeout(resolve, STEP_MS));
    }
  } catch {
    // It was broken off.
  }
  return events;
}

test.each([
  ['WebSocket', readSocketSlowly],
  ['stream', readStreamSlowly],
])('who reads a %s slowly, but reads, is not taken for dead at a heartbeat', async (_, readSlowly) => {
  const EVENTS = 400;
  const { database, clock } = hub;
  const watchful = await testHub({ database, clock, environment: { HEARTBEAT_SECONDS: '1' } });
  const heavy = await ObservedNeed.publish(as.coordinator, villages.cimarga.id, 1000, 'x'.repeat(5000));
  await copyEvents(database, heavy.id, EVENTS);
  await hub.feedStamped();
  const variables = { filter: heavy.filter, after: heavy.cursor };
  expect(await readSlowly(watchful.url, variables, EVENTS)).toBe(EVENTS);
});

test('a token expires while the database does not answer what its account may do', async () => {
  const { clock } = hub;
  const asked = Promise.withResolvers<void>();
  const answer = Promise.withResolvers<Map<string, Actor>>();
  const currentActors = () => {
    asked.resolve();
    return answer.promise;
  };
  const limits = { most: 1, mostPerAccount: 1 };
  const connections = new Connections(limits, currentActors, clock, createLogger('silent'));
  const actor: Actor = {
    ...anonymous,
    accountId: accounts.auditor,
    origin: { ...anonymous.origin, tokenId: 'token' },
  };
  const ended = Promise.withResolvers<number>();
  const expiresAt = new Date(clock.now().getTime() + 1000);
  connections.add({ actor, expiresAt, address: '', end: ended.resolve });
  connections.start();
  await asked.promise;
  await clock.moveTo(new Date(expiresAt.getTime() + 1));
  expect(await ended.promise).toBe(CLOSE_UNAUTHENTICATED);
  answer.resolve(new Map());
  await connections.stop();
});

test('a stream whose account’s permissions change ends with PERMISSIONS_CHANGED, and its token is good for another', async () => {
  const account = await insertAccount(hub.database, { email: 'changed@sinergi.test', roles: ['AUDITOR'] });
  const token = await hub.tokenOf(account);
  const stream = await openStream(hub.url, token, { query, variables: { filter } });
  await hub.feedsOpen(1);
  await hub.database.sql(`update account_roles set role = 'ADMIN' where account_id = $1`, [account]);
  const end = await stream.text();
  expect(end).toContain('"extensions":{"code":"PERMISSIONS_CHANGED"}');
  expect(end).toMatch(/event: complete\ndata: \n\n$/);
  await hub.feedsOpen(0);
  const again = await openStream(hub.url, token, { query: '{ viewer { roles } }' });
  expect(await again.text()).toContain('"roles":["ADMIN"]');
});

test('the hub had nothing to complain of', () => expect(hub.complaints).toEqual([]));
