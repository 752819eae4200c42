import type { IncomingMessage, Server } from 'node:http';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { type ExecutionArgs, getOperationAST, GraphQLError, type GraphQLFormattedError } from 'graphql';
import type { SubscribePayload } from 'graphql-ws';
import { useServer } from 'graphql-ws/use/ws';
import { type ServerOptions, WebSocketServer } from 'ws';
import { RequestError } from '../kernel/problems.ts';
import type { Context } from './graphql/context.ts';
import type { Documents } from './graphql/documents.ts';
import { type Hearer, toClientError } from './graphql/errors.ts';
import { executeWithinLimits, failureOf, refusalOf, subscribeShared } from './graphql/execution.ts';
import { LIMITS } from './limits.ts';
import { BoundedWebSocket } from './live/bounded-web-socket.ts';
import { CLOSE_PERMISSIONS_CHANGED } from './live/connections.ts';
import { Heartbeat } from './live/heartbeat.ts';
import { type Operation, Operations } from './live/operations.ts';
import { Waiting } from './live/outlet.ts';
import { WebSocketOutlet } from './live/websocket-outlet.ts';
import type { LiveOptions } from './live/live-options.ts';
import {
  admit,
  contextOfPeer,
  type Extra,
  hearerOf,
  nextRequestId,
  type Parameters,
  type Peer,
} from './websocket-peer.ts';

export interface WebSocketOptions extends LiveOptions {
  server: Server;
}

const PATH = '/graphql';
const MAX_OPERATIONS = LIMITS.operationsPerConnection;
/** The same with those that its reader has completed, and that run on until they see it. */
const MAX_RUNNING = 10 * MAX_OPERATIONS;
const CLOSE_GOING_AWAY = 1001;
const CLOSE_BAD_MESSAGE = 4400;
/** How long a connection that is being closed may keep what was not read, before it is broken off. */
const CLOSE_WITHIN_MS = 5000;

function tooManyOperations(): GraphQLError[] {
  const max = MAX_OPERATIONS;
  const originalError = new RequestError(
    'TOO_MANY_OPERATIONS',
    { key: 'query.too-many-operations', params: { max } },
    { limit: 'operationsPerConnection', counted: max + 1, max },
  );
  return [new GraphQLError(originalError.message, { originalError })];
}

/** Why a new operation is not even looked at. */
function refusalAtOnce({ subscriptions, extra }: Peer, running: Operations): GraphQLError[] | null {
  const open = Object.keys(subscriptions).length;
  if (open > MAX_OPERATIONS || running.size >= MAX_RUNNING) return tooManyOperations();
  try {
    extra.tab?.allowance.knock();
    return null;
  } catch (error) {
    return [refusalOf(error)];
  }
}

/** The document of an operation that came as text or by its id, or what is wrong with it. */
function documentOf(payload: SubscribePayload, options: LiveOptions): ReturnType<Documents['read']> {
  try {
    return options.documents.read(options.persisted.textOf(payload) ?? '');
  } catch (error) {
    return [refusalOf(error)];
  }
}

function answer(stream: Duplex, status: string): void {
  stream.end(`HTTP/1.1 ${status}\r\nCache-Control: no-store\r\nConnection: close\r\n\r\n`, () =>
    stream.destroy(),
  );
}

/** The context of one operation, and its way out. */
async function openOperation(
  peer: Peer,
  id: string,
  signal: AbortSignal,
  options: WebSocketOptions,
): Promise<{ context: Context; outlet: WebSocketOutlet }> {
  const context = await contextOfPeer(peer, nextRequestId(peer), options, signal);
  const { socket, request, isKnown } = peer.extra;
  // Whose token was worth nothing when it was opened is counted as nobody, and no look would end what they hear.
  if (isKnown === false && context.actor.accountId !== null) {
    socket.close(CLOSE_PERMISSIONS_CHANGED, 'You are known now; connect again.');
  }
  const waiting = (peer.extra.waiting ??= new Waiting());
  return { context, outlet: new WebSocketOutlet(socket, request.socket, id, waiting) };
}

function speak(sockets: WebSocketServer, options: WebSocketOptions): { dispose(): Promise<void> | void } {
  const { schema, documents, logger } = options;
  const outlets = new WeakMap<object, WebSocketOutlet>();
  const operations = new WeakMap<ExecutionArgs, Operation>();
  const format = (errors: readonly GraphQLError[], hearer: Hearer): GraphQLFormattedError[] =>
    errors.map((error) => toClientError(error, hearer, logger));
  return useServer<Parameters, Extra>(
    {
      schema,
      execute: (args) => operations.get(args)!.answer(() => executeWithinLimits(args)),
      subscribe: (args) =>
        operations
          .get(args)!
          .answer(() => subscribeShared(args, outlets.get(args.contextValue as object)!, format, logger)),
      onConnect: (peer) => admit(peer, options),
      onSubscribe: async (peer, id, payload) => {
        // Empty is absent, as over HTTP.
        const operationName = payload.operationName === '' ? undefined : payload.operationName;
        if (id.length > LIMITS.idCharacters) {
          peer.extra.socket.close(CLOSE_BAD_MESSAGE, 'The id is too long.');
          return [new GraphQLError('The id is too long.')];
        }
        const running = (peer.extra.operations ??= new Operations());
        const refusal = refusalAtOnce(peer, running);
        if (refusal !== null) return refusal;
        const { tab } = peer.extra;
        const read = () => documentOf(payload, options);
        const document = tab === undefined ? read() : tab.pay(read);
        if (!('kind' in document)) return document;
        if (getOperationAST(document, operationName) == null) {
          return [new GraphQLError('Unable to identify operation')];
        }
        const args: ExecutionArgs = {
          schema,
          document,
          operationName,
          variableValues: payload.variables,
          hideSuggestions: !documents.isSchemaOpen,
        };
        const operation = running.begin(id);
        operations.set(args, operation);
        peer.subscriptions[id] = operation.ending();
        try {
          const { context, outlet } = await openOperation(peer, id, operation.signal, options);
          outlets.set(context, outlet);
          args.contextValue = context;
          return args;
        } catch (error) {
          // The failure is this operation's; graphql-ws would close the connection.
          return operation.answer(() => Promise.resolve([failureOf(error)]));
        }
      },
      onError: ({ extra }, _id, _payload, errors) => format(errors, hearerOf(extra)),
      onNext: (_peer, _id, _payload, { contextValue }, { errors, ...result }) =>
        errors === undefined ? undefined : { ...result, errors: format(errors, contextValue as Context) },
    },
    sockets,
    // Its own heartbeat takes a reader for dead whose answer waits behind much that it has yet to read.
    0,
  );
}

/** Keeps a connection in bounds as long as it is open, whatever is said on it. */
function watch(socket: BoundedWebSocket, stream: Socket, everyMs: number): void {
  socket.keepInBounds(stream);
  const heartbeat = new Heartbeat(stream, {
    everyMs,
    ask: () => socket.ping(),
    isAnswered: true,
    breakOff: () => socket.terminate(),
  });
  socket.on('pong', () => heartbeat.answered());
  socket.once('close', () => heartbeat.stop());
}

/** The WebSocket side of `/graphql`, protocol graphql-transport-ws. Answers how to close it. */
export function serveWebSocket(options: WebSocketOptions): () => Promise<void> {
  const { server, connections, addresses, origins } = options;
  // `closeTimeout` is documented by ws, and its types do not know it yet.
  const settings: ServerOptions<typeof BoundedWebSocket> & { closeTimeout: number } = {
    noServer: true,
    WebSocket: BoundedWebSocket,
    maxPayload: LIMITS.bodyBytes,
    // The outlets write frames of their own between those of ws, which needs each of its frames whole.
    perMessageDeflate: false,
    closeTimeout: CLOSE_WITHIN_MS,
  };
  const sockets = new WebSocketServer<typeof BoundedWebSocket>(settings);
  const protocol = speak(sockets, options);
  sockets.on('connection', (socket, { socket: stream }: IncomingMessage) => {
    watch(socket, stream, options.heartbeatMs);
    // A frame that is none, or too large: ws has closed the connection by its code. graphql-ws would tell the console.
    socket.removeAllListeners('error');
    socket.on('error', (err) => options.logger.debug({ err }, 'a WebSocket was broken off'));
  });
  server.on('upgrade', (request, stream, head) => {
    // Nobody else listens to this stream: a reset without a listener would end the process.
    stream.on('error', () => stream.destroy());
    // Each operation may wait for it to be drained.
    stream.setMaxListeners(2 * MAX_OPERATIONS + 20);
    // As text: not every request target that a stranger sends can be read as an address.
    if (request.url?.split('?', 1)[0] !== PATH) answer(stream, '404 Not Found');
    else if (!origins.isAllowed(request.headers)) answer(stream, '403 Forbidden');
    else if (!connections.hasRoom) answer(stream, '503 Service Unavailable');
    else if (!addresses.admitUpgrade(request)) answer(stream, '429 Too Many Requests');
    else {
      sockets.handleUpgrade(request, stream, head, (socket) => sockets.emit('connection', socket, request));
    }
  });
  return async () => {
    for (const socket of sockets.clients) {
      socket.close(CLOSE_GOING_AWAY, 'The hub is stopping; connect again.');
    }
    await protocol.dispose();
  };
}
