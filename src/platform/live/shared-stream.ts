import type { Outlet } from './outlet.ts';

/** How root values become results, for all readers who share it. */
export interface SharedExecution {
  /** Equal for readers who asked alike and may see the same. */
  readonly key: string;
  /** The result of one root value, as JSON. */
  perform(rootValue: unknown): Promise<string>;
  /**
   * Lets the asker pay for so many results that can wait, before they are performed. Answers in how many milliseconds
   * to try again; 0 when they are paid.
   */
  payFor(results: number): number;
  /** Does work at the asker's cost, which `settle` takes. */
  atOwnCost<T>(work: () => Promise<T>): Promise<T>;
  /** Gives back what these results, which were paid, held and took less than they could; or takes what they took more. */
  settle(results: readonly string[]): void;
}

/** What nobody waits for any more. */
export const never = (): Promise<never> => new Promise(() => undefined);

/**
 * One reader of a shared stream. It yields nothing, since what it reads leaves by its outlet: it only ends, or fails.
 */
export abstract class SharedReading implements AsyncIterableIterator<never, undefined> {
  protected isEnded = false;
  private running: Promise<void> | null = null;
  private isForgotten = false;
  private readonly hearers: (() => void)[] = [];

  /** Reads until `isEnded`; a failure is the reader's end. */
  protected abstract run(): Promise<void>;
  /** Lets go of all it holds, and lets `run` see that it has ended. */
  protected abstract leave(): void;

  async next(): Promise<IteratorResult<never, undefined>> {
    try {
      await (this.running ??= this.run());
    } catch (error) {
      if (!this.isEnded) throw error;
    } finally {
      await this.return();
    }
    return this.isForgotten ? never() : { value: undefined, done: true };
  }

  /** Calls `hear` once, when it has ended and let go of all it held. */
  onEnd(hear: () => void): void {
    if (this.isEnded) hear();
    else this.hearers.push(hear);
  }

  /** Ends it, and lets nobody hear of that: what it was called is another's name now. */
  forget(): void {
    this.isForgotten = true;
    void this.return();
  }

  return(): Promise<IteratorResult<never, undefined>> {
    if (!this.isEnded) {
      this.isEnded = true;
      this.leave();
      for (const hear of this.hearers) hear();
    }
    return Promise.resolve({ value: undefined, done: true });
  }

  async throw(error: unknown): Promise<IteratorResult<never, undefined>> {
    await this.return();
    throw error;
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.return();
  }
}

/** Begins to read for one subscriber; what is read leaves by the outlet. */
export type Share = (execution: SharedExecution, outlet: Outlet) => SharedReading;

/**
 * What a subscription's resolver answers: a stream of root values, of which all readers with the same execution may
 * share one.
 */
export class SharedSource implements AsyncIterable<unknown> {
  readonly share: Share;

  constructor(share: Share) {
    this.share = share;
  }

  /** Only makes graphql-js take this for a stream. */
  [Symbol.asyncIterator](): AsyncIterator<unknown> {
    throw new Error('a shared source is read by share');
  }
}
