import { setTimeout as during } from 'node:timers/promises';
import { type FeedEvent, followFeed, type Following } from '../../client/follow-feed.ts';
import type { SinergiClient } from '../../client/sinergi-client.ts';

const MOVE_MS = 20;

/** Follows one node until the last event, which answers true, or until the connection is lost. */
async function followUntilLost(
  node: SinergiClient,
  following: Following,
  hear: (event: FeedEvent) => boolean,
): Promise<boolean> {
  const lost = new Error('the connection was lost');
  const onLost = () => {
    throw lost;
  };
  try {
    for await (const event of followFeed(node, { ...following, onLost })) if (hear(event)) return true;
    return false;
  } catch (error) {
    if (error === lost) return false;
    throw error;
  }
}

/** Follows the feed at one node, and from each loss on at the next, up to and with the last event. */
export async function roam(
  nodes: readonly SinergiClient[],
  following: Following,
  isLast: (event: FeedEvent) => boolean,
): Promise<{ heard: FeedEvent[]; moves: number }> {
  const heard: FeedEvent[] = [];
  const hear = (event: FeedEvent) => heard.push(event) > 0 && isLast(event);
  for (let moves = 0; ; moves += 1) {
    const after = heard.at(-1)?.cursor ?? following.after;
    if (await followUntilLost(nodes[moves % nodes.length]!, { ...following, after }, hear)) {
      return { heard, moves };
    }
    await during(MOVE_MS);
  }
}
