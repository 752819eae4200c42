import { createSourceEventStream, execute, type ExecutionArgs, type ExecutionResult } from 'graphql';
import type { Outlet } from '../live/outlet.ts';
import { type SharedReading, SharedSource } from '../live/shared-stream.ts';
import { answerSizeError } from './answer-size.ts';
import { type FormatErrors, OperationExecution } from './shared-execution.ts';

/** graphql-js's `execute`, for answers of a bearable size. */
export async function executeWithinLimits(args: ExecutionArgs): Promise<ExecutionResult> {
  const tooLarge = answerSizeError(args);
  return tooLarge === null ? execute(args) : { errors: [tooLarge] };
}

/** graphql-js's `subscribe` where results are not yielded, but leave by the outlet, serialised once for many readers. */
export async function subscribeShared(
  args: ExecutionArgs,
  outlet: Outlet,
  format: FormatErrors,
): Promise<ExecutionResult | SharedReading> {
  const tooLarge = answerSizeError(args);
  if (tooLarge !== null) return { errors: [tooLarge] };
  const source = await createSourceEventStream(args);
  if (!(source instanceof SharedSource)) {
    if (Symbol.asyncIterator in source) throw new Error('every subscription answers a SharedSource');
    return source;
  }
  return source.share(new OperationExecution(args, format), outlet);
}
