// Who may hold a connection, and how many one address may hold, before anybody knows who it is. All over raw sockets.
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { afterAll, describe, expect, test } from '@jest/globals';
import WebSocket from 'ws';
import { type TestHub, testHub } from './support/test-hub.ts';
import { buildWorld } from './support/world.ts';
import { until } from './support/until.ts';

const times = (count: number) => Array.from({ length: count }, (_, index) => index);
const closedHub = await testHub({ environment: { MAX_CONNECTIONS: '20', CONNECTIONS_PER_ADDRESS: '40' } });
const openHub = await testHub({ publicRead: true, environment: { MAX_CONNECTIONS: '20' } });
const { accounts } = await buildWorld(closedHub);
const { accounts: openAccounts } = await buildWorld(openHub);

const opened: (Socket | WebSocket)[] = [];
afterAll(() => {
  for (const one of opened) {
    if ('destroy' in one) one.destroy();
    else one.terminate();
  }
});

function webSocketTo(hub: TestHub): WebSocket {
  const socket = new WebSocket(`${hub.url.replace(/^http/, 'ws')}/graphql`, 'graphql-transport-ws');
  socket.on('error', () => undefined);
  opened.push(socket);
  return socket;
}

/** Introduces itself; the first message, or the close code and reason. */
async function introduce(hub: TestHub, authorization?: string): Promise<string> {
  const socket = webSocketTo(hub);
  // `once` of node:events would reject when the upgrade is refused.
  const closed = new Promise<string>((resolve) => {
    socket.once('close', (code: number, reason: Buffer) => resolve(`${code} ${reason.toString()}`));
  });
  const message = new Promise<string>((resolve) => {
    socket.once('message', (data: Buffer) => resolve((JSON.parse(data.toString()) as { type: string }).type));
  });
  await Promise.race([new Promise((resolve) => socket.once('open', resolve)), closed]);
  const payload = authorization === undefined ? {} : { authorization };
  if (socket.readyState === WebSocket.OPEN) socket.send(JSON.stringify({ type: 'connection_init', payload }));
  return Promise.race([message, closed]);
}

const bearer = async (hub: TestHub, accountId: string) => `Bearer ${await hub.tokenOf(accountId)}`;

/** All that a raw connection answers until it is closed, from an address of this machine. */
function raw(hub: TestHub, text: string, localAddress = '127.0.0.1') {
  const socket = connect({ port: Number(new URL(hub.url).port), host: '127.0.0.1', localAddress });
  opened.push(socket);
  let received = '';
  socket.on('data', (data: Buffer) => (received += data.toString()));
  socket.on('error', () => undefined);
  const closed = new Promise<string>((resolve) => socket.once('close', () => resolve(received)));
  socket.write(text);
  return { socket, closed, received: () => received };
}

const HALF =
  'POST /graphql HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{';
const WHOLE = 'GET /health/live HTTP/1.1\r\nHost: x\r\n\r\n';

describe('without PUBLIC_READ', () => {
  test.each([
    ['no token', undefined],
    ['a token that is none', 'Bearer nonsense'],
    ['something else', 'Basic YTpi'],
  ])('a WebSocket with %s is closed with 4401 at once, and holds no place', async (_, authorization) => {
    for (let round = 0; round < 25; round += 1) {
      expect(await introduce(closedHub, authorization)).toMatch(/^4401 .*"(?:MISSING|INVALID)"/);
    }
    expect(await introduce(closedHub, await bearer(closedHub, accounts.auditor))).toBe('connection_ack');
  });

  test('an event stream without a good token is 401, and says how to authenticate', async () => {
    for (const authorization of [undefined, 'Bearer nonsense']) {
      const response = await fetch(`${closedHub.url}/graphql/stream`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...(authorization && { authorization }) },
        body: JSON.stringify({ query: 'subscription { pledgeFeed { cursor } }' }),
      });
      expect(response.status).toBe(401);
      expect(response.headers.get('www-authenticate')).toBe('Bearer');
      expect(await response.json()).toMatchObject({ errors: [{ extensions: { code: 'UNAUTHENTICATED' } }] });
    }
  });

  test('a WebSocket that never introduces itself is closed with 4408 within seconds', async () => {
    const socket = webSocketTo(closedHub);
    const [code] = (await once(socket, 'close')) as [number];
    expect(code).toBe(4408);
  });
});

describe('with PUBLIC_READ', () => {
  test('strangers hold at most a fifth of the places together; accounts come in all the same', async () => {
    const outcomes: string[] = [];
    for (const round of times(6)) {
      outcomes.push(await introduce(openHub, round % 2 === 0 ? undefined : 'Bearer x'));
    }
    expect(outcomes.slice(0, 4)).toEqual(times(4).map(() => 'connection_ack'));
    expect(outcomes.slice(4).every((outcome) => outcome.startsWith('4503'))).toBe(true);
    const stream = await fetch(`${openHub.url}/graphql/stream`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ query: 'subscription { pledgeFeed { cursor } }' }),
    });
    expect(stream.status).toBe(503);
    const token = await bearer(openHub, openAccounts.auditor);
    for (let round = 0; round < 16; round += 1) {
      expect(await introduce(openHub, token)).toBe('connection_ack');
    }
    expect(await introduce(openHub, token)).toMatch(/^1006|^4503/);
  });
});

describe('of one address', () => {
  test('so many connections are held, and one more is answered 429 and closed; other addresses have their own', async () => {
    const from = '127.0.0.21';
    const idle: ReturnType<typeof raw>[] = [];
    for (let round = 0; round < 40; round += 1) {
      const one = raw(closedHub, WHOLE, from);
      await until(() => one.received().includes('200 OK'), 'an answer');
      idle.push(one);
    }
    const refused = await raw(closedHub, WHOLE, from).closed;
    expect(refused).toMatch(/^HTTP\/1\.1 429 .*\r\nConnection: close\r\nRetry-After: 5\r\n/s);
    const other = raw(closedHub, WHOLE, '127.0.0.22');
    await until(() => other.received().includes('200 OK'), 'an answer to another address');
    idle[0]!.socket.destroy();
    await until(async () => {
      const again = raw(closedHub, WHOLE, from);
      await until(() => again.received() !== '', 'an answer');
      again.socket.destroy();
      return again.received().includes('200 OK');
    }, 'room again');
    for (const { socket } of idle) socket.destroy();
  });

  test('half of them may be requests that have not arrived, silent ones included', async () => {
    for (const [from, text] of [
      ['127.0.0.31', HALF],
      ['127.0.0.32', 'POST /graphql HT'],
      ['127.0.0.33', ''],
    ] as const) {
      const half = times(22).map(() => raw(closedHub, text, from));
      await until(
        () => half.filter(({ received }) => received().includes('429')).length >= 2,
        'two refusals',
      );
      expect(half.filter(({ received }) => received() === '')).toHaveLength(20);
      const other = raw(closedHub, WHOLE, '127.0.0.34');
      await until(() => other.received().includes('200 OK'), 'an answer to another address');
      for (const { socket } of half) socket.destroy();
    }
  });

  test('behind a trusted proxy it is the address that the proxy names; the proxy’s own connections are not counted', async () => {
    const hub = await testHub({
      publicRead: true,
      environment: { CONNECTIONS_PER_ADDRESS: '10', TRUSTED_PROXIES: '127.0.0.1' },
    });
    const many = times(30).map(() => raw(hub, WHOLE));
    await until(() => many.every(({ received }) => received().includes('200 OK')), 'thirty answers');
    const halfFrom = (address: string) => HALF.replace('Host: x', `Host: x\r\nX-Forwarded-For: ${address}`);
    const half = times(6).map(() => raw(hub, halfFrom('192.0.2.1')));
    await until(() => half.some(({ received }) => received().includes('429')), 'a refusal');
    expect(half.filter(({ received }) => received() === '')).toHaveLength(5);
    const other = raw(hub, halfFrom('192.0.2.2'));
    const wanted = raw(hub, WHOLE);
    await until(() => wanted.received().includes('200 OK'), 'an answer');
    expect(other.received()).toBe('');
    const upgrade = `GET /graphql HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Protocol: graphql-transport-ws\r\nX-Forwarded-For: 192.0.2.3\r\n\r\n`;
    const sockets = times(11).map(() => raw(hub, upgrade));
    await until(() => sockets.every(({ received }) => received() !== ''), 'eleven answers');
    expect(sockets.filter(({ received }) => received().includes('101 Switching'))).toHaveLength(10);
    expect(sockets.filter(({ received }) => received().includes('429'))).toHaveLength(1);
    expect(hub.complaints).toEqual([]);
  });
});

test('none of this was a fault to the hubs', () => {
  expect([...closedHub.complaints, ...openHub.complaints]).toEqual([]);
});
