import { Waiting } from '../../../src/platform/live/outlet.ts';
import { SharedMessages } from '../../../src/platform/live/shared-messages.ts';
import { WebSocketOutlet } from '../../../src/platform/live/websocket-outlet.ts';
import { startBroadcast } from './broadcast.ts';
import { servePeer } from './peer.ts';

/**
 * The hub's way out alone, without writing together: each event is serialised when it comes, and written to each reader
 * under his own id before the next.
 */
await servePeer(() =>
  startBroadcast(
    ({ socket, request, id }) => new WebSocketOutlet(socket, request.socket, id, new Waiting()),
    (event, outlets) => {
      const body = JSON.stringify({ data: { pledgeFeed: event } });
      const messages = new SharedMessages([{ body, cursor: event.cursor }]);
      for (const outlet of outlets) outlet.send(messages);
    },
  ),
);
