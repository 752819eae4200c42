import { setImmediate as nextTurn, setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from 'pino';
import type { SharedExecution } from '../platform/live/shared-stream.ts';
import type { SharedMessage, SharedMessages } from '../platform/live/shared-messages.ts';
import type { Place } from './feed-cursor.ts';
import { FeedRestored } from './feed-history.service.ts';
import { type FeedEvent, type FeedLog, placed, type PlacedEvent } from './feed-log.service.ts';
import type { FeedListener, FeedTail } from './feed-tail.ts';
import { Handing } from './handing.ts';
import { type FeedFilter, matches, type Topic, topicsOf } from './feed.rules.ts';

/** An event as all readers of a group get it who stood at its `previous`. */
export interface Performed {
  event: PlacedEvent;
  message: SharedMessage;
}

export interface GroupReader {
  /** Called with events in order, none missing, and the same as messages; must not wait or throw. */
  take(performed: readonly Performed[], messages: SharedMessages): void;
  /** FeedRestored: what it has may be of a history that is no more. */
  fail(error: unknown): void;
}

/**
 * After it has written to its readers a group rests half as long as that took, and longer when much happens (`Pace`);
 * what comes meanwhile goes out together in the next write. So writing takes no more than two thirds of the hub's time,
 * however many read; a lone event is never held, and a full batch waits for no clock.
 */
const REST_FOR_WRITING = 0.5;
const LEAST_REST_MS = 5;
const MOST_REST_MS = 150;
/** So many events may wait for a group's execution; past it the group goes on from the log. */
const MAX_QUEUE = 1000;
const BATCH = 100;
/** What goes out in one write has no more characters than this, but for a single message that is longer. */
const MAX_WRITE_LENGTH = 131_072;
const RETRY_MS = 500;

export async function perform(execution: SharedExecution, event: PlacedEvent): Promise<Performed> {
  const body = await execution.perform(event);
  return { event, message: { body, cursor: event.cursor } };
}

/** The events in order, each executed once, the first of them after the place `previous`. */
export function performAll(
  execution: SharedExecution,
  events: readonly FeedEvent[],
  previous: Place,
): Promise<Performed[]> {
  return Promise.all(placed(events, previous).map((event) => perform(execution, event)));
}

/** The same in order, in parts each of which goes out in one write. */
export function partsOf(performed: readonly Performed[]): Performed[][] {
  const parts: Performed[][] = [];
  let length = Infinity;
  for (const one of performed) {
    if (length + one.message.body.length > MAX_WRITE_LENGTH) {
      parts.push([]);
      length = 0;
    }
    parts.at(-1)!.push(one);
    length += one.message.body.length;
  }
  return parts;
}

/**
 * The readers of this node who asked for the same events in the same words and may see the same: each event is
 * executed and serialised once for all of them.
 *
 * It hears the tail. Events that come faster than they are executed wait in a bounded queue; past its bound the
 * group lets go of them and reads the log from its own position instead, so that none is missed. It does the same when
 * an execution fails, which ends those who are its readers then.
 */
export class FeedGroup {
  readonly execution: SharedExecution;
  private readonly log: FeedLog;
  private readonly tail: FeedTail;
  private readonly filter: FeedFilter;
  private readonly topics: readonly Topic[];
  private readonly logger: Logger;
  private readonly readers = new Set<GroupReader>();
  private handedOn: Place;
  private queue: FeedEvent[] = [];
  /** Whether something was let go of that is in the log. */
  private isBehind = false;
  /** Whether what it has handed on is of a history that is no more. */
  private isOver = false;
  private isPumping = false;
  /** On the clock of `performance`. */
  private restsUntil = -Infinity;
  /** Ends the group's rest. */
  private wake: (() => void) | null = null;

  constructor(execution: SharedExecution, filter: FeedFilter, log: FeedLog, tail: FeedTail, logger: Logger) {
    this.execution = execution;
    this.filter = filter;
    this.log = log;
    this.tail = tail;
    this.logger = logger;
    this.topics = topicsOf(filter);
    this.handedOn = tail.place;
    tail.subscribe(this.hear, this.topics);
  }

  /** Everything that matches up to here was handed to the readers, and everything after it will be. */
  get place(): Place {
    return this.handedOn;
  }

  get size(): number {
    return this.readers.size;
  }

  add(reader: GroupReader): void {
    this.readers.add(reader);
  }

  /** With the last reader the group itself ends. */
  remove(reader: GroupReader): void {
    this.readers.delete(reader);
    if (this.readers.size > 0) return;
    this.tail.unsubscribe(this.hear, this.topics);
    this.wake?.();
  }

  /** The feed was restored to an earlier point: each reader hears from where it may go on, and leaves. */
  end(error: FeedRestored): void {
    this.isOver = true;
    this.queue = [];
    for (const reader of this.readers) reader.fail(error);
    this.wake?.();
  }

  private readonly hear: FeedListener = (events) => {
    if (this.isBehind || this.isOver) return;
    for (const event of events) if (matches(this.filter, event)) this.queue.push(event);
    if (this.queue.length > MAX_QUEUE) this.letGo();
    if (!this.isPumping) void this.pump();
    else if (this.queue.length >= BATCH) this.wake?.();
  };

  /** Goes on from the log, after what was handed on last. */
  private letGo(): void {
    this.queue = [];
    this.isBehind = true;
  }

  private async pump(): Promise<void> {
    this.isPumping = true;
    while (this.readers.size > 0 && !this.isOver && (this.isBehind || this.queue.length > 0)) {
      await this.rest();
      if (this.readers.size === 0 || this.isOver) break;
      try {
        await this.handOn(await this.nextEvents());
      } catch (error) {
        // What failed was handed to nobody, and is there for who has joined since, or has not left yet.
        this.letGo();
        for (const reader of this.readers) reader.fail(error);
        await sleep(RETRY_MS);
      }
    }
    this.isPumping = false;
  }

  private async handOn(events: readonly FeedEvent[]): Promise<void> {
    if (events.length === 0) return;
    const performed = await performAll(this.execution, events, this.handedOn);
    if (this.isOver) return;
    let writingMs = 0;
    const parts = partsOf(performed);
    for (const [index, part] of parts.entries()) {
      writingMs += await this.handToAll(part, index === parts.length - 1);
    }
    const restMs = Math.max(writingMs * REST_FOR_WRITING, this.tail.pace.gatheringMs, LEAST_REST_MS);
    this.restsUntil = performance.now() + Math.min(restMs, MOST_REST_MS);
  }

  /**
   * In slices, between which the hub turns to everything else: to the next events first of all, which go out with these as
   * long as they are few and no other part is before them. Answers how long the writing took.
   */
  private async handToAll(part: readonly Performed[], isLast: boolean): Promise<number> {
    const handing = new Handing(part, [...this.readers]);
    this.handedOn = part.at(-1)!.event;
    for (;;) {
      handing.writeNext((reader) => this.readers.has(reader));
      if (handing.isDone || this.isOver) return handing.writingMs;
      await nextTurn();
      if (isLast && handing.isBeginning) await this.joinTo(handing);
    }
  }

  /** What cannot be told together with these waits for its turn, as does what cannot be executed. */
  private async joinTo(handing: Handing): Promise<void> {
    const isTooMuch =
      this.isBehind || this.tail.pace.gatheringMs > 0 || this.readers.size === 0 || this.isOver;
    const events = isTooMuch ? [] : this.queue.splice(0, Math.max(0, BATCH - handing.count));
    if (events.length === 0) return;
    const performed = await performAll(this.execution, events, this.handedOn).catch(() => []);
    const length = performed.reduce((sum, { message }) => sum + message.body.length, handing.length);
    if (performed.length === 0 || length > MAX_WRITE_LENGTH) {
      this.queue.unshift(...events);
      return;
    }
    // Who has come by now may stand before these events, or behind them and know them.
    handing.join(performed, [...this.readers]);
    this.handedOn = performed.at(-1)!.event;
  }

  /** A full batch, or what is in the log already, waits only until the hub has turned to everything else once. */
  private async rest(): Promise<void> {
    if (this.isBehind || this.queue.length >= BATCH) {
      await nextTurn();
      return;
    }
    const restMs = this.restsUntil - performance.now();
    if (restMs <= 0) return;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, restMs);
      this.wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
    this.wake = null;
  }

  private async nextEvents(): Promise<FeedEvent[]> {
    if (!this.isBehind) return this.queue.splice(0, BATCH);
    // What is heard from here on waits in the queue again, and what was let go of is in the log already.
    this.isBehind = false;
    let page: FeedEvent[];
    try {
      page = await this.log.read(this.filter, this.handedOn, BATCH);
    } catch (error) {
      if (error instanceof FeedRestored) {
        this.end(error);
        return [];
      }
      this.logger.warn({ err: error }, 'a group of feeds could not read the log; it is tried again');
      this.letGo();
      await sleep(RETRY_MS);
      return [];
    }
    if (page.length === BATCH) this.letGo();
    else {
      const read = page.at(-1)?.position ?? this.handedOn.position;
      this.queue = this.queue.filter(({ position }) => position > read);
    }
    return page;
  }
}
