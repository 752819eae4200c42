import type { AddressInfo } from 'node:net';
import { once } from 'node:events';
import type { WebSocket } from 'ws';
import { WebSocketServer } from 'ws';
import { LISTEN, servePeer, topicOf } from './peer.ts';

/**
 * The limit: the same bytes, serialised before the measurement, sent by `ws` to every socket that wants them. Of the
 * protocol there is as much as brings a client to listen.
 */
await servePeer(async (events) => {
  const frames = new Map(
    events.map((event) => [
      event,
      Buffer.from(
        JSON.stringify({ id: crypto.randomUUID(), type: 'next', payload: { data: { pledgeFeed: event } } }),
      ),
    ]),
  );
  const audiences = new Map<string, Set<WebSocket>>();
  const server = new WebSocketServer({ ...LISTEN, path: '/graphql', perMessageDeflate: false });
  server.on('connection', (socket) => {
    socket.on('message', (data: Buffer) => {
      const message = JSON.parse(data.toString()) as {
        type: string;
        payload?: { variables?: Parameters<typeof topicOf>[0] };
      };
      if (message.type === 'connection_init') socket.send('{"type":"connection_ack"}');
      if (message.type !== 'subscribe') return;
      const topic = topicOf(message.payload?.variables ?? {});
      const audience = audiences.get(topic) ?? new Set();
      audiences.set(topic, audience.add(socket));
      socket.on('close', () => audience.delete(socket));
    });
  });
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    publish: (topic, event) => {
      const frame = frames.get(event)!;
      for (const socket of audiences.get(topic) ?? []) socket.send(frame, { binary: false });
    },
  };
});
