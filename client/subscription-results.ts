import type { FormattedExecutionResult, GraphQLFormattedError } from 'graphql';
import type { Client } from 'graphql-ws/client';
import { SinergiError } from './sinergi-error.ts';

/** What graphql-ws needs to begin a subscription. */
type Payload = Parameters<Client['subscribe']>[0];

function toError(error: unknown): SinergiError {
  if (Array.isArray(error)) return SinergiError.ofErrors(error as GraphQLFormattedError[]);
  const isClose = typeof error === 'object' && error !== null && 'code' in error && 'reason' in error;
  const said = isClose ? `${String(error.code)} ${String(error.reason)}`.trim() : 'the hub was not reached';
  return new SinergiError('CONNECTION_LOST', `The subscription has ended: ${said}.`, [], error);
}

/**
 * The results of a subscription, each once, in order, for one reader. The subscription begins when this is made,
 * not at the first `next`; what comes before it is read waits. Leaving the loop ends it.
 */
export class SubscriptionResults<T> implements AsyncIterableIterator<T, undefined> {
  private readonly waiting: T[] = [];
  private ended = false;
  private failure: SinergiError | null = null;
  private wake: (() => void) | null = null;
  private readonly unsubscribe: () => void;

  constructor(socket: Client, payload: Payload) {
    this.unsubscribe = socket.subscribe<T>(payload, {
      next: (result) => this.receive(result as FormattedExecutionResult<T>),
      error: (error) => this.end(toError(error)),
      complete: () => this.end(null),
    });
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
    this.end(null);
    this.unsubscribe();
    return Promise.resolve({ value: undefined, done: true });
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  private receive({ data, errors }: FormattedExecutionResult<T>): void {
    if (this.ended) return;
    if (errors !== undefined) {
      this.end(SinergiError.ofErrors(errors));
      this.unsubscribe();
    } else if (data != null) {
      this.waiting.push(data);
      this.wake?.();
    }
  }

  private end(failure: SinergiError | null): void {
    if (this.ended) return;
    this.ended = true;
    this.failure = failure;
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
