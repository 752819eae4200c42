import type { IncomingMessage } from 'node:http';
import type { Logger } from 'pino';
import type { Clock } from '../kernel/clock.ts';
import type { Trust } from './proxies.ts';

/** What readiness lists while requests come through a proxy that is not believed, so that all its clients are one address. */
export const FORWARDED_BY_UNTRUSTED = 'FORWARDED_BY_UNTRUSTED_ADDRESS';
/** The same of a trusted proxy that names its clients in a header that the hub does not read. */
export const FORWARDED_UNREAD = 'FORWARDED_HEADER_NOT_READ';

const HEADERS = ['x-forwarded-for', 'forwarded', 'x-real-ip'] as const;
const KNOWN_FOR_MS = 3_600_000;

const ADVICE = {
  [FORWARDED_BY_UNTRUSTED]:
    'a proxy that TRUSTED_PROXIES does not name forwards requests: all its clients share one address, with its limits',
  [FORWARDED_UNREAD]:
    'a trusted proxy names no client in X-Forwarded-For, which alone is read: all its clients share one address',
} as const;

type Warning = keyof typeof ADVICE;

/** Notices a proxy that was forgotten in the configuration. Anybody can send such a header, so it warns and refuses nothing. */
export class ForwardingWatch {
  private readonly isProxy: Trust;
  private readonly logger: Logger;
  private readonly clock: Clock;
  private readonly seenAt = new Map<Warning, number>();

  constructor(isProxy: Trust, logger: Logger, clock: Clock) {
    this.isProxy = isProxy;
    this.logger = logger;
    this.clock = clock;
  }

  see({ headers, socket: { remoteAddress } }: IncomingMessage): void {
    const header = HEADERS.find((name) => headers[name] !== undefined);
    if (header === undefined || remoteAddress === undefined) return;
    const isTrusted = this.isProxy(remoteAddress, 0);
    if (isTrusted && header === 'x-forwarded-for') return;
    const warning: Warning = isTrusted ? FORWARDED_UNREAD : FORWARDED_BY_UNTRUSTED;
    if (!this.seenAt.has(warning)) {
      this.logger.warn({ warning, proxy: remoteAddress, header }, ADVICE[warning]);
    }
    this.seenAt.set(warning, this.clock.now().getTime());
  }

  /** What was seen within the last hour. */
  get warnings(): string[] {
    const now = this.clock.now().getTime();
    return [...this.seenAt].flatMap(([warning, at]) => (now - at <= KNOWN_FOR_MS ? [warning] : []));
  }
}
