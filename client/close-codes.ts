import { SinergiError } from './sinergi-error.ts';

/** What ends a WebSocket, as browsers and graphql-ws tell it. */
interface CloseEvent {
  code: number;
  reason: string;
}

function isCloseEvent(value: unknown): value is CloseEvent {
  if (typeof value !== 'object' || value === null || !('code' in value) || !('reason' in value)) return false;
  return typeof value.code === 'number' && typeof value.reason === 'string';
}

/** The hub's own reason, such as `{"code":"FEED_OVERFLOW","cursor":"…"}`; null for words. */
function saidIn(reason: string): Record<string, unknown> | null {
  try {
    const said: unknown = JSON.parse(reason);
    return typeof said === 'object' && said !== null ? { ...said } : null;
  } catch {
    return null;
  }
}

const UNAUTHENTICATED = 4401;
/** The hub judges a connection anew when the rights of its account change: the same token still serves. */
const PERMISSIONS_CHANGED = 4403;
/** Codes of graphql-transport-ws for a connection that was too slow, or given up, and not wrong. */
const PASSING = new Set([4408, 4499]);

function codeOf(code: number): string {
  if (code === UNAUTHENTICATED) return 'UNAUTHENTICATED';
  if (code === PERMISSIONS_CHANGED) return 'PERMISSIONS_CHANGED';
  return code >= 4400 && code < 4500 && !PASSING.has(code) ? 'REFUSED' : 'CONNECTION_LOST';
}

/** Why a connection has ended: by the code that the hub's reason names, or else by the close code. */
export function errorOfClose(event: unknown): SinergiError {
  if (!isCloseEvent(event)) {
    return new SinergiError('CONNECTION_LOST', 'The hub was not reached.', [], event);
  }
  const { code, reason } = event;
  const said = saidIn(reason);
  const message = `The subscription has ended: ${`${code} ${reason}`.trim()}.`;
  const own = typeof said?.['code'] === 'string' ? said['code'] : null;
  const errors = own === null ? [] : [{ message, extensions: { ...said } }];
  return new SinergiError(own ?? codeOf(code), message, errors, event);
}
