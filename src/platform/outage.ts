import { RequestError } from '../kernel/problems.ts';
import { isRecord } from '../kernel/record.ts';

/**
 * SQLSTATEs of a server that cannot work now: connections lost or refused (08, without 08P01, which is a fault of the
 * protocol), a full disk, no memory or no connections left (53), starting up, shutting down or crashed (57P), and a
 * standby, which can only be read (25006). https://www.postgresql.org/docs/18/errcodes-appendix.html
 */
const SQLSTATES = /^(?:08(?!P01)[0-9A-Z]{3}|53[0-9A-Z]{3}|57P0[1235]|25006)$/;

/** What the system says when it finds no way to the server, or loses it. */
const SYSTEM_ERRORS = new Set([
  'EADDRNOTAVAIL',
  'EAI_AGAIN',
  'ECONNABORTED',
  'ECONNREFUSED',
  'ECONNRESET',
  'EHOSTDOWN',
  'EHOSTUNREACH',
  'ENETDOWN',
  'ENETUNREACH',
  'ENOTFOUND',
  'EPIPE',
  'ETIMEDOUT',
]);

/** What pg says of a connection that ended, without a code. */
const ENDED =
  /^(?:Connection terminated|timeout (?:expired|exceeded when trying to connect)|Client (?:has encountered a connection error|was closed) and is not queryable|Cannot use a pool after calling end|the connection has ended)/;

/** How long a client waits before it asks again: a server that crashed is back within seconds. */
const RETRY_AFTER_SECONDS = 5;

function signOf(error: Readonly<Record<string, unknown>>): string | null {
  const { code: given, message, syscall } = error;
  const code = typeof given === 'string' ? given : '';
  // A socket file that is not there is a server that is not there; any other file is a fault of ours.
  const isNoSocket = code === 'ENOENT' && syscall === 'connect';
  if (SQLSTATES.test(code) || SYSTEM_ERRORS.has(code) || isNoSocket) return code;
  return typeof message === 'string' && ENDED.test(message) ? 'CONNECTION_ENDED' : null;
}

/**
 * By which code it shows that an error comes of a database that is away or cannot work now, and not of what was asked:
 * the same may be asked again. Null for every other error.
 */
export function outageCodeOf(error: unknown): string | null {
  for (let cause = error; isRecord(cause); cause = cause['cause']) {
    const sign = signOf(cause);
    if (sign !== null) return sign;
  }
  return null;
}

/** What a client hears of an outage. */
export function outageError(): RequestError {
  return new RequestError(
    'SERVICE_UNAVAILABLE',
    { key: 'error.database-away', params: { seconds: RETRY_AFTER_SECONDS } },
    { retryAfterSeconds: RETRY_AFTER_SECONDS },
  );
}
