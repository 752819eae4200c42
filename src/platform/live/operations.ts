import { Abandoned } from '../wanted.ts';
import { never, SharedReading } from './shared-stream.ts';

/** One operation of a connection, from its message until nothing of it runs any more. */
export class Operation {
  private readonly onOver: () => void;
  private isReplaced = false;
  private reading: SharedReading | null = null;
  private readonly leaving = new AbortController();

  constructor(onOver: () => void) {
    this.onOver = onOver;
  }

  /** What `work` answers, or why it fails; nothing is heard of it once another operation has its id. */
  async answer<T>(work: () => Promise<T>): Promise<T> {
    const result = await work().catch((error: unknown) => {
      this.onOver();
      if (this.isReplaced) return never();
      throw error;
    });
    if (result instanceof SharedReading) this.read(result);
    else this.onOver();
    return this.isReplaced ? never() : result;
  }

  /** Aborts once its reader waits for it no longer. */
  get signal(): AbortSignal {
    return this.leaving.signal;
  }

  /** Stands for it among the subscriptions of graphql-ws, which ends them when the reader completes them or has gone. */
  ending(): AsyncGenerator<never> {
    const leaving = this.leaving;
    return {
      next: never,
      return: () => {
        leaving.abort(new Abandoned());
        return Promise.resolve({ done: true, value: undefined });
      },
      throw: never,
      [Symbol.asyncIterator]() {
        return this;
      },
      [Symbol.asyncDispose]: () => Promise.resolve(),
    };
  }

  /** Its reader has completed it, and calls another by its id. */
  replace(): void {
    this.isReplaced = true;
    this.reading?.forget();
  }

  private read(reading: SharedReading): void {
    this.reading = reading;
    reading.onEnd(this.onOver);
    if (this.isReplaced) reading.forget();
  }
}

/**
 * The operations of one connection. What its reader has completed runs on until that is noticed, and counts until
 * then. Its id may be used again at once, for which graphql-ws is not made: it would end the new operation with the
 * old one, or send the old one's results under the new one's id.
 */
export class Operations {
  private readonly running = new Set<Operation>();
  private readonly byId = new Map<string, Operation>();

  /** How many of them run. */
  get size(): number {
    return this.running.size;
  }

  begin(id: string): Operation {
    const operation = new Operation(() => {
      this.running.delete(operation);
      if (this.byId.get(id) === operation) this.byId.delete(id);
    });
    this.byId.get(id)?.replace();
    this.byId.set(id, operation);
    this.running.add(operation);
    return operation;
  }
}
