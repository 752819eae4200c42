import { startBroadcast } from './broadcast.ts';
import { servePeer } from './peer.ts';

/** The limit: the same bytes, serialised before the measurement, sent by `ws` to every socket that wants them. */
await servePeer((events) => {
  const frames = new Map(
    events.map((event) => [
      event,
      Buffer.from(
        JSON.stringify({ id: crypto.randomUUID(), type: 'next', payload: { data: { pledgeFeed: event } } }),
      ),
    ]),
  );
  return startBroadcast(
    ({ socket }) => socket,
    (event, sockets) => {
      const frame = frames.get(event)!;
      for (const socket of sockets) socket.send(frame, { binary: false });
    },
  );
});
