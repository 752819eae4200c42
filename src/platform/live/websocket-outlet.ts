import type { Duplex } from 'node:stream';
import type { WebSocket } from 'ws';
import { type Outlet, type Waiting, whenDrained } from './outlet.ts';
import type { SharedMessages } from './shared-messages.ts';

/** Closes a connection whose reader is too slow; the reason is JSON with the cursor to resume from. */
export const CLOSE_OVERFLOW = 4413;

/**
 * One operation's way out through a WebSocket.
 *
 * Frames that many readers share are written past ws, straight to the stream: its own sender would encode them
 * anew for each. ws writes whole frames at once as long as it does not compress, so the two never mix.
 */
export class WebSocketOutlet implements Outlet {
  readonly waiting: Waiting;
  private readonly socket: WebSocket;
  private readonly stream: Duplex;
  private readonly id: Buffer;

  constructor(socket: WebSocket, stream: Duplex, operationId: string, waiting: Waiting) {
    this.waiting = waiting;
    this.socket = socket;
    this.stream = stream;
    this.id = Buffer.from(JSON.stringify(operationId));
  }

  get backlogBytes(): number {
    return this.stream.writable ? this.stream.writableLength : 0;
  }

  send(messages: SharedMessages): void {
    const { socket, stream } = this;
    if (socket.readyState !== socket.OPEN) return;
    messages.writeFrames(this.id, (frames) => {
      stream.write(frames);
      // What the kernel has not copied is in the stream until it has.
      return stream.writableLength === 0;
    });
  }

  drained(): Promise<void> {
    return whenDrained(this.stream);
  }

  overflow(cursor: string): void {
    this.socket.close(CLOSE_OVERFLOW, JSON.stringify({ code: 'FEED_OVERFLOW', cursor }));
  }
}
