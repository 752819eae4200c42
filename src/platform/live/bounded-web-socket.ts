import type { Duplex } from 'node:stream';
import { WebSocket } from 'ws';
import { CLOSE_OVERFLOW } from './websocket-outlet.ts';

/** With more bytes of replies than this untaken, a peer is not listened to until it has taken them. */
const MAX_UNTAKEN_REPLIES = 65_536;
/** A reply that finds more bytes than this waiting is not sent: its connection is closed. */
const MAX_WAITING_BYTES = 4_194_304;

type Data = Parameters<WebSocket['send']>[0];
type Done = (error?: Error) => void;

/**
 * A WebSocket that keeps little for a peer that asks and does not read. Replies (results, errors, pongs) that are not
 * taken hold up what it asks next; answers to what it has asked already end the connection when too much waits.
 * Shared frames, which are written past this, are bounded by their outlets and only count towards the second bound.
 */
export class BoundedWebSocket extends WebSocket {
  private untakenReplies = 0;

  /** To be called once, with the stream beneath, before anything is sent. */
  keepInBounds(stream: Duplex): void {
    stream.on('drain', () => {
      this.untakenReplies = 0;
      if (this.isPaused) this.resume();
    });
  }

  override send(data: Data, options?: object | Done, done?: Done): void {
    const [how, whenDone] = typeof options === 'function' ? [{}, options as Done] : [options ?? {}, done];
    if (this.hasRoom()) this.reply(() => super.send(data, how, whenDone));
    else whenDone?.();
  }

  override pong(...args: Parameters<WebSocket['pong']>): void {
    if (this.hasRoom()) this.reply(() => super.pong(...args));
  }

  private hasRoom(): boolean {
    if (this.readyState !== this.OPEN) return false;
    if (this.bufferedAmount <= MAX_WAITING_BYTES) return true;
    this.close(CLOSE_OVERFLOW, JSON.stringify({ code: 'FEED_OVERFLOW', cursor: null }));
    return false;
  }

  private reply(send: () => void): void {
    const before = this.bufferedAmount;
    send();
    const waiting = this.bufferedAmount;
    // No more than waits in all: past the bound, then, the stream is full and tells when it has drained.
    this.untakenReplies = Math.min(this.untakenReplies + waiting - before, waiting);
    if (this.untakenReplies > MAX_UNTAKEN_REPLIES) this.pause();
  }
}
