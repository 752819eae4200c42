import { createSourceEventStream, execute, type ExecutionArgs, type ExecutionResult } from 'graphql';
import { LIMITS } from '../limits.ts';
import type { Outlet } from '../live/outlet.ts';
import { type SharedReading, SharedSource } from '../live/shared-stream.ts';
import { costOf } from './answer-size.ts';
import { type FormatErrors, OperationExecution } from './shared-execution.ts';

/** What an answer says of its own cost, under `extensions`. */
export function costExtension(fields: number): { cost: { fields: number; maxFields: number } } {
  return { cost: { fields, maxFields: LIMITS.answerFields } };
}

/** graphql-js's `execute`, for answers of a bearable size, which say what they cost. */
export async function executeWithinLimits(args: ExecutionArgs): Promise<ExecutionResult> {
  const cost = costOf(args);
  if (typeof cost !== 'number') return { errors: cost };
  return { ...(await execute(args)), extensions: costExtension(cost) };
}

/** graphql-js's `subscribe` where results are not yielded, but leave by the outlet, serialised once for many readers. */
export async function subscribeShared(
  args: ExecutionArgs,
  outlet: Outlet,
  format: FormatErrors,
): Promise<ExecutionResult | SharedReading> {
  const cost = costOf(args);
  if (typeof cost !== 'number') return { errors: cost };
  const source = await createSourceEventStream(args);
  if (!(source instanceof SharedSource)) {
    if (Symbol.asyncIterator in source) throw new Error('every subscription answers a SharedSource');
    return source;
  }
  return source.share(new OperationExecution(args, format), outlet);
}
