import type { Reader } from '../access/reader.ts';
import type { BalanceService, PartnerStanding } from '../balance/balance.service.ts';
import { isId } from '../kernel/ids.ts';
import { badArgument } from '../kernel/problems.ts';
import type { PartnerService } from '../partners/partner.service.ts';
import type { VillageRow, VillageService } from '../villages/village.service.ts';
import { assertFeedFilter, type FeedEvent, type FeedLog, feedPosition } from './feed-log.service.ts';
import { FeedSubscription } from './feed-subscription.ts';
import type { FeedTail } from './feed-tail.ts';
import type { FeedFilter } from './feed.rules.ts';
import { LatestState } from './latest-state.ts';

/** The subscriptions: each throws RequestError before it opens, and holds nothing once it is returned. */
export class LiveFeed {
  private readonly log: FeedLog;
  private readonly tail: FeedTail;
  private readonly villages: VillageService;

  private readonly partners: PartnerService;
  private readonly balances: BalanceService;

  constructor(
    log: FeedLog,
    tail: FeedTail,
    villages: VillageService,
    partners: PartnerService,
    balances: BalanceService,
  ) {
    this.log = log;
    this.tail = tail;
    this.villages = villages;
    this.partners = partners;
    this.balances = balances;
  }

  /** Every matching event after the cursor, or from now on. */
  async events(_reader: Reader, filter: FeedFilter, after: string | null): Promise<FeedSubscription> {
    assertFeedFilter(filter);
    return FeedSubscription.open(this.log, this.tail, filter, after === null ? null : feedPosition(after));
  }

  /** The village at once, and after each change. */
  async board(_reader: Reader, villageId: string): Promise<LatestState<VillageRow>> {
    if (!isId('village', villageId)) {
      throw badArgument('villageId', 'input.bad-id', { kind: 'village', prefix: 'village' });
    }
    const read = async () => (await this.villages.byId([villageId]))[0] ?? null;
    if ((await read()) === null) throw badArgument('villageId', 'not-found.village');
    return new LatestState(
      this.tail,
      (event) => event.villageId === villageId,
      async () => (await read())!,
    );
  }

  /** A partner's standing at once, and after each event that moves its books, as supporter or as holder. */
  async balance(_reader: Reader, partnerId: string): Promise<LatestState<PartnerStanding>> {
    await this.partners.find(partnerId, 'partnerId');
    const concerns = ({ partnerId: supporterId, snapshot }: FeedEvent) =>
      supporterId === partnerId || snapshot.pledge?.holderId === partnerId;
    return new LatestState(
      this.tail,
      concerns,
      async () => (await this.balances.standingOf([partnerId]))[0]!,
    );
  }
}
