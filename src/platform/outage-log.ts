import type { Logger } from 'pino';

/** Between two lines of one kind of outage. */
const EVERY_MS = 10_000;

/** The lines of one kind of outage: the first failure in full, then how many there were in each interval. */
class Sampled {
  private readonly logger: Logger;
  private readonly code: string;
  private timer: NodeJS.Timeout | null = null;
  private failures = 0;

  constructor(logger: Logger, code: string) {
    this.logger = logger;
    this.code = code;
  }

  failed(failure: object): void {
    if (this.timer !== null) {
      this.failures += 1;
      return;
    }
    this.logger.error({ ...failure, outage: this.code }, 'the database is away: an operation failed');
    this.timer = setInterval(() => this.tell(), EVERY_MS).unref();
  }

  /** After an interval without a failure the outage is over. */
  private tell(): void {
    if (this.failures === 0) {
      clearInterval(this.timer ?? undefined);
      this.timer = null;
      return;
    }
    const { failures } = this;
    this.failures = 0;
    this.logger.error(
      { outage: this.code, failures, seconds: EVERY_MS / 1000 },
      'the database is away: more operations failed',
    );
  }
}

/** By code, of which there are few. */
const logs = new WeakMap<Logger, Map<string, Sampled>>();

/**
 * Logs an operation that failed for an outage. Clients that try again make hundreds of failures a second: those of one
 * code are one line every 10 s, after the first.
 */
export function logOutage(logger: Logger, code: string, failure: object): void {
  let byCode = logs.get(logger);
  if (byCode === undefined) logs.set(logger, (byCode = new Map<string, Sampled>()));
  let sampled = byCode.get(code);
  if (sampled === undefined) byCode.set(code, (sampled = new Sampled(logger, code)));
  sampled.failed(failure);
}
