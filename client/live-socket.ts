import { type Client, createClient } from 'graphql-ws/client';

export interface LiveSocketOptions {
  /** `ws://` or `wss://`. */
  url: string;
  connectionParams: Record<string, unknown>;
  /** A WebSocket class; the global one when absent. */
  webSocket?: unknown;
  /** How long the other end may be silent when it is asked for a sign of life. */
  silenceMs: number;
}

/**
 * A WebSocket whose errors are always heard. One that graphql-ws gives up loses its listeners before it has ended,
 * and the class `ws` makes an error that nobody hears the end of the process.
 */
function heard(webSocket: unknown): unknown {
  if (typeof webSocket !== 'function') return webSocket;
  return class extends (webSocket as typeof WebSocket) {
    constructor(url: string, protocols?: string) {
      super(url, protocols);
      this.addEventListener('error', () => undefined);
    }
  };
}

/**
 * A connection of the protocol graphql-transport-ws, open while there are subscriptions, that knows when it is dead:
 * a wire that was cut without a word, or a hub that stands still, is given up after `silenceMs`, with the close code
 * 4499. It never connects again by itself while a subscription hopes for more.
 */
export function openLiveSocket(options: LiveSocketOptions): Client {
  const { url, connectionParams, webSocket = globalThis.WebSocket, silenceMs } = options;
  let patience: ReturnType<typeof setTimeout> | undefined;
  const isAlive = () => clearTimeout(patience);
  const expectSign = () => {
    clearTimeout(patience);
    patience = setTimeout(() => socket.terminate(), silenceMs);
  };
  const socket = createClient({
    url,
    connectionParams,
    webSocketImpl: heard(webSocket),
    retryAttempts: 0,
    keepAlive: silenceMs,
    on: {
      connecting: expectSign,
      connected: isAlive,
      // `received` is false for the pings and pongs of our own.
      ping: (received) => {
        if (!received) expectSign();
      },
      message: isAlive,
      closed: isAlive,
      error: isAlive,
    },
  });
  return socket;
}
