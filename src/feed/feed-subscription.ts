import { badArgument } from '../kernel/problems.ts';
import type { FeedEvent, FeedLog } from './feed-log.service.ts';
import { type FeedFilter, matches } from './feed.rules.ts';
import type { FeedListener, FeedTail } from './feed-tail.ts';

/** How many events may wait for one slow reader; past it the reader is told to resume, and nothing is trimmed. */
export const MAX_WAITING = 1000;
const HISTORY_BATCH = 200;

/** The reader fell too far behind; `position` is the last one it got. */
export class FeedOverflow extends Error {
  readonly position: number;

  constructor(position: number) {
    super('the reader fell too far behind');
    this.name = 'FeedOverflow';
    this.position = position;
  }
}

/**
 * One subscriber's feed: history from its cursor, cut-over, then live.
 *
 * While history is read nothing is buffered. When a page comes back short, the end is near: the subscription joins
 * the tail, which answers the position P after which it will be called, reads the log up to P, and goes on with
 * what the tail brought after that. So there is no gap and no repeat at the seam.
 */
export class FeedSubscription implements AsyncIterableIterator<FeedEvent> {
  private readonly log: FeedLog;
  private readonly tail: FeedTail;
  private readonly filter: FeedFilter;
  /** The last position that the reader got, or from which it began. */
  private position: number;
  /** Everything that matches up to here has been taken from the log. */
  private scanned: number;
  /** Where the log ends and the tail begins; null while the subscription has not joined the tail. */
  private cutover: number | null = null;
  private history: FeedEvent[] = [];
  private readonly waiting: FeedEvent[] = [];
  private overflown = false;
  private ended = false;
  private wake: (() => void) | null = null;

  private constructor(log: FeedLog, tail: FeedTail, filter: FeedFilter, position: number) {
    this.log = log;
    this.tail = tail;
    this.filter = filter;
    this.position = position;
    this.scanned = position;
  }

  /** Opens after the position `after`, or now when null. Throws BAD_USER_INPUT for a position yet to come. */
  static async open(
    log: FeedLog,
    tail: FeedTail,
    filter: FeedFilter,
    after: number | null,
  ): Promise<FeedSubscription> {
    const head = await log.head();
    if (after !== null && after > head) throw badArgument('after', 'input.bad-cursor');
    return new FeedSubscription(log, tail, filter, after ?? head);
  }

  async next(): Promise<IteratorResult<FeedEvent, undefined>> {
    while (!this.ended) {
      const event = this.history.shift() ?? (this.historyIsRead() ? this.waiting.shift() : undefined);
      if (event !== undefined) {
        this.position = event.position;
        return { value: event, done: false };
      }
      if (!this.historyIsRead()) await this.readHistory();
      else if (this.overflown) {
        await this.return();
        throw new FeedOverflow(this.position);
      } else await new Promise<void>((resolve) => (this.wake = resolve));
    }
    return { value: undefined, done: true };
  }

  return(): Promise<IteratorResult<FeedEvent, undefined>> {
    this.ended = true;
    this.tail.unsubscribe(this.hear);
    this.waiting.length = 0;
    this.history = [];
    this.wake?.();
    return Promise.resolve({ value: undefined, done: true });
  }

  async throw(error: unknown): Promise<IteratorResult<FeedEvent, undefined>> {
    await this.return();
    throw error;
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.return();
  }

  private historyIsRead(): boolean {
    return this.cutover !== null && this.scanned >= this.cutover;
  }

  private async readHistory(): Promise<void> {
    const page = await this.log.read(this.filter, this.scanned, HISTORY_BATCH);
    const isLast = page.length < HISTORY_BATCH;
    const { cutover } = this;
    if (cutover === null) {
      this.history = page;
      this.scanned = page.at(-1)?.position ?? this.scanned;
      // The tail may be behind what the log has shown already: the seam is the later of the two.
      if (isLast && !this.ended) this.cutover = Math.max(this.tail.subscribe(this.hear), this.scanned);
    } else {
      this.history = page.filter(({ position }) => position <= cutover);
      const isWhole = isLast || this.history.length < page.length;
      this.scanned = isWhole ? cutover : page.at(-1)!.position;
    }
  }

  private readonly hear: FeedListener = (event) => {
    if (this.overflown || event.position <= this.cutover! || !matches(this.filter, event)) return;
    if (this.waiting.length >= MAX_WAITING) {
      // What waits is still delivered; the rest is in the log, after the cursor the reader will be told.
      this.overflown = true;
      this.tail.unsubscribe(this.hear);
    } else this.waiting.push(event);
    this.wake?.();
  };
}
