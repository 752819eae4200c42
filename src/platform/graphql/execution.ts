import {
  createSourceEventStream,
  execute,
  type ExecutionArgs,
  type ExecutionResult,
  getOperationAST,
  GraphQLError,
  OperationTypeNode,
} from 'graphql';
import type { Logger } from 'pino';
import { RequestError } from '../../kernel/problems.ts';
import { LIMITS } from '../limits.ts';
import type { Outlet } from '../live/outlet.ts';
import { SharedReading, SharedSource } from '../live/shared-stream.ts';
import { whileWanted } from '../wanted.ts';
import { costOf } from './answer-size.ts';
import type { Context } from './context.ts';
import { documentBytes, jsonBytes } from './document-memory.ts';
import { tooLarge } from './document-size.ts';
import { fixedFields } from './prices.ts';
import { projectionBytes } from './projection.ts';
import { type FormatErrors, OperationExecution } from './shared-execution.ts';

/** What an answer says of its own cost, under `extensions`. */
export function costExtension(fields: number): { cost: { fields: number; maxFields: number } } {
  return { cost: { fields, maxFields: LIMITS.answerFields } };
}

/** A refusal that was thrown, as the result of an operation that was never executed. */
export function refusalOf(error: unknown): GraphQLError {
  if (!(error instanceof RequestError)) throw error;
  return new GraphQLError(error.message, { originalError: error });
}

/** Anything that was thrown, as an error of GraphQL. */
export function failureOf(error: unknown): GraphQLError {
  if (error instanceof GraphQLError) return error;
  const originalError = error instanceof Error ? error : new Error(String(error), { cause: error });
  return new GraphQLError(originalError.message, { originalError });
}

/** Does the work as one of the asker's operations, once its cost is reserved; answers the errors of one that may not be. */
async function withinAllowance<T>(
  args: ExecutionArgs,
  work: (cost: number) => Promise<T>,
): Promise<T | ExecutionResult> {
  const { allowance, usage } = args.contextValue as Context;
  const cost = costOf(args);
  if (typeof cost !== 'number') return { errors: cost };
  let end: () => void;
  try {
    usage.reserve(cost, fixedFields(args.schema, args.document, args.operationName));
    end = allowance.begin();
  } catch (error) {
    return { errors: [refusalOf(error)] };
  }
  try {
    return await work(cost);
  } finally {
    end();
  }
}

/** The same, measured, and settled at its end, however it ends. */
function metered<T>(args: ExecutionArgs, work: (cost: number) => Promise<T>): Promise<T | ExecutionResult> {
  const { usage } = args.contextValue as Context;
  return usage.within(async () => {
    try {
      return await withinAllowance(args, work);
    } finally {
      usage.settle();
    }
  });
}

/** graphql-js's `execute`, for answers of a bearable size, which say what they cost; one that grew too large is an error. */
export function executeWithinLimits(args: ExecutionArgs): Promise<ExecutionResult> {
  const { signal, bytes } = args.contextValue as Context;
  const isRead = getOperationAST(args.document, args.operationName)?.operation === OperationTypeNode.QUERY;
  return metered(args, async (cost) => {
    const result = await (isRead ? whileWanted(signal, () => execute(args)) : execute(args));
    const { errors } = bytes;
    return { ...(errors === null ? result : { errors }), extensions: costExtension(cost) };
  });
}

/** An open subscription counts no less than what it keeps: one field for so many bytes. */
const BYTES_PER_FIELD = 256;

/** Opens a subscription that counts as one of the asker's until it ends; answers the error of one too many. */
async function amongOpen(
  { open }: Context,
  openFields: number,
  begin: () => Promise<ExecutionResult | SharedReading>,
): Promise<ExecutionResult | SharedReading> {
  let close: () => void;
  try {
    close = open(openFields);
  } catch (error) {
    return { errors: [refusalOf(error)] };
  }
  try {
    const begun = await begin();
    if (begun instanceof SharedReading) begun.onEnd(close);
    else close();
    return begun;
  } catch (error) {
    close();
    throw error;
  }
}

async function share(
  args: ExecutionArgs,
  outlet: Outlet,
  executionOf: () => OperationExecution,
): Promise<ExecutionResult | SharedReading> {
  const source = await createSourceEventStream(args);
  // What it begins is there for other readers too, and outlives this operation.
  const { usage } = args.contextValue as Context;
  if (source instanceof SharedSource) return usage.outside(() => source.share(executionOf(), outlet));
  if (Symbol.asyncIterator in source) throw new Error('every subscription answers a SharedSource');
  return source;
}

/** graphql-js's `subscribe` where results are not yielded, but leave by the outlet, serialised once for many readers. */
export function subscribeShared(
  args: ExecutionArgs,
  outlet: Outlet,
  format: FormatErrors,
  logger: Logger,
): Promise<ExecutionResult | SharedReading> {
  return metered<ExecutionResult | SharedReading>(args, async (cost) => {
    const kept = JSON.stringify(args.variableValues ?? {}).length;
    if (kept > LIMITS.keptCharacters) {
      return { errors: [tooLarge('keptCharacters', 'query.too-much-to-keep', kept)] };
    }
    const executionOf = () => new OperationExecution(args, format, cost, logger);
    const keptBytes = documentBytes(args.document) + jsonBytes(kept) + projectionBytes(cost);
    const keptFields = Math.ceil(keptBytes / BYTES_PER_FIELD);
    const openFields = Math.max(cost, LIMITS.leastFields, keptFields);
    return amongOpen(args.contextValue as Context, openFields, () => share(args, outlet, executionOf));
  });
}
