import { createGraphiQLFetcher } from '@graphiql/toolkit';
import type { Fetcher } from '@graphiql/toolkit';
import { createClient, MessageType } from 'graphql-ws';

export interface Connection {
  fetcher: Fetcher;
  /** Closes the socket and every subscription on it. */
  dispose: () => void;
}

export interface ConnectionEvents {
  /** An answer, over either transport. */
  onAnswer: (answer: unknown) => void;
  /** The server does not accept the token (any more). */
  onUnauthenticated: () => void;
}

/** Close codes of the graphql-ws protocol for a refused connection. */
const REFUSED = new Set([4401, 4403]);

/**
 * Queries and mutations over HTTP, subscriptions over WebSocket, both with `token` as their bearer. The socket
 * opens with the first subscription. A lost connection is shown, not retried: a retry would leave a gap
 * in the feed unseen.
 */
export function connect(url: string, token: string | undefined, events: ConnectionEvents): Connection {
  const authorization = token && `Bearer ${token}`;
  const observe = (answer: unknown): void => {
    events.onAnswer(answer);
    if (isUnauthenticated(answer)) events.onUnauthenticated();
  };
  const socket = createClient({
    url: url.replace(/^http/, 'ws'),
    connectionParams: authorization ? { authorization } : {},
    retryAttempts: 0,
    on: {
      message: (message) => {
        if (message.type === MessageType.Next) observe(message.payload);
      },
      closed: (event) => {
        if (event instanceof CloseEvent && REFUSED.has(event.code)) events.onUnauthenticated();
      },
    },
  });
  const inner = createGraphiQLFetcher({
    url,
    headers: authorization ? { authorization } : {},
    wsClient: socket,
    enableIncrementalDelivery: false,
  });
  const fetcher: Fetcher = async (params, options) => {
    const result = await inner(params, options);
    if (params.operationName !== 'IntrospectionQuery') observe(result);
    return result;
  };
  return { fetcher, dispose: () => void socket.dispose() };
}

function isUnauthenticated(answer: unknown): boolean {
  if (typeof answer !== 'object' || answer === null || !('errors' in answer)) return false;
  return Array.isArray(answer.errors) && answer.errors.some(hasUnauthenticatedCode);
}

function hasUnauthenticatedCode(error: unknown): boolean {
  if (typeof error !== 'object' || error === null || !('extensions' in error)) return false;
  const { extensions } = error;
  if (typeof extensions !== 'object' || extensions === null || !('code' in extensions)) return false;
  return extensions.code === 'UNAUTHENTICATED';
}
