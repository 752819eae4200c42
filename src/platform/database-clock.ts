import type { Logger } from 'pino';
import type { Clock } from '../kernel/clock.ts';

/** A node whose clock differs by more from PostgreSQL's is not ready, and takes no jobs. */
const MOST_DIFFERENCE_MS = 5000;
const SAMPLE_MS = 1000;

/** What PostgreSQL's clock showed between the sending of a question and its answer. */
export interface ClockSample {
  databaseMs: number;
  /** When it was asked and answered, by `performance.now()`. */
  askedAt: number;
  answeredAt: number;
  /** What this node's own clock showed at the answer. */
  nodeMs: number;
}

/**
 * PostgreSQL's clock as far as this node knows it, without asking: the last sample, and what has passed since then by a
 * clock that nobody sets. It is wrong by half a round trip at the most.
 *
 * It is for what is decided without a statement, such as the end of a connection whose token has expired. What is
 * decided in a transaction goes by the transaction's own time (transaction-time.ts).
 */
export class DatabaseClock implements Clock {
  private readonly sample: () => Promise<ClockSample | null>;
  private readonly logger: Logger;
  private offsetMs = Date.now() - performance.now();
  private difference = 0;
  private isRight = true;
  private timer: NodeJS.Timeout | undefined;
  private sampling: Promise<void> | null = null;

  /** `sample` returns null while PostgreSQL cannot be asked; it never rejects. */
  constructor(sample: () => Promise<ClockSample | null>, logger: Logger) {
    this.sample = sample;
    this.logger = logger;
  }

  /** Takes the first sample, and one each second from then on. */
  async start(): Promise<void> {
    await this.take();
    this.timer = setInterval(() => {
      this.sampling ??= this.take().finally(() => (this.sampling = null));
    }, SAMPLE_MS);
    this.timer.unref();
  }

  async stop(): Promise<void> {
    clearInterval(this.timer);
    await this.sampling;
  }

  now(): Date {
    return new Date(Math.floor(performance.now() + this.offsetMs));
  }

  /** How far this node's own clock is ahead of PostgreSQL's, in ms; negative when it is behind. */
  get differenceMs(): number {
    return this.difference;
  }

  /** False while this node's own clock differs by more than 5 s for certain. */
  get isNodeRight(): boolean {
    return this.isRight;
  }

  private async take(): Promise<void> {
    const sample = await this.sample();
    if (sample === null) return;
    const { databaseMs, askedAt, answeredAt, nodeMs } = sample;
    const halfTripMs = (answeredAt - askedAt) / 2;
    this.offsetMs = databaseMs - (askedAt + halfTripMs);
    this.difference = Math.round(nodeMs - halfTripMs - databaseMs);
    this.judge(Math.abs(this.difference) - halfTripMs <= MOST_DIFFERENCE_MS);
  }

  /** Logs each change once. */
  private judge(isRight: boolean): void {
    if (isRight === this.isRight) return;
    this.isRight = isRight;
    const { differenceMs } = this;
    if (isRight) {
      this.logger.warn(
        { differenceMs },
        'the clock of this node is right again: it is ready, and takes jobs',
      );
    } else {
      this.logger.error(
        { differenceMs },
        'the clock of this node differs from PostgreSQL’s by more than 5 s: until it is set right (NTP), the node is not ready and takes no jobs',
      );
    }
  }
}
