import { expect, test } from '@jest/globals';
import { once } from 'node:events';
import { connect } from 'node:net';
import { testHub } from './support/test-hub.ts';

const hub = await testHub();
const { port } = new URL(hub.url);

function upgradeOf(target: string): string {
  const headers = [
    `GET ${target} HTTP/1.1`,
    'Host: hub',
    'Connection: Upgrade',
    'Upgrade: websocket',
    'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==',
    'Sec-WebSocket-Version: 13',
  ];
  return `${headers.join('\r\n')}\r\n\r\n`;
}

test.each(['//', '/\\', 'http://[', '/other', '/graphqlx'])(
  'an upgrade to %s is answered with 404',
  async (target) => {
    const socket = connect(Number(port), '127.0.0.1');
    socket.write(upgradeOf(target));
    const [answer] = (await once(socket, 'data')) as [Buffer];
    expect(answer.toString()).toMatch(/^HTTP\/1\.1 404 /);
    socket.destroy();
    expect((await fetch(`${hub.url}/health/live`)).status).toBe(200);
  },
);

test('a connection that is reset amid an upgrade to another path costs the others nothing', async () => {
  for (let round = 0; round < 20; round += 1) {
    const socket = connect(Number(port), '127.0.0.1');
    socket.on('error', () => socket.destroy());
    await once(socket, 'connect');
    socket.write(upgradeOf('/other') + 'x'.repeat(100_000));
    socket.resetAndDestroy();
  }
  expect((await fetch(`${hub.url}/health/live`)).status).toBe(200);
});
