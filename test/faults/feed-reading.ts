import { type FeedEvent, followFeed, type Following } from '../../client/follow-feed.ts';
import { FeedDocument, type FeedQueryVariables } from '../../client/operations.ts';
import type { SinergiClient } from '../../client/sinergi-client.ts';

type Slice = Pick<FeedQueryVariables, 'filter' | 'after'>;

/** Every event of a slice of the feed, page by page. */
export async function historyOf(as: SinergiClient, { filter, after }: Slice = {}): Promise<FeedEvent[]> {
  const events: FeedEvent[] = [];
  for (let cursor = after; ;) {
    const { feed } = await as.request(FeedDocument, { filter, after: cursor, first: 100 });
    events.push(...feed.nodes);
    if (!feed.pageInfo.hasNextPage) return events;
    cursor = feed.pageInfo.endCursor;
  }
}

/** The cursor of the last event that has its place; null while nothing has happened. */
export async function lastCursor(as: SinergiClient): Promise<string | null> {
  const { feed } = await as.request(FeedDocument, { first: 1, latest: true });
  return feed.pageInfo.endCursor;
}

/** The feed as `followFeed` tells it, up to and with the first event that is the last. */
export async function follow(
  as: SinergiClient,
  following: Following,
  isLast: (event: FeedEvent, heard: number) => boolean,
): Promise<FeedEvent[]> {
  const heard: FeedEvent[] = [];
  for await (const event of followFeed(as, following)) {
    heard.push(event);
    if (isLast(event, heard.length)) break;
  }
  return heard;
}
