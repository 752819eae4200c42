import type { IncomingMessage, Server } from 'node:http';
import { parse, type GraphQLError, type GraphQLFormattedError, type GraphQLSchema } from 'graphql';
import { useServer } from 'graphql-ws/use/ws';
import type { Logger } from 'pino';
import { WebSocketServer } from 'ws';
import type { Context } from './graphql/context.ts';
import { toClientError } from './graphql/errors.ts';
import { type EndOf, PARSE_LIMITS, subscribeFresh } from './graphql/execution.ts';
import type { ContextOf } from './http.ts';

export interface WebSocketOptions {
  server: Server;
  schema: GraphQLSchema;
  contextOf: ContextOf;
  endOf: EndOf;
  logger: Logger;
}

const PATH = '/graphql';
const MAX_MESSAGE_BYTES = 1_000_000;
const CLOSE_GOING_AWAY = 1001;

type Parameters = { authorization?: unknown; acceptLanguage?: unknown };

const textOf = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined);

/** The WebSocket side of `/graphql`, protocol graphql-transport-ws. Answers how to close it. */
export function serveWebSocket(options: WebSocketOptions): () => Promise<void> {
  const { server, schema, contextOf, endOf, logger } = options;
  const sockets = new WebSocketServer({ noServer: true, maxPayload: MAX_MESSAGE_BYTES });
  const format = (errors: readonly GraphQLError[], locale: Context['locale']): GraphQLFormattedError[] =>
    errors.map((error) => toClientError(error, locale, logger));
  const contexts = new WeakMap<object, Context>();
  const protocol = useServer<Parameters, { request?: IncomingMessage }>(
    {
      schema,
      parse: (source) => parse(source, PARSE_LIMITS),
      subscribe: (args) => subscribeFresh(args, endOf),
      // Asked anew for each operation, so that a change of roles counts from the next one.
      context: async ({ connectionParams, extra }, _id, payload) => {
        const header = extra.request?.headers['accept-language'];
        const context = await contextOf({
          authorization: textOf(connectionParams?.authorization),
          acceptLanguage: textOf(connectionParams?.acceptLanguage) ?? header,
        });
        contexts.set(payload, context);
        return context;
      },
      onError: (_ctx, _id, payload, errors) => format(errors, contexts.get(payload)?.locale ?? 'id'),
      onNext: (_ctx, _id, _payload, { contextValue }, { errors, ...result }) =>
        errors === undefined
          ? undefined
          : { ...result, errors: format(errors, (contextValue as Context).locale) },
    },
    sockets,
  );
  server.on('upgrade', (request, socket, head) => {
    // Nobody else listens to this socket: a reset without a listener would end the process.
    socket.on('error', () => socket.destroy());
    // As text: not every request target that a stranger sends can be read as an address.
    if (request.url?.split('?', 1)[0] !== PATH) {
      socket.end('HTTP/1.1 404 Not Found\r\nConnection: close\r\n\r\n', () => socket.destroy());
      return;
    }
    sockets.handleUpgrade(request, socket, head, (webSocket) =>
      sockets.emit('connection', webSocket, request),
    );
  });
  return async () => {
    for (const socket of sockets.clients) {
      socket.close(CLOSE_GOING_AWAY, 'The hub is stopping; connect again.');
    }
    await protocol.dispose();
  };
}
