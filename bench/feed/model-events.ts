import { FeedDocument, type FeedQuery } from '../../client/operations.ts';
import { createSinergiClient } from '../../client/sinergi-client.ts';
import { claim, type ClaimTarget } from '../claim-load.ts';
import type { WorldSize } from '../world.ts';
import type { FeedEvent } from './peers/peer.ts';

/** Makes one claim in each village; answers their events as the feed tells them, in the villages' order. */
export async function makeModelEvents(target: ClaimTarget, size: WorldSize): Promise<FeedEvent[]> {
  for (let village = 0; village < size.villages; village += 1) {
    await claim(target, 1 + village * size.needsPerVillage);
  }
  const client = createSinergiClient({ url: target.url, token: target.tokens[0] });
  const events: FeedEvent[] = [];
  for (let after: string | null = null; events.length < size.villages;) {
    const { feed }: FeedQuery = await client.request(FeedDocument, { after, first: 100 });
    events.push(...feed.nodes);
    after = feed.pageInfo.endCursor;
  }
  return events.toSorted((a, b) => (a.village.villageId < b.village.villageId ? -1 : 1));
}
