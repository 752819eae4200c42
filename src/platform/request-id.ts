import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';

export const REQUEST_ID_HEADER = 'x-request-id';
const WELL_FORMED = /^[\w.-]{1,100}$/;

/** A request's name in the log, the audit trail and the answer: the hub's own, which no two requests share. */
export const newRequestId = (): string => randomUUID();

/**
 * How the client itself calls its request; null where it does not, or not in 1 to 100 letters, digits, `.`, `_` and
 * `-`. It stands in the log beside the hub's own name, and never in its place: anybody may send anybody's.
 */
export function clientRequestIdOf({ headers }: Pick<IncomingMessage, 'headers'>): string | null {
  const given = headers[REQUEST_ID_HEADER];
  return typeof given === 'string' && WELL_FORMED.test(given) ? given : null;
}
