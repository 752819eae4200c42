import type { FormattedExecutionResult, GraphQLFormattedError } from 'graphql';
import type { Client } from 'graphql-ws/client';
import { errorOfClose } from './close-codes.ts';
import { SinergiError } from './sinergi-error.ts';

/** What graphql-ws needs to begin a subscription. */
type Payload = Parameters<Client['subscribe']>[0];

function toError(error: unknown): SinergiError {
  return Array.isArray(error) ? SinergiError.ofErrors(error as GraphQLFormattedError[]) : errorOfClose(error);
}

/**
 * The results of a subscription, each once, in order, for one reader. The subscription begins when this is made,
 * not at the first `next`; what comes before it is read waits. Leaving the loop ends it.
 */
export class SubscriptionResults<T> implements AsyncIterableIterator<T, undefined> {
  /**
   * How many results may wait for their reader. One more ends the subscription: what waits can still be read, then
   * comes `FEED_OVERFLOW`.
   */
  maxWaiting = Infinity;
  private readonly waiting: T[] = [];
  private hasReceived = false;
  private ended = false;
  private failure: SinergiError | null = null;
  private wake: (() => void) | null = null;
  private readonly release: () => void;

  constructor(socket: Client, payload: Payload) {
    const unsubscribe = socket.subscribe<T>(payload, {
      next: (result) => this.receive(result as FormattedExecutionResult<T>),
      error: (error) => this.end(toError(error)),
      complete: () => this.end(null),
    });
    // After a normal close graphql-ws subscribes again by itself, and the hub tells again what it told before.
    const unlisten = socket.on('closed', (event) => {
      if (this.hasReceived) this.end(errorOfClose(event));
    });
    this.release = () => {
      unlisten();
      unsubscribe();
    };
  }

  async next(): Promise<IteratorResult<T, undefined>> {
    while (this.waiting.length === 0) {
      if (this.ended) return this.finish();
      await new Promise<void>((resolve) => (this.wake = resolve));
    }
    return { value: this.waiting.shift() as T, done: false };
  }

  return(): Promise<IteratorResult<T, undefined>> {
    this.waiting.length = 0;
    this.failure = null;
    this.end(null);
    return Promise.resolve({ value: undefined, done: true });
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  private receive({ data, errors }: FormattedExecutionResult<T>): void {
    if (this.ended) return;
    this.hasReceived = true;
    if (errors !== undefined) this.end(SinergiError.ofErrors(errors));
    else if (this.waiting.length >= this.maxWaiting) {
      this.end(new SinergiError('FEED_OVERFLOW', 'More has come than was read.'));
    } else if (data != null) {
      this.waiting.push(data);
      this.wake?.();
    }
  }

  private end(failure: SinergiError | null): void {
    if (this.ended) return;
    this.ended = true;
    this.failure = failure;
    this.release();
    this.wake?.();
  }

  /** The failure is told once; from then on the iterator is simply at its end. */
  private finish(): IteratorResult<T, undefined> {
    const { failure } = this;
    this.failure = null;
    if (failure !== null) throw failure;
    return { value: undefined, done: true };
  }
}
