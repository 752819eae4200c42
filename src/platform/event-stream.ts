import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import {
  type ExecutionArgs,
  type ExecutionResult,
  getOperationAST,
  GraphQLError,
  OperationTypeNode,
} from 'graphql';
import { RequestError } from '../kernel/problems.ts';
import { isRecord } from '../kernel/record.ts';
import type { Context } from './graphql/context.ts';
import type { PersistedOperations } from './graphql/persisted-operations.ts';
import { toClientError } from './graphql/errors.ts';
import { executeWithinLimits, failureOf, subscribeShared } from './graphql/execution.ts';
import { type SentOperation, sentOperation } from './graphql/sent-operation.ts';
import type { Connection } from './live/connections.ts';
import { EventStreamOutlet } from './live/event-stream-outlet.ts';
import { Heartbeat } from './live/heartbeat.ts';
import type { LiveOptions } from './live/live-options.ts';
import { SharedReading } from './live/shared-stream.ts';
import { addressOf } from './proxies.ts';
import { clientRequestIdOf } from './request-id.ts';
import { whileOpen } from './wanted.ts';

const PATH = '/graphql/stream';
/** A stream that is over, and still not taken, is broken off after this time. */
const CLOSE_WITHIN_MS = 5000;
const HEAD = {
  'content-type': 'text/event-stream; charset=utf-8',
  'cache-control': 'no-store, no-transform',
  // Proxies that gather answers must not gather this one.
  'x-accel-buffering': 'no',
} as const;

function jsonOf(text: unknown): unknown {
  if (typeof text !== 'string') return text;
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

/** The operation a request asks for, in its body or, for GET, in its address; null for none. */
function askedBy(
  { method, body, query: search }: FastifyRequest,
  persisted: PersistedOperations,
): SentOperation | null {
  const given = method === 'GET' ? search : body;
  if (!isRecord(given)) return null;
  const variables = method === 'GET' ? jsonOf(given['variables']) : given['variables'];
  return sentOperation({ ...given, query: persisted.textOf(given), variables });
}

/** One stream of server-sent events, from the request's arrival to its end. */
class EventStream {
  private readonly options: LiveOptions;
  private readonly reply: FastifyReply;
  private readonly context: Context;
  private readonly outlet: EventStreamOutlet;

  constructor(options: LiveOptions, reply: FastifyReply, context: Context) {
    this.options = options;
    this.reply = reply;
    this.context = context;
    this.outlet = new EventStreamOutlet(reply.raw, (cursor) =>
      this.failure(
        new RequestError('FEED_OVERFLOW', { key: 'feed.overflow', params: { cursor } }, { cursor }),
      ),
    );
  }

  /** Answers the operation until its end, or until the reader has gone. */
  async serve(asked: SentOperation, isSafe: boolean): Promise<void> {
    const { connections } = this.options;
    const response = this.reply.raw;
    // Its end was told while it was asked who is there, and is not told again.
    if (response.destroyed) return;
    const connection = this.asConnection();
    if (!connections.add(connection)) {
      response.writeHead(503, { 'retry-after': '5' }).end();
      return;
    }
    response.writeHead(200, HEAD);
    response.flushHeaders();
    const heartbeat = new Heartbeat(this.reply.request.raw.socket, {
      everyMs: this.options.heartbeatMs,
      ask: () => this.outlet.comment(),
      isAnswered: false,
      breakOff: () => response.destroy(),
    });
    response.once('close', () => {
      heartbeat.stop();
      connections.remove(connection);
    });
    try {
      this.outlet.end(await this.run(asked, isSafe));
    } catch (error) {
      this.outlet.end(this.failure(error));
    } finally {
      this.context.usage.settle();
    }
    setTimeout(() => response.destroy(), CLOSE_WITHIN_MS).unref();
  }

  private asConnection(): Connection {
    const { actor, expiresAt } = this.context;
    return {
      actor,
      expiresAt,
      address: addressOf(this.reply.request.raw, this.options.isProxy),
      end: (_code, why) => {
        this.outlet.end(this.failure(why));
        this.reply.raw.end();
      },
    };
  }

  /** The last result, or null when all that was read has left by the outlet. */
  private async run(
    { query, operationName, variables }: SentOperation,
    isSafe: boolean,
  ): Promise<string | null> {
    const { schema, documents, logger } = this.options;
    const document = this.context.usage.measure(() => documents.read(query));
    if (!('kind' in document)) return this.result({ errors: document });
    const operation = getOperationAST(document, operationName)?.operation;
    if (operation === undefined) throw new GraphQLError('Unable to identify operation');
    if (isSafe && operation === OperationTypeNode.MUTATION) {
      throw new GraphQLError('Mutations are sent with POST.');
    }
    const args: ExecutionArgs = {
      schema,
      document,
      operationName,
      variableValues: variables,
      contextValue: this.context,
      hideSuggestions: !documents.isSchemaOpen,
    };
    if (operation !== OperationTypeNode.SUBSCRIPTION) return this.result(await executeWithinLimits(args));
    const reading = await subscribeShared(args, this.outlet, (errors) => this.format(errors), logger);
    if (!(reading instanceof SharedReading)) return this.result(reading);
    this.reply.raw.once('close', () => void reading.return());
    // The reader may have gone while the subscription was opened.
    await (this.reply.raw.destroyed ? reading.return() : reading.next());
    return null;
  }

  private format(errors: readonly GraphQLError[]): object[] {
    return errors.map((error) => toClientError(error, this.context, this.options.logger));
  }

  private result({ errors, ...data }: ExecutionResult): string {
    return JSON.stringify(errors === undefined ? data : { errors: this.format(errors), ...data });
  }

  private failure(error: unknown): string {
    return this.result({ errors: [failureOf(error)] });
  }
}

/** Whoever may not read holds no place, not even for a moment: on such a hub one signs in by `/graphql`. */
function assertMayHoldPlace(context: Context): void {
  if (context.readerOrNull() === null) context.reader();
}

/**
 * `/graphql/stream`: any operation, answered as server-sent events by the protocol graphql-sse, distinct connections
 * mode; for networks that let no WebSocket through. A reader that comes back with `Last-Event-ID` goes on after it.
 */
export function serveEventStreams(app: FastifyInstance, options: LiveOptions): void {
  app.route({
    url: PATH,
    method: ['GET', 'POST'],
    handler: async (request, reply) => {
      const asked = askedBy(request, options.persisted);
      if (asked === null) {
        throw new RequestError('BAD_REQUEST', { key: 'request.bad' });
      }
      const { authorization, 'accept-language': acceptLanguage } = request.headers;
      const resumeAfter = request.headers['last-event-id'];
      const context = await options.contextOf({
        authorization,
        acceptLanguage,
        address: addressOf(request.raw, options.isProxy),
        requestId: request.id,
        signal: whileOpen(reply.raw),
        clientRequestId: clientRequestIdOf(request),
        resumeAfter: typeof resumeAfter === 'string' && resumeAfter !== '' ? resumeAfter : null,
      });
      context.allowance.knock();
      assertMayHoldPlace(context);
      // What was said of this answer before it leaves Fastify's hands.
      for (const [name, value] of Object.entries(reply.getHeaders())) {
        if (value !== undefined) reply.raw.setHeader(name, value);
      }
      reply.hijack();
      await new EventStream(options, reply, context).serve(asked, request.method === 'GET');
    },
  });
}
