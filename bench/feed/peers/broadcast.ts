import type { IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { once } from 'node:events';
import { type WebSocket, WebSocketServer } from 'ws';
import { type FeedEvent, LISTEN, type Peer, topicOf } from './peer.ts';

/** A subscription of one socket, by the id that its reader has given to it. */
export interface Subscribed {
  socket: WebSocket;
  request: IncomingMessage;
  id: string;
}

/** A peer that has as much of the protocol as brings a client to listen; `send` gives one event to all who subscribed. */
export async function startBroadcast<Reader>(
  readerOf: (subscribed: Subscribed) => Reader,
  send: (event: FeedEvent, readers: Iterable<Reader>) => void,
): Promise<Peer> {
  const audiences = new Map<string, Set<Reader>>();
  const server = new WebSocketServer({ ...LISTEN, path: '/graphql', perMessageDeflate: false });
  server.on('connection', (socket, request) => {
    socket.on('message', (data: Buffer) => {
      const { type, id, payload } = JSON.parse(data.toString()) as {
        type: string;
        id?: string;
        payload?: { variables?: Parameters<typeof topicOf>[0] };
      };
      if (type === 'connection_init') socket.send('{"type":"connection_ack"}');
      if (type !== 'subscribe') return;
      const topic = topicOf(payload?.variables ?? {});
      const audience = audiences.get(topic) ?? new Set();
      const reader = readerOf({ socket, request, id: id! });
      audiences.set(topic, audience.add(reader));
      socket.on('close', () => audience.delete(reader));
    });
  });
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    publish: (topic, event) => send(event, audiences.get(topic) ?? []),
  };
}
