import type { IncomingMessage } from 'node:http';

/**
 * Whether a request becomes a WebSocket. Any other offer, such as the `h2c` of curl and of Java's HttpClient, may be
 * ignored (RFC 9110, section 7.8): such a request is answered as if it had made none.
 */
export function isWebSocketUpgrade({
  method,
  headers,
}: Pick<IncomingMessage, 'method' | 'headers'>): boolean {
  return method === 'GET' && headers.upgrade?.trim().toLowerCase() === 'websocket';
}
