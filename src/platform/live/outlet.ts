import type { Writable } from 'node:stream';
import type { SharedMessages } from './shared-messages.ts';
import { Turns } from './turns.ts';

/** While so many bytes wait for the network, no more are handed to it. */
const MAX_BACKLOG_BYTES = 262_144;

/** What waits for one connection beside its stream, over all its operations. */
export class Waiting {
  /** Of what is live, in characters. */
  length = 0;
  /** Of what is history: one of the operations holds a page of it at a time. */
  readonly pages = new Turns();
}

/** Where one subscription's messages leave for its reader, whatever the transport. */
export interface Outlet {
  /** Bytes that the network has not taken yet, of all operations of the connection; 0 once it is no more. */
  readonly backlogBytes: number;
  readonly waiting: Waiting;
  /** Hands on all of the messages in one write, each a message of its own; nothing once the reader is gone. */
  send(messages: SharedMessages): void;
  /** Resolves when nothing waits any more, or the reader is gone. */
  drained(): Promise<void>;
  /** Ends the connection of a reader that is too slow, and tells it the cursor from which to resume. */
  overflow(cursor: string): void;
}

/** True for a reader that must take what it was sent before it is sent more. */
export const isFull = ({ backlogBytes }: Outlet): boolean => backlogBytes > MAX_BACKLOG_BYTES;

/** Resolves when the stream takes more again, or is no more. */
export async function whenDrained(stream: Writable): Promise<void> {
  if (!stream.writableNeedDrain || stream.destroyed) return;
  await new Promise<void>((resolve) => {
    const done = () => {
      stream.off('drain', done);
      stream.off('close', done);
      resolve();
    };
    stream.once('drain', done);
    stream.once('close', done);
  });
}
