import { PledgeFeedDocument, type PledgeFeedSubscriptionVariables } from '../../client/operations.ts';
import type { SinergiClient } from '../../client/sinergi-client.ts';
import type { SubscriptionResults } from '../../client/subscription-results.ts';
import type { FeedEvent } from '../../client/follow-feed.ts';

const PATIENCE_MS = 20_000;

/** The next `count` of a subscription; throws when they do not come within 20 s. */
export async function take<T>(results: SubscriptionResults<T>, count: number): Promise<T[]> {
  const taken: T[] = [];
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(
      () => reject(new Error(`only ${taken.length} of ${count} came: ${JSON.stringify(taken)}`)),
      PATIENCE_MS,
    );
  });
  try {
    while (taken.length < count) {
      const { value, done } = await Promise.race([results.next(), late]);
      if (done === true) throw new Error(`it ended after ${taken.length} of ${count}`);
      taken.push(value);
    }
    return taken;
  } finally {
    clearTimeout(timer);
  }
}

/** A feed that is read event by event. */
export class Listener {
  private readonly results: ReturnType<typeof Listener.open>;

  constructor(as: SinergiClient, variables: PledgeFeedSubscriptionVariables = {}) {
    this.results = Listener.open(as, variables);
  }

  private static open(as: SinergiClient, variables: PledgeFeedSubscriptionVariables) {
    return as.subscribe(PledgeFeedDocument, variables);
  }

  async take(count: number): Promise<FeedEvent[]> {
    return (await take(this.results, count)).map(({ pledgeFeed }) => pledgeFeed);
  }

  async stop(): Promise<void> {
    await this.results.return();
  }
}
