import type { Logger } from 'pino';
import {
  FEED_CHANNEL,
  type PlacedListener,
  type PlacedRow,
  type PlaceRow,
  type Relay,
} from '../events/relay.ts';
import { Doorbell } from '../platform/doorbell.ts';
import { BEGINNING, type OwnPlace, type Place, withCursor } from './feed-cursor.ts';
import { FeedRestored } from './feed-history.service.ts';
import type { FeedEvent, FeedLog } from './feed-log.service.ts';
import { type Topic, topicsOfEvent } from './feed.rules.ts';
import { Pace } from './pace.ts';

const POLL_MS = 250;
const BATCH = 500;

/** Called with new events, in order, those that were read together at once: it must not wait or throw. */
export type FeedListener = (events: readonly FeedEvent[]) => void;

/**
 * This node's one reader of the feed's end: each new event comes once and is handed to the listeners of its topics. What
 * this node's relay has placed it hears from the relay, and the rest it reads from the log: the doorbell (LISTEN) makes
 * that quick, the poll makes it certain. While nobody listens it reads nothing, and only keeps up with the feed's head.
 */
export class FeedTail implements PlacedListener {
  readonly pace = new Pace();
  private readonly log: FeedLog;
  private readonly relay: Relay;
  private readonly doorbell: Doorbell;
  private readonly logger: Logger;
  private readonly listeners = new Map<Topic, Set<FeedListener>>();
  private readonly restoredHearers: ((error: FeedRestored) => void)[] = [];
  private at: OwnPlace = BEGINNING;
  private stopped = false;
  private reading: Promise<void> | null = null;
  private readAgain = false;
  private timer: NodeJS.Timeout | undefined;

  /** Reads by `log`, whose every read must end: one that never answers would hold up all that come after it. */
  constructor(log: FeedLog, relay: Relay, url: string, logger: Logger) {
    this.log = log;
    this.relay = relay;
    this.doorbell = new Doorbell(url, FEED_CHANNEL, (said) => this.hear(said), logger);
    this.logger = logger;
  }

  async start(): Promise<void> {
    this.at = await this.log.history.end();
    this.relay.tell(this);
    this.timer = setInterval(() => this.ring(), POLL_MS);
    this.timer.unref();
    this.doorbell.start();
  }

  /** How many topics somebody listens to. */
  get topicCount(): number {
    return this.listeners.size;
  }

  get isHeard(): boolean {
    return this.listeners.size > 0;
  }

  /** Everything up to this place was handed on. */
  get place(): Place {
    return this.at;
  }

  /** `hear` is called when the feed was restored to an earlier point: what was handed on may stand no more. */
  onRestored(hear: (error: FeedRestored) => void): void {
    this.restoredHearers.push(hear);
  }

  /** From this call on, `listener` hears every event of these topics after `head`, each once. */
  subscribe(listener: FeedListener, topics: readonly Topic[]): void {
    for (const topic of topics) {
      const listening = this.listeners.get(topic);
      if (listening === undefined) this.listeners.set(topic, new Set([listener]));
      else listening.add(listener);
    }
  }

  unsubscribe(listener: FeedListener, topics: readonly Topic[]): void {
    for (const topic of topics) {
      const listening = this.listeners.get(topic);
      listening?.delete(listener);
      if (listening?.size === 0) this.listeners.delete(topic);
    }
  }

  async stop(): Promise<void> {
    this.stopped = true;
    clearInterval(this.timer);
    await this.doorbell.stop();
    await this.reading;
  }

  /**
   * What this node's relay has placed: all that comes before it is here already, or is read now. What a relay places first
   * after it took over is read too, since the database may have been restored meanwhile.
   */
  take(events: readonly PlacedRow[], end: PlaceRow): void {
    if (this.stopped) return;
    const isFirst = this.at.terms !== end.terms;
    const first = events[0]?.position ?? end.position + 1;
    if (isFirst || (this.isHeard && first > this.at.position + 1)) this.ring();
    else if (this.isHeard) this.advance((events as readonly (PlacedRow & FeedEvent)[]).map(withCursor));
    else if (end.position > this.at.position) this.at = withCursor(end);
  }

  /** The relay's own rings tell of what it has told already. */
  private hear(said: string): void {
    if (said !== this.relay.id) this.ring();
  }

  /** Reads what is new; calls while a read is under way cost one more read. */
  private ring(): void {
    if (this.reading !== null) {
      this.readAgain = true;
      return;
    }
    this.reading = this.readNew()
      .catch((error: unknown) =>
        this.logger.warn({ err: error }, 'the feed could not be read; it is tried again'),
      )
      .finally(() => {
        this.reading = null;
        if (this.readAgain && !this.stopped) {
          this.readAgain = false;
          this.ring();
        }
      });
  }

  private async readNew(): Promise<void> {
    for (;;) {
      const { at } = this;
      if (!this.isHeard) {
        const end = await this.log.history.end();
        // Who has come since hears all after the place that was the tail's when it came.
        if (this.isHeard) continue;
        // What the relay has told meanwhile is later; an earlier end is that of a restored feed.
        if (this.at === at || end.position > this.at.position) this.at = end;
        return;
      }
      let events: FeedEvent[];
      try {
        events = await this.log.read({}, at, BATCH);
      } catch (error) {
        if (!(error instanceof FeedRestored)) throw error;
        this.goBack(error);
        continue;
      }
      this.advance(events);
      if (events.length < BATCH || this.stopped) return;
    }
  }

  /** Goes on from a place of the restored feed; who listens hears that what it has may stand no more. */
  private goBack(error: FeedRestored): void {
    const { shared } = error;
    this.logger.warn({ position: shared.position }, 'the feed was restored to an earlier point');
    this.at = shared;
    for (const hear of this.restoredHearers) hear(error);
  }

  /** Hands on what is new of events that follow each other, from the tail's place on at the latest. */
  private advance(events: readonly FeedEvent[]): void {
    const fresh = events.filter(({ position }) => position > this.at.position);
    this.at = fresh.at(-1) ?? this.at;
    this.pace.count(fresh.length);
    this.handOn(fresh);
  }

  /** Touches the listeners of the events' topics, and no others. */
  private handOn(events: readonly FeedEvent[]): void {
    const heard = new Map<FeedListener, FeedEvent[]>();
    for (const event of events) {
      const listening = new Set<FeedListener>();
      for (const topic of topicsOfEvent(event, event.snapshot.pledge?.holderId ?? null)) {
        for (const listener of this.listeners.get(topic) ?? []) listening.add(listener);
      }
      for (const listener of listening) {
        const own = heard.get(listener);
        if (own === undefined) heard.set(listener, [event]);
        else own.push(event);
      }
    }
    for (const [listener, own] of heard) listener(own);
  }
}
