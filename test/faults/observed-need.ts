import type { FeedEvent, Following } from '../../client/follow-feed.ts';
import { NeedDocument } from '../../client/operations.ts';
import type { SinergiClient } from '../../client/sinergi-client.ts';
import { type Need, publish, update } from '../support/acts.ts';
import { follow, historyOf } from './feed-reading.ts';
import { until } from '../support/until.ts';

/** A need whose events a test compares, word for word, with what somebody heard of them. */
export class ObservedNeed {
  readonly id: string;
  /** After the need's publication, before everything else. */
  readonly cursor: string;
  readonly filter: { needIds: string[] };
  /** A coordinator of its village. */
  private readonly as: SinergiClient;

  private constructor(as: SinergiClient, { id }: Need, cursor: string) {
    this.as = as;
    this.id = id;
    this.cursor = cursor;
    this.filter = { needIds: [id] };
  }

  /** Publishes it, and waits until that has its place on the feed. */
  static async publish(as: SinergiClient, villageId: string, quantity = 1000, description?: string) {
    const need = await publish(as, { villageId, quantity, unitValue: 1000, description });
    let events: FeedEvent[] = [];
    const isTold = async () => (events = await historyOf(as, { filter: { needIds: [need.id] } })).length > 0;
    await until(isTold, 'the publication on the feed');
    return new ObservedNeed(as, need, events[0]!.cursor);
  }

  /** What `followFeed` tells of it, from its publication, or `after`, up to the change that is its end. */
  follow(
    as: SinergiClient,
    more: Pick<Following, 'after' | 'onLost' | 'retryMs'> = {},
  ): Promise<FeedEvent[]> {
    const heard = follow(
      as,
      { after: this.cursor, filter: this.filter, retryMs: 1, maxRetryMs: 50, ...more },
      isEnd,
    );
    // It is awaited later, when its failure would have been nobody's.
    heard.catch(() => undefined);
    return heard;
  }

  /** Makes the last event of it: a change of its title. */
  async end(): Promise<void> {
    const { need } = await this.as.request(NeedDocument, { id: this.id });
    await update(this.as, { needId: this.id, version: need!.version, title: 'Selesai' });
    await until(async () => isEnd((await this.history()).at(-1)), 'the end on the feed');
  }

  /** Everything after its publication, as the feed's pages show it. */
  history(): Promise<FeedEvent[]> {
    return historyOf(this.as, { filter: this.filter, after: this.cursor });
  }
}

const isEnd = (event: FeedEvent | undefined): boolean => event?.kind === 'NEED_CHANGED';
