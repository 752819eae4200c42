import type { Logger } from 'pino';
import type { Reader } from '../access/reader.ts';
import type { BalanceService } from '../balance/balance.service.ts';
import type { PolicyWatch } from '../balance/policy-watch.service.ts';
import { isId } from '../kernel/ids.ts';
import { badArgument } from '../kernel/problems.ts';
import type { PartnerService } from '../partners/partner.service.ts';
import { SharedSource } from '../platform/live/shared-stream.ts';
import type { VillageService } from '../villages/village.service.ts';
import { FeedGroup } from './feed-group.ts';
import { assertFeedFilter, type FeedLog } from './feed-log.service.ts';
import { FeedReader } from './feed-reader.ts';
import type { FeedTail } from './feed-tail.ts';
import type { FeedFilter } from './feed.rules.ts';
import { Groups } from './groups.ts';
import { StateGroup, StateReader, type WatchedState } from './state-group.ts';

/** The subscriptions: each throws RequestError before it opens, and holds nothing once it has ended. */
export class LiveFeed {
  private readonly log: FeedLog;
  private readonly tail: FeedTail;
  private readonly villages: VillageService;
  private readonly partners: PartnerService;
  private readonly balances: BalanceService;
  private readonly policies: PolicyWatch;
  private readonly logger: Logger;
  private readonly feeds = new Groups<FeedGroup>();
  private readonly states = new Groups<StateGroup>();

  constructor(
    log: FeedLog,
    tail: FeedTail,
    villages: VillageService,
    partners: PartnerService,
    balances: BalanceService,
    policies: PolicyWatch,
    logger: Logger,
  ) {
    this.log = log;
    this.tail = tail;
    this.villages = villages;
    this.partners = partners;
    this.balances = balances;
    this.policies = policies;
    this.logger = logger;
    tail.onRestored((error) => {
      for (const group of this.feeds.clear()) group.end(error);
      for (const group of this.states.all()) group.change();
    });
  }

  /** How many subscriptions are open on this node. */
  get readerCount(): number {
    return this.feeds.readerCount + this.states.readerCount;
  }

  /** How many executions serve them. */
  get groupCount(): number {
    return this.feeds.groupCount + this.states.groupCount;
  }

  /**
   * Every matching event after the cursor, or from now on. Root values: `PlacedEvent`. Throws FeedRestored for a cursor of
   * another history.
   */
  async events(_reader: Reader, filter: FeedFilter, cursor: string | null): Promise<SharedSource> {
    assertFeedFilter(filter);
    const { log, tail, logger, feeds } = this;
    const after = await (cursor === null ? log.history.end() : log.history.placeOf(cursor));
    return new SharedSource((execution, outlet) => {
      const { key } = execution;
      const group = feeds.of(key, () => new FeedGroup(execution, filter, log, tail, logger));
      const reader = new FeedReader({ group, execution, outlet, log, filter, after });
      reader.onEnd(() => feeds.left(key, group));
      return reader;
    });
  }

  /** The village at once, and after each change, by an event or by a policy. */
  async board(_reader: Reader, villageId: string): Promise<SharedSource> {
    if (!isId('village', villageId)) {
      throw badArgument('villageId', 'input.bad-id', { kind: 'village', prefix: 'village' });
    }
    const read = async () => (await this.villages.byId([villageId]))[0] ?? null;
    const village = await read();
    if (village === null) throw badArgument('villageId', 'not-found.village');
    return this.stateOf({ topics: [`village:${villageId}`], place: village.code, read });
  }

  /**
   * A partner's standing at once, after each event that moves its books, as supporter or as holder, and after each policy
   * that may judge it.
   */
  async balance(_reader: Reader, partnerId: string): Promise<SharedSource> {
    await this.partners.find(partnerId, 'partnerId');
    return this.stateOf({
      topics: [`partner:${partnerId}`, `holder:${partnerId}`],
      place: await this.balances.placeOf(partnerId),
      read: async () => (await this.balances.standingOf([partnerId]))[0],
    });
  }

  private stateOf(state: WatchedState): SharedSource {
    const { states, tail, policies } = this;
    return new SharedSource((execution, outlet) => {
      const { key } = execution;
      const group = states.of(key, () => new StateGroup(execution, state, tail, policies));
      const reader = new StateReader(group, outlet);
      reader.onEnd(() => states.left(key, group));
      return reader;
    });
  }
}
