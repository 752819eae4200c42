import { createClient } from 'graphql-ws';

/** An operation as it is sent. */
export interface Request {
  query: string;
  operationName?: string | undefined;
  variables?: Record<string, unknown> | undefined;
}

export interface ConnectionEvents {
  /** An answer, over either transport. */
  onAnswer: (answer: unknown) => void;
  /** The server does not accept the token (any more). */
  onUnauthenticated: () => void;
}

export interface Connection {
  /** Sends a query or a mutation; resolves with the answer, whatever its status. Rejects when there is none. */
  send: (request: Request, signal?: AbortSignal) => Promise<unknown>;
  /** Hears a subscription until the signal is aborted, or it ends. Rejects when the connection is lost or refused. */
  listen: (request: Request, onEvent: (event: unknown) => void, signal: AbortSignal) => Promise<void>;
  /** Closes the socket, and every subscription on it. */
  dispose: () => void;
}

export const INTROSPECTION = 'IntrospectionQuery';

/** Close codes of the graphql-ws protocol for a refused connection. */
const REFUSED = new Set([4401, 4403]);

function faultOf(error: unknown): Error {
  if (error instanceof CloseEvent) {
    return new Error(`Sambungan ditutup · Connection closed: ${error.code} ${error.reason}`.trim());
  }
  if (Array.isArray(error)) return new Error(JSON.stringify({ errors: error }, null, 2));
  return error instanceof Error ? error : new Error('Sambungan terputus · Connection lost');
}

/**
 * Queries and mutations over HTTP, subscriptions over WebSocket, both with `token` as their bearer. The socket opens with the
 * first subscription. A lost connection is shown, not retried: a retry would leave a gap in the feed unseen.
 */
export function connect(url: string, token: string | undefined, events: ConnectionEvents): Connection {
  const authorization = token && `Bearer ${token}`;
  const observed = <T>(answer: T): T => {
    events.onAnswer(answer);
    if (isUnauthenticated(answer)) events.onUnauthenticated();
    return answer;
  };
  const socket = createClient({
    url: url.replace(/^http/, 'ws'),
    connectionParams: authorization ? { authorization } : {},
    retryAttempts: 0,
    on: {
      closed: (event) => {
        if (event instanceof CloseEvent && REFUSED.has(event.code)) events.onUnauthenticated();
      },
    },
  });
  const send = async (request: Request, signal?: AbortSignal): Promise<unknown> => {
    const response = await fetch(url, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        accept: 'application/json',
        ...(authorization && { authorization }),
      },
      body: JSON.stringify(request),
      ...(signal && { signal }),
    });
    const answer = (await response.json()) as unknown;
    // The whole schema holds nothing that the page would remember.
    return request.operationName === INTROSPECTION ? answer : observed(answer);
  };
  const listen = (request: Request, onEvent: (event: unknown) => void, signal: AbortSignal): Promise<void> =>
    new Promise((resolve, reject) => {
      const stop = socket.subscribe(
        { query: request.query, operationName: request.operationName, variables: request.variables },
        {
          next: (event) => onEvent(observed(event)),
          error: (error) => reject(faultOf(error)),
          complete: resolve,
        },
      );
      signal.addEventListener('abort', stop, { once: true });
    });
  return { send, listen, dispose: () => void socket.dispose() };
}

function isUnauthenticated(answer: unknown): boolean {
  const { errors } = (answer ?? {}) as { errors?: { extensions?: { code?: unknown } }[] };
  return Array.isArray(errors) && errors.some((error) => error.extensions?.code === 'UNAUTHENTICATED');
}
