import type { FeedEvent } from './feed-log.service.ts';
import type { FeedListener, FeedTail } from './feed-tail.ts';

/** At most five states a second for one subscriber. */
const LEAST_INTERVAL_MS = 200;

/**
 * A state at once, and again after each change. Changes that come while one is read or waits for its turn are
 * merged, so nothing is kept for a slow reader but the wish to see the last state, which is always sent.
 */
export class LatestState<T> implements AsyncIterableIterator<T> {
  private readonly tail: FeedTail;
  private readonly concerns: (event: FeedEvent) => boolean;
  private readonly read: () => Promise<T>;
  private changed = true;
  private ended = false;
  private sentAt = -Infinity;
  private wake: (() => void) | null = null;

  constructor(tail: FeedTail, concerns: (event: FeedEvent) => boolean, read: () => Promise<T>) {
    this.tail = tail;
    this.concerns = concerns;
    this.read = read;
    tail.subscribe(this.hear);
  }

  async next(): Promise<IteratorResult<T, undefined>> {
    while (!this.ended) {
      const waitMs = this.sentAt + LEAST_INTERVAL_MS - performance.now();
      if (!this.changed) await this.sleep(null);
      else if (waitMs > 0) await this.sleep(waitMs);
      else {
        this.changed = false;
        this.sentAt = performance.now();
        return { value: await this.read(), done: false };
      }
    }
    return { value: undefined, done: true };
  }

  return(): Promise<IteratorResult<T, undefined>> {
    this.ended = true;
    this.tail.unsubscribe(this.hear);
    this.wake?.();
    return Promise.resolve({ value: undefined, done: true });
  }

  async throw(error: unknown): Promise<IteratorResult<T, undefined>> {
    await this.return();
    throw error;
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.return();
  }

  /** Until the next change, or for that long; the end wakes it in either case. */
  private sleep(ms: number | null): Promise<void> {
    return new Promise((resolve) => {
      const timer = ms === null ? undefined : setTimeout(resolve, ms);
      this.wake = () => {
        if (ms !== null && !this.ended) return;
        clearTimeout(timer);
        resolve();
      };
    });
  }

  private readonly hear: FeedListener = (event) => {
    if (!this.concerns(event)) return;
    this.changed = true;
    this.wake?.();
  };
}
