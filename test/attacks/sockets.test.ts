import { once } from 'node:events';
import { expect, test } from '@jest/globals';
import WebSocket from 'ws';
import { RawReader } from '../faults/raw-reader.ts';
import { AttackedHub } from './attacked-hub.ts';
import { until } from '../support/until.ts';

/** What was said past the log. */
const spoken: unknown[] = [];
console.error = (...words: unknown[]) => void spoken.push(words);

/** What a WebSocket can be made to do by hand. */
const target = await AttackedHub.start();
const { hub, world, need } = target;
const token = await hub.tokenOf(world.accounts.semen);
const FEED = 'subscription { pledgeFeed { kind } }';
const authorization = `Bearer ${token}`;

interface Raw {
  socket: WebSocket;
  closed: Promise<[code: number, reason: Buffer]>;
}

async function connect(protocol = 'graphql-transport-ws'): Promise<Raw> {
  const socket = new WebSocket(target.endpoint.replace('http', 'ws'), protocol);
  socket.on('error', () => undefined);
  const closed = once(socket, 'close') as Raw['closed'];
  await once(socket, 'open');
  return { socket, closed };
}

const INIT = JSON.stringify({ type: 'connection_init', payload: { authorization } });
/** In a row of frames: waits for the hub’s answer. */
const ACKNOWLEDGED = Symbol('acknowledged');
const subscribe = (id: unknown, query = FEED): string =>
  JSON.stringify({ id, type: 'subscribe', payload: { query } });

/** Frames one after another, and the code that the connection is closed with. */
const breaches: [name: string, frames: (string | Buffer | typeof ACKNOWLEDGED)[], code: number][] = [
  ['subscribe before the introduction', [subscribe('1')], 4401],
  ['subscribe after the introduction, before it is answered', [INIT, subscribe('1')], 4401],
  ['two introductions', [INIT, INIT], 4429],
  ['the same id twice', [INIT, ACKNOWLEDGED, subscribe('1'), subscribe('1')], 4409],
  ['the id __proto__ twice', [INIT, ACKNOWLEDGED, subscribe('__proto__'), subscribe('__proto__')], 4409],
  ['an empty id', [INIT, subscribe('')], 4400],
  ['an id that is a number', [INIT, subscribe(1)], 4400],
  ['no JSON', [INIT, '{'], 4400],
  ['JSON that is no message', [INIT, '[]'], 4400],
  ['an unknown type', [INIT, '{"type":"start","id":"1"}'], 4400],
  ['bytes', [Buffer.from([0xff, 0xfe, 0x00])], 4400],
  ['a message of 1.2 MB', [INIT, subscribe('1', `# ${'x'.repeat(1_200_000)}\n${FEED}`)], 1009],
  ['an id of 4,097 characters', [INIT, ACKNOWLEDGED, subscribe('x'.repeat(4097))], 4400],
  ['an id of 200 KB', [INIT, ACKNOWLEDGED, subscribe('x'.repeat(200_000))], 4400],
  ['an id of 1.2 MB', [INIT, subscribe('x'.repeat(1_200_000))], 1009],
];

test.each(breaches)('%s ends the connection by its code', async (_, frames, code) => {
  await target.survives(async () => {
    const { socket, closed } = await connect();
    for (const frame of frames) {
      if (typeof frame === 'symbol') await once(socket, 'message');
      else socket.send(frame);
    }
    expect((await closed)[0]).toBe(code);
  });
  await hub.feedsOpen(0);
});

test('who never introduces itself is closed', async () => {
  await target.survives(async () => expect((await (await connect()).closed)[0]).toBe(4408));
});

test('another subprotocol is not spoken', async () => {
  const socket = new WebSocket(target.endpoint.replace('http', 'ws'), 'graphql-ws');
  const [error] = (await once(socket, 'error')) as [Error];
  expect(error.message).toBe('Server sent no subprotocol');
});

test('ids named like parts of objects are ids, each with its own operation', async () => {
  await target.survives(async () => {
    const reader = await RawReader.open(hub.url, token);
    for (const id of ['__proto__', 'constructor', 'toString', 'hasOwnProperty', 'x'.repeat(4096)]) {
      reader.subscribe('{ clusters { code } }', {}, id);
      expect(await reader.answerTo(id)).toMatchObject({ type: 'next', payload: { data: {} } });
    }
    expect(({} as Record<string, unknown>)['id']).toBeUndefined();
    reader.socket.terminate();
    await reader.closed;
  });
});

test.each([
  ['that nobody asks for', FEED, { pad: 'x'.repeat(200_000) }],
  [
    'of a filter',
    'subscription ($sectors: [String!]) { pledgeFeed(filter: { sectors: $sectors }) { kind } }',
    { sectors: ['x'.repeat(200_000)] },
  ],
])('a subscription whose variables %s would be kept is refused', async (_, query, variables) => {
  await target.survives(async () => {
    const reader = await RawReader.open(hub.url, token);
    expect(await reader.answerTo(reader.subscribe(query, variables))).toMatchObject({
      payload: {
        errors: [{ extensions: { code: 'OPERATION_TOO_LARGE', limit: 'keptCharacters', max: 32_768 } }],
      },
    });
    await hub.feedsOpen(0);
    reader.socket.terminate();
    await reader.closed;
  });
});

test('a flood of 10,000 pings is broken off', async () => {
  await target.survives(async () => {
    const { socket, closed } = await connect();
    for (let count = 0; count < 10_000; count += 1) socket.ping();
    expect((await closed)[0]).toBe(1006);
  });
});

test('2,000 pings of the protocol and 2,000 completions of nothing are borne', async () => {
  await target.survives(async () => {
    const reader = await RawReader.open(hub.url, token);
    for (let count = 0; count < 2000; count += 1) {
      reader.send({ type: 'ping' });
      reader.complete(`nothing-${count}`);
    }
    expect(await reader.answerTo(reader.subscribe('{ clusters { code } }'))).toMatchObject({ type: 'next' });
    reader.socket.terminate();
    await reader.closed;
  });
});

test('50 connections that are torn down amid their operations leave nothing behind', async () => {
  await target.survives(async () => {
    await Promise.all(
      Array.from({ length: 50 }, async () => {
        const { socket, closed } = await connect();
        socket.send(INIT);
        for (let count = 0; count < 20; count += 1) socket.send(subscribe(String(count)));
        socket.terminate();
        await closed;
      }),
    );
    await hub.feedsOpen(0);
    await until(() => hub.services.live.groupCount === 0, 'no group');
  });
});

test('a mutation of somebody else over the WebSocket is refused as over HTTP, and writes nothing', async () => {
  await target.survives(async () => {
    const reader = await RawReader.open(hub.url, await hub.tokenOf(world.accounts.kader));
    const before = (await hub.contents())['pledges'];
    const claim = `mutation { claimNeed(input: { needId: "${need.id}", quantity: 1, idempotencyKey: "ws" }) { pledge { id } problems { __typename } } }`;
    const answer = await reader.answerTo(reader.subscribe(claim));
    expect(answer.payload).toMatchObject({
      data: { claimNeed: { pledge: null, problems: [{ __typename: 'Forbidden' }] } },
    });
    expect((await hub.contents())['pledges']).toEqual(before);
    reader.socket.terminate();
    await reader.closed;
  });
});

test('none of this was told to the console', () => expect(spoken).toEqual([]));
