import { pause, unlessAborted } from './abortable.ts';
import { BackOff } from './back-off.ts';
import {
  FeedDocument,
  PledgeFeedDocument,
  type PledgeFeedSubscription,
  type PledgeFeedSubscriptionVariables,
} from './operations.ts';
import type { SinergiClient } from './sinergi-client.ts';
import { SinergiError } from './sinergi-error.ts';

export type FeedEvent = PledgeFeedSubscription['pledgeFeed'] & {
  /** The cursor of the event before this one by the same filter; of `after` for the first one. */
  previousCursor?: string | null;
};

export interface Following extends PledgeFeedSubscriptionVariables {
  /** Ends the feed at once when it is aborted, whatever it waits for. */
  signal?: AbortSignal;
  /** The longest wait before the first try to connect again; 1,000 when absent. It doubles with each failure. */
  retryMs?: number;
  /** No wait is longer than this; 30,000 when absent. */
  maxRetryMs?: number;
  /** Hears each time why the feed was interrupted, before it goes on. */
  onLost?: (error: SinergiError) => void;
  /**
   * Called when the hub's database was restored to an earlier point. Discard what you have of the events after
   * `error.position`: they no longer hold. When it has returned, or its promise is fulfilled, the feed goes on after
   * that position. Without it the feed ends, and throws the error.
   */
  onRestored?: (error: FeedRestored) => void | Promise<void>;
}

/** The hub's database was restored to an earlier point: events that were given out are no longer part of the feed. */
export class FeedRestored extends SinergiError {
  /** The last position that still holds, as far as the hub can know; 0 for the beginning. */
  readonly position: number;
  /** Of that position: `followFeed` goes on from it. */
  readonly cursor: string;

  private constructor({ code, message, errors }: SinergiError, position: number, cursor: string) {
    super(code, message, errors);
    this.name = 'FeedRestored';
    this.position = position;
    this.cursor = cursor;
  }

  /** Null for any other error. */
  static of(error: SinergiError): FeedRestored | null {
    const { position, cursor } = error.errors[0]?.extensions ?? {};
    const isOne =
      error.code === 'FEED_RESTORED' && typeof position === 'number' && typeof cursor === 'string';
    return isOne ? new FeedRestored(error, position, cursor) : null;
  }
}

/** The hub skipped events, and did so again when it was asked again: what it tells is not all that happened. */
export class FeedGap extends SinergiError {
  /** Of the last event before the gap; nothing after it was given out. */
  readonly cursor: string;

  constructor(cursor: string, event: FeedEvent) {
    super(
      'FEED_GAP',
      `The feed has a gap: after ${cursor} came ${event.cursor}, which follows ${event.previousCursor}.`,
    );
    this.name = 'FeedGap';
    this.cursor = cursor;
  }
}

/**
 * Ends of a subscription that say nothing against what was asked for: it goes on from the cursor. So does one that the hub
 * refuses for now, and says when to come back.
 */
const RESUMABLE = new Set([
  'UNREACHABLE',
  'CONNECTION_LOST',
  'PERMISSIONS_CHANGED',
  'FEED_OVERFLOW',
  'INTERNAL_SERVER_ERROR',
  'SERVICE_UNAVAILABLE',
  // Connections that were lost count among the account's until the hub has noticed it.
  'TOO_MANY_OPERATIONS',
]);
const REFUSALS = new Set(['UNAUTHENTICATED', 'FORBIDDEN']);
/** How often the same gap is asked about before it is believed. */
const MAX_GAPS = 3;
/** Events that may wait for a slow reader; the rest stays with the hub, which keeps all of them. */
const MAX_WAITING = 1000;
/** A connection that lasted so long was good, even if nothing happened meanwhile. */
const GOOD_AFTER_MS = 10_000;

/** One reader's way through the feed, whatever becomes of the connections that bring it. */
class Follower {
  private readonly client: SinergiClient;
  private readonly following: Following;
  private readonly signal: AbortSignal;
  private readonly backOff: BackOff;
  /** Of the last event that was given out, or where the feed begins; null until that is known. */
  private cursor: string | null;
  private gaps = 0;
  private hasRenewed = false;

  constructor(client: SinergiClient, following: Following, signal: AbortSignal) {
    const { retryMs = 1000, maxRetryMs = 30_000, after = null } = following;
    this.client = client;
    this.following = following;
    this.signal = signal;
    this.backOff = new BackOff({ firstMs: retryMs, mostMs: Math.max(retryMs, maxRetryMs) });
    this.cursor = after;
  }

  async *events(): AsyncGenerator<FeedEvent, undefined> {
    while (!this.signal.aborted) {
      const begun = performance.now();
      let failure: unknown = null;
      try {
        yield* this.untilLost();
      } catch (error) {
        failure = error;
      }
      if (this.signal.aborted) return;
      if (performance.now() - begun > GOOD_AFTER_MS) this.connectionWasGood();
      if (failure !== null) await this.forgive(failure);
      const asked = failure instanceof SinergiError ? failure.retryAfterSeconds : null;
      await pause(this.backOff.nextMs((asked ?? 0) * 1000), this.signal);
    }
  }

  /** The feed of one connection; throws why it ended. */
  private async *untilLost(): AsyncGenerator<FeedEvent, undefined> {
    this.cursor ??= await this.lastCursor();
    if (this.signal.aborted) return;
    const { filter } = this.following;
    const results = this.client.subscribe(PledgeFeedDocument, { filter, after: this.cursor });
    results.maxWaiting = MAX_WAITING;
    const stop = () => void results.return();
    this.signal.addEventListener('abort', stop);
    try {
      for await (const { pledgeFeed } of results) {
        const event: FeedEvent = pledgeFeed;
        if (!this.isNext(event)) continue;
        this.cursor = event.cursor;
        this.gaps = 0;
        this.connectionWasGood();
        yield event;
      }
    } finally {
      this.signal.removeEventListener('abort', stop);
    }
  }

  /** Whether it comes right after the last event; false for that event again. Throws FeedGap. */
  private isNext(event: FeedEvent): boolean {
    if (event.cursor === this.cursor) return false;
    const { previousCursor } = event;
    if (this.cursor === null || previousCursor == null || previousCursor === this.cursor) return true;
    throw new FeedGap(this.cursor, event);
  }

  /** The cursor of the last event of all; null while nothing has ever happened, or after an abort. */
  private async lastCursor(): Promise<string | null> {
    const asked = this.client.request(FeedDocument, { first: 1, latest: true });
    return (await unlessAborted(asked, this.signal))?.feed.pageInfo.endCursor ?? null;
  }

  private connectionWasGood(): void {
    this.backOff.reset();
    this.hasRenewed = false;
  }

  /** Goes on from where both histories agree, once the reader has gone back to it. */
  private async goBack(error: FeedRestored): Promise<void> {
    const { onRestored } = this.following;
    if (onRestored === undefined) throw error;
    await onRestored(error);
    this.cursor = error.cursor;
  }

  /** Throws what no retry can mend. */
  private async forgive(error: unknown): Promise<void> {
    if (!(error instanceof SinergiError)) throw error;
    const restored = FeedRestored.of(error);
    if (restored !== null) {
      await this.goBack(restored);
      return;
    }
    if (error instanceof FeedGap) {
      this.gaps += 1;
      if (this.gaps > MAX_GAPS) throw error;
    } else if (REFUSALS.has(error.code)) {
      const isRenewed = !this.hasRenewed && (await unlessAborted(this.client.renewToken(), this.signal));
      if (isRenewed === false) throw error;
      this.hasRenewed = true;
    } else if (!RESUMABLE.has(error.code) && error.retryAfterSeconds === null) throw error;
    this.following.onLost?.(error);
  }
}

/** A followed feed; leaving the loop ends it. */
export interface FollowedFeed extends AsyncIterableIterator<FeedEvent, undefined> {
  /** Ends it at once, also while `next` waits. */
  return(value?: undefined): Promise<IteratorResult<FeedEvent, undefined>>;
}

/**
 * The live feed through lost connections, failures of the hub and slow moments: every matching event after `after`,
 * or from now on, once and in order. It ends when `signal` is aborted. Throws SinergiError for what no retry can
 * mend, such as a token that the hub refuses and nobody renews, FeedGap, and FeedRestored unless there is `onRestored`.
 */
export function followFeed(client: SinergiClient, following: Following = {}): FollowedFeed {
  const stopping = new AbortController();
  const signals = following.signal === undefined ? [] : [following.signal];
  const events = new Follower(client, following, AbortSignal.any([stopping.signal, ...signals])).events();
  return {
    next: () => events.next(),
    return: () => {
      stopping.abort();
      return events.return(undefined);
    },
    [Symbol.asyncIterator]() {
      return this;
    },
  };
}
