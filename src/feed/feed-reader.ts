import { RequestError } from '../kernel/problems.ts';
import { type SharedExecution, SharedReading } from '../platform/live/shared-stream.ts';
import { isFull, type Outlet } from '../platform/live/outlet.ts';
import { SharedMessages } from '../platform/live/shared-messages.ts';
import {
  type FeedGroup,
  type GroupReader,
  partsOf,
  perform,
  performAll,
  type Performed,
} from './feed-group.ts';
import type { Place } from './feed-cursor.ts';
import { FeedRestored } from './feed-history.service.ts';
import type { FeedEvent, FeedLog } from './feed-log.service.ts';
import type { FeedFilter } from './feed.rules.ts';

/** So many events may wait for one reader, and so many characters for all readers of a connection. */
const MAX_WAITING = 1000;
const MAX_WAITING_LENGTH = 4_194_304;
const PAGE = 200;
/** So many events of the history are executed at once, and then taken by the reader before more are. */
const CHUNK = 20;
/** An allowance is looked at again after this time at the latest. */
const MOST_WAIT_MS = 1000;

/** To the letter: the same event may have another cursor since a failover, and its reader compares it with what it has. */
const isSame = (one: Place, other: Place) => one.cursor === other.cursor;

export interface FeedReaderOptions {
  group: FeedGroup;
  execution: SharedExecution;
  outlet: Outlet;
  log: FeedLog;
  filter: FeedFilter;
  /** The place after which the reader begins. */
  after: Place;
}

/**
 * One subscriber's feed: history from its cursor, cut-over, then live with its group.
 *
 * It joins the group at once, and what the group hands on meanwhile waits. Let P be the group's position at that
 * moment: the log is read up to P, and what waits goes on after P. So there is no gap and no repeat at the seam. From
 * then on the group's messages are passed on as they come, as long as the network takes them; otherwise they wait.
 *
 * What waits is bounded. While the reader is still at its history, more than that is let go of and read from the log;
 * a reader that was live is too slow, and is ended with the cursor from which to resume. Of the log, a connection holds
 * one page at a time, and one connection to the database, however many of its operations read their history.
 */
export class FeedReader extends SharedReading implements GroupReader {
  private readonly options: FeedReaderOptions;
  /** The last event that was sent, or the place after which the reader began. */
  private last: Place;
  /** Everything that matches up to here was sent. */
  private sent: Place;
  private waiting: Performed[] = [];
  private waitingLength = 0;
  private isLive = false;
  /** Whether it has ever been live. */
  private wasLive = false;
  /** Whether something was let go of that is in the log. */
  private isBehind = false;
  private failure: { error: unknown } | null = null;
  private wake: (() => void) | null = null;

  constructor(options: FeedReaderOptions) {
    super();
    this.options = options;
    this.last = options.after;
    this.sent = options.after;
    options.group.add(this);
  }

  take(performed: readonly Performed[], messages: SharedMessages): void {
    const { outlet } = this.options;
    if (this.isLive && isSame(performed[0]!.event.previous, this.last) && !isFull(outlet)) {
      outlet.send(messages);
      this.moveTo(performed.at(-1)!.event);
      return;
    }
    this.isLive = false;
    if (this.isBehind) return;
    this.waiting.push(...performed);
    for (const { message } of performed) this.waits(message.body.length);
    if (this.waiting.length > MAX_WAITING || outlet.waiting.length > MAX_WAITING_LENGTH) this.letGo();
    this.wake?.();
  }

  fail(error: unknown): void {
    this.failure = { error };
    this.wake?.();
  }

  protected async run(): Promise<void> {
    const { group } = this.options;
    await this.readLog(group.place);
    while (!this.isEnded) {
      if (this.failure !== null) throw await this.reasonOf(this.failure.error);
      if (this.isBehind) {
        this.isBehind = false;
        await this.readLog(group.place);
      } else if (this.waiting.length > 0) {
        await this.sendWaiting();
      } else {
        this.isLive = true;
        this.wasLive = true;
        await new Promise<void>((resolve) => (this.wake = resolve));
      }
    }
  }

  protected leave(): void {
    this.options.group.remove(this);
    this.dropWaiting();
    this.wake?.();
  }

  /** Of a restored feed: from where this reader may go on, which is its own last place if that still stands. */
  private async reasonOf(error: unknown): Promise<unknown> {
    if (!(error instanceof FeedRestored)) return error;
    await this.options.log.history.assertStands(this.last);
    return new RequestError('SERVICE_UNAVAILABLE', { key: 'feed.interrupted' }, { retryAfterSeconds: 1 });
  }

  private waits(length: number): void {
    this.waitingLength += length;
    this.options.outlet.waiting.length += length;
  }

  private dropWaiting(): void {
    this.waiting = [];
    this.waits(-this.waitingLength);
  }

  private letGo(): void {
    this.dropWaiting();
    this.isBehind = true;
    if (!this.wasLive) return;
    this.options.outlet.overflow(this.last.cursor);
    void this.return();
  }

  private moveTo(place: Place): void {
    this.last = place;
    this.sent = place;
  }

  /** Sends everything that matches up to `seam`, a place that the log has reached. */
  private async readLog(seam: Place): Promise<void> {
    const { pages } = this.options.outlet.waiting;
    while (this.sent.position < seam.position && !this.isEnded) await pages.take(() => this.sendPage(seam));
  }

  private async sendPage(seam: Place): Promise<void> {
    const { outlet, log, filter, execution } = this.options;
    if (!this.isEnded) await outlet.drained();
    if (this.isEnded) return;
    const page = await execution.atOwnCost(() => log.read(filter, this.sent, PAGE));
    // What is found costs nothing more than to look for it: a filter that finds nothing is paid too.
    execution.settle([]);
    for (let start = 0; start < page.length && !this.isEnded; start += CHUNK) {
      await this.send(await this.performPaid(page.slice(start, start + CHUNK)));
    }
    if (page.length < PAGE && this.sent.position < seam.position) this.sent = seam;
  }

  /** History is read at its reader's cost, and waits for the allowance: what happens now is free. */
  private async performPaid(events: readonly FeedEvent[]): Promise<Performed[]> {
    const { execution } = this.options;
    for (;;) {
      const waitMs = execution.payFor(events.length);
      if (waitMs === 0) break;
      await this.rest(Math.min(waitMs, MOST_WAIT_MS));
      if (this.isEnded) return [];
    }
    const performed = await execution.atOwnCost(() => performAll(execution, events, this.last));
    execution.settle(performed.map(({ message }) => message.body));
    return performed;
  }

  /** Waits so long, or until something happens. */
  private async rest(ms: number): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    await new Promise<void>((resolve) => {
      this.wake = resolve;
      timer = setTimeout(resolve, ms);
    });
    clearTimeout(timer);
  }

  /** What waited after the seam; its first event is executed anew if this reader stood elsewhere than the group. */
  private async sendWaiting(): Promise<void> {
    await this.options.outlet.drained();
    const taken = this.waiting.splice(0, CHUNK);
    for (const { message } of taken) this.waits(-message.body.length);
    const performed = taken.filter(({ event }) => event.position > this.sent.position);
    const [first] = performed;
    if (first === undefined) return;
    if (!isSame(first.event.previous, this.last)) {
      performed[0] = await perform(this.options.execution, { ...first.event, previous: this.last });
    }
    await this.send(performed);
  }

  private async send(performed: readonly Performed[]): Promise<void> {
    const { outlet } = this.options;
    for (const part of partsOf(performed)) {
      // Looked at anew before each write: other operations of the connection were waiting for the same room.
      while (isFull(outlet) && !this.isEnded) await outlet.drained();
      if (this.isEnded) return;
      outlet.send(new SharedMessages(part.map(({ message }) => message)));
      this.moveTo(part.at(-1)!.event);
      await outlet.drained();
    }
  }
}
