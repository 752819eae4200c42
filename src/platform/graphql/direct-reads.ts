import { type DocumentNode, getOperationAST, type OperationDefinitionNode, OperationTypeNode } from 'graphql';
import type { Logger } from 'pino';
import { RequestError } from '../../kernel/problems.ts';
import { isRecord } from '../../kernel/record.ts';
import type { CompiledRead, PreparedReads } from '../prepared-reads.ts';
import { outageCodeOf } from '../outage.ts';
import type { ReadyReads } from '../read-plan/ready-reads.ts';
import { tooManyBytes } from './answer-bytes.ts';
import { costOf } from './answer-size.ts';
import type { Context } from './context.ts';
import type { Documents } from './documents.ts';
import { refusalOfRead } from './errors.ts';
import { costExtension } from './execution.ts';
import { answerOfFailure } from './failed-read.ts';
import { type SentOperation, sentOperation } from './sent-operation.ts';

export interface DirectReadsOptions {
  documents: Documents;
  ready: ReadyReads;
  prepared: PreparedReads;
  /** Of an answer. */
  maxBytes: number;
  logger: Logger;
}

/** What a body asks for; null where it is anything but a plain request, which the ordinary way judges. */
function requestIn(body: unknown): SentOperation | null {
  if (!isRecord(body)) return null;
  const { extensions } = body;
  const isPlain = extensions == null || (isRecord(extensions) && Object.keys(extensions).length === 0);
  return isPlain ? sentOperation(body) : null;
}

/**
 * Answers queries by one statement where all that they ask for is mapped. Neither Apollo nor a resolver sees them: what
 * the database wrote goes out as it is. Everything else, and whatever is wrong, is left to the ordinary way.
 */
export class DirectReads {
  private readonly options: DirectReadsOptions;

  constructor(options: DirectReadsOptions) {
    this.options = options;
  }

  /** The answer's JSON; null for what the ordinary way must answer. Throws RequestError for one that is too large or too slow. */
  async answer(body: unknown, context: Context): Promise<string | null> {
    const request = requestIn(body);
    if (request === null) return null;
    const { documents, logger } = this.options;
    const document = documents.read(request.query);
    if (!('kind' in document)) return null;
    const read = this.find(document, request, context);
    if (read === null) return null;
    try {
      context.usage.reserve(read.cost, 0);
    } catch (error) {
      // It is asked for again on the ordinary way, and refused there with all that belongs to it.
      if (error instanceof RequestError) return null;
      throw error;
    }
    const extensions = JSON.stringify(costExtension(read.cost));
    try {
      const [row] = await this.options.prepared.run<{ answer: string | null }>(read);
      context.usage.resume();
      if (row!.answer === null) throw tooManyBytes(this.options.maxBytes);
      return `{"data":${row!.answer},"extensions":${extensions}}`;
    } catch (error) {
      const refusal = refusalOfRead(error);
      if (refusal !== null) throw refusal;
      // The answer holds nothing, and its status says so.
      if (outageCodeOf(error) !== null) throw error;
      const { operation } = read;
      const { variables = {} } = request;
      const failed = { schema: documents.schema, document, operation, variables };
      const answer = answerOfFailure(failed, error, context, logger);
      return JSON.stringify({ ...answer, extensions: costExtension(read.cost) });
    }
  }

  private find(
    document: DocumentNode,
    { operationName, variables = {} }: SentOperation,
    context: Context,
  ): (CompiledRead & { cost: number; operation: OperationDefinitionNode }) | null {
    const operation = getOperationAST(document, operationName);
    if (operation?.operation !== OperationTypeNode.QUERY) return null;
    const reader = context.readerOrNull();
    if (reader === null) return null;
    const { documents, ready } = this.options;
    const cost = costOf({ schema: documents.schema, document, operationName, variableValues: variables });
    if (typeof cost !== 'number') return null;
    const read = ready.find({ document, operation, variables, reader });
    return read === null ? null : { ...read, cost, operation };
  }
}
