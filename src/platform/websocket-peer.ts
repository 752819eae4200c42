import type { IncomingMessage } from 'node:http';
import type { Context as ProtocolContext } from 'graphql-ws';
import type { WebSocket } from 'ws';
import type { Actor } from '../access/actor.ts';
import { unauthenticated } from '../kernel/problems.ts';
import type { Context } from './graphql/context.ts';
import { type Hearer, toClientError } from './graphql/errors.ts';
import { failureOf } from './graphql/execution.ts';
import { CLOSE_TOO_MANY, CLOSE_UNAUTHENTICATED, closeReason, type Connection } from './live/connections.ts';
import type { LiveOptions } from './live/live-options.ts';
import type { Operations } from './live/operations.ts';
import type { Waiting } from './live/outlet.ts';
import { localeOf } from './messages.ts';
import { addressOf } from './proxies.ts';
import { clientRequestIdOf, newRequestId } from './request-id.ts';
import type { Tab } from './usage.ts';

/** What the connection needs is away for a moment; the reason says when to connect again. */
const CLOSE_UNAVAILABLE = 4503;
const CLOSE_INTERNAL_ERROR = 4500;

/** What a client says of itself when it connects. */
export type Parameters = { authorization?: unknown; acceptLanguage?: unknown };
/** What the hub keeps of a connection. */
export type Extra = {
  socket: WebSocket;
  request: IncomingMessage;
  /** Its name in the log, once somebody asks for it. */
  requestId?: string;
  /** These are set once the connection is admitted. */
  /** Whether somebody had signed in when it was opened. */
  isKnown?: boolean;
  hearer?: Hearer;
  /** Of what is done before an operation is known. */
  tab?: Tab;
  operations?: Operations;
  /** Of all its operations. */
  waiting?: Waiting;
  /** How many operations were begun so far. */
  begun?: number;
};
/** A connection, as graphql-ws knows it. */
export type Peer = ProtocolContext<Parameters, Extra>;

const textOf = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined);

/** The actor, language and permissions behind `connectionParams`, asked anew for each operation. */
export function contextOfPeer(
  { connectionParams, extra }: Peer,
  requestId: string,
  { contextOf, isProxy }: LiveOptions,
  signal?: AbortSignal,
): Promise<Context> {
  return contextOf({
    authorization: textOf(connectionParams?.authorization),
    acceptLanguage: textOf(connectionParams?.acceptLanguage) ?? extra.request.headers['accept-language'],
    address: addressOf(extra.request, isProxy),
    requestId,
    ...(signal && { signal }),
    clientRequestId: clientRequestIdOf(extra.request),
  });
}

/** The connection's own name in the log, with the number of the operation on it. */
export function nextRequestId({ extra }: Peer): string {
  extra.begun = (extra.begun ?? 0) + 1;
  return `${hearerOf(extra).requestId}.${extra.begun}`;
}

/** The connection's own, also before it is known who it belongs to. */
export function hearerOf(extra: Extra): Hearer {
  const { request, hearer } = extra;
  if (hearer !== undefined) return hearer;
  return {
    locale: localeOf(request.headers['accept-language']),
    requestId: (extra.requestId ??= newRequestId()),
    clientRequestId: clientRequestIdOf(request),
  };
}

/** How the connection of somebody who may not read is closed: an issuer that is away will be back. */
function refusalOf({ refusal }: Actor): [code: number, reason: string] {
  const why = refusal ?? unauthenticated('MISSING');
  return [why.code === 'SERVICE_UNAVAILABLE' ? CLOSE_UNAVAILABLE : CLOSE_UNAUTHENTICATED, closeReason(why)];
}

/** Counts a connection among the open ones; false, and it is closed, when there are too many or it is no more. */
export async function admit(peer: Peer, options: LiveOptions): Promise<boolean> {
  const { connections, isProxy } = options;
  const { socket, request } = peer.extra;
  let context: Context;
  try {
    context = await contextOfPeer(peer, hearerOf(peer.extra).requestId, options);
  } catch (error) {
    const { extensions } = toClientError(failureOf(error), hearerOf(peer.extra), options.logger);
    if (extensions?.['code'] === 'SERVICE_UNAVAILABLE') {
      socket.close(CLOSE_UNAVAILABLE, JSON.stringify(extensions));
    } else socket.close(CLOSE_INTERNAL_ERROR, 'Internal server error');
    return false;
  }
  const { actor, expiresAt, usage } = context;
  // Its end was told while it was asked who is there, and is not told again.
  if (socket.readyState !== socket.OPEN) return false;
  Object.assign(peer.extra, { hearer: context, tab: usage.tab(), isKnown: actor.accountId !== null });
  if (context.readerOrNull() === null) {
    // Whoever may not read holds no place: on such a hub one signs in over HTTP.
    const [code, reason] = refusalOf(actor);
    socket.close(code, reason);
    return false;
  }
  const address = addressOf(request, isProxy);
  const connection: Connection = {
    actor,
    expiresAt,
    address,
    end: (code, why) => socket.close(code, closeReason(why)),
  };
  if (!connections.add(connection)) {
    socket.close(CLOSE_TOO_MANY, 'Too many connections; try again later.');
    return false;
  }
  socket.once('close', () => connections.remove(connection));
  return true;
}
