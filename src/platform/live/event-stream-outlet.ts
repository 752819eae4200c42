import type { ServerResponse } from 'node:http';
import { type Outlet, Waiting, whenDrained } from './outlet.ts';
import type { SharedMessages } from './shared-messages.ts';

/** One subscription's way out as server-sent events, in the words of the protocol graphql-sse. */
export class EventStreamOutlet implements Outlet {
  readonly waiting = new Waiting();
  private readonly response: ServerResponse;
  private readonly overflowBody: (cursor: string) => string;

  constructor(response: ServerResponse, overflowBody: (cursor: string) => string) {
    this.response = response;
    this.overflowBody = overflowBody;
  }

  get backlogBytes(): number {
    const { response } = this;
    return response.writableEnded || response.destroyed ? 0 : response.writableLength;
  }

  send(messages: SharedMessages): void {
    if (!this.response.writableEnded) this.response.write(messages.eventStream());
  }

  /** What no reader hears of, and every proxy sees. */
  comment(): void {
    if (!this.response.writableEnded) this.response.write(':\n\n');
  }

  drained(): Promise<void> {
    return whenDrained(this.response);
  }

  overflow(cursor: string): void {
    this.end(this.overflowBody(cursor));
  }

  /** Ends the stream, with a last result when there is one. */
  end(body: string | null): void {
    if (this.response.writableEnded) return;
    if (body !== null) this.response.write(`event: next\ndata: ${body}\n\n`);
    this.response.end('event: complete\ndata: \n\n');
  }
}
