import type { IncomingHttpHeaders } from 'node:http';
import { RequestError } from '../kernel/problems.ts';

/** Which pages may ask the hub from within a browser; whoever is no browser sends no Origin, and is not asked. */
export class Origins {
  /** Besides the hub's own, such as `https://app.example`. */
  readonly allowed: readonly string[];

  constructor(allowed: readonly string[]) {
    this.allowed = allowed;
  }

  /** By `Origin`, which a page cannot forge. The hub's own is the one whose host the request is for. */
  isAllowed({ origin, host }: IncomingHttpHeaders): boolean {
    if (origin === undefined || this.allowed.includes(origin)) return true;
    return URL.canParse(origin) && new URL(origin).host === host?.toLowerCase();
  }

  /** Throws FORBIDDEN_ORIGIN. */
  assertAllowed(headers: IncomingHttpHeaders): void {
    if (this.isAllowed(headers)) return;
    const origin = headers.origin!.slice(0, 100);
    throw new RequestError('FORBIDDEN_ORIGIN', { key: 'request.foreign-origin', params: { origin } });
  }
}
