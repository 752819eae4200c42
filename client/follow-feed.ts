import {
  FeedDocument,
  PledgeFeedDocument,
  type PledgeFeedSubscription,
  type PledgeFeedSubscriptionVariables,
} from './operations.ts';
import type { SinergiClient } from './sinergi-client.ts';
import { SinergiError } from './sinergi-error.ts';

export type FeedEvent = PledgeFeedSubscription['pledgeFeed'];

export interface Following extends PledgeFeedSubscriptionVariables {
  /** How long to wait before the connection is made anew; 1,000 when absent. */
  retryMs?: number;
  /** Hears why the connection was lost, each time. */
  onLost?: (error: SinergiError) => void;
}

/** Ends of a subscription that say nothing against what was asked for: it goes on from the cursor. */
const RESUMABLE = new Set(['FEED_OVERFLOW', 'INTERNAL_SERVER_ERROR']);

/** The cursor of the last event of all; null while nothing has ever happened. */
async function lastCursor(client: SinergiClient): Promise<string | null> {
  const { feed } = await client.request(FeedDocument, { first: 1, latest: true });
  return feed.pageInfo.endCursor;
}

/**
 * The live feed through lost connections, failures of the hub and slow moments: every matching event after `after`,
 * or from now on, once and in order. Throws SinergiError for what no retry can mend, such as a token that has expired.
 */
export async function* followFeed(
  client: SinergiClient,
  following: Following = {},
): AsyncGenerator<FeedEvent, undefined> {
  const { filter, retryMs = 1000, onLost } = following;
  let after = following.after ?? (await lastCursor(client));
  for (;;) {
    try {
      for await (const { pledgeFeed } of client.subscribe(PledgeFeedDocument, { filter, after })) {
        after = pledgeFeed.cursor;
        yield pledgeFeed;
      }
    } catch (error) {
      const mayPass = error instanceof SinergiError && (error.mayPass || RESUMABLE.has(error.code));
      if (!mayPass) throw error;
      onLost?.(error);
    }
    await new Promise((resolve) => setTimeout(resolve, retryMs));
  }
}
