import {
  createSourceEventStream,
  execute,
  type ExecutionArgs,
  type ExecutionResult,
  type GraphQLError,
} from 'graphql';
import type { Context } from './context.ts';

/** What the parser may be asked to read; the longest operation of the typed client has about 400 tokens. */
export const PARSE_LIMITS = { maxTokens: 5000 } as const;

/** Turns what ended a subscription into the error its client hears. */
export type EndOf = (error: unknown) => GraphQLError;

/**
 * Executes each event of a subscription in a fresh context, so that what one event loaded is never shown as the
 * state of the next. An error of the source becomes the last result; the client hears it, and the stream ends.
 */
class EventResults implements AsyncIterableIterator<ExecutionResult> {
  private readonly source: AsyncIterator<unknown>;
  private readonly args: ExecutionArgs;
  private readonly endOf: EndOf;
  private ended = false;

  constructor(source: AsyncIterable<unknown>, args: ExecutionArgs, endOf: EndOf) {
    this.source = source[Symbol.asyncIterator]();
    this.args = args;
    this.endOf = endOf;
  }

  async next(): Promise<IteratorResult<ExecutionResult, undefined>> {
    if (this.ended) return { value: undefined, done: true };
    try {
      const event = await this.source.next();
      if (event.done === true) return { value: undefined, done: true };
      const contextValue = (this.args.contextValue as Context).fresh();
      return { value: await execute({ ...this.args, rootValue: event.value, contextValue }), done: false };
    } catch (error) {
      // A source that has failed may still hold on to something.
      await this.return();
      return { value: { errors: [this.endOf(error)] }, done: false };
    }
  }

  async return(): Promise<IteratorResult<ExecutionResult, undefined>> {
    this.ended = true;
    await this.source.return?.();
    return { value: undefined, done: true };
  }

  async throw(error: unknown): Promise<IteratorResult<ExecutionResult, undefined>> {
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

/** graphql-js's `subscribe`, with a fresh context for each event. */
export async function subscribeFresh(
  args: ExecutionArgs,
  endOf: EndOf,
): Promise<ExecutionResult | AsyncIterableIterator<ExecutionResult>> {
  const source = await createSourceEventStream(args);
  if (!(Symbol.asyncIterator in source)) return source;
  return new EventResults(source, args, endOf);
}
