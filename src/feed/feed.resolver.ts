import { Arg, Ctx, FieldResolver, ID, Int, Query, Resolver, Root, Subscription } from 'type-graphql';
import { toSupportBalance } from '../balance/balance.resolver.ts';
import type { PartnerStanding } from '../balance/balance.service.ts';
import { SupportBalanceType } from '../balance/balance.types.ts';
import type { NeedRow } from '../needs/fact.ts';
import type { PartnerRow } from '../partners/partner.service.ts';
import { afterDescription, firstDescription, pageRequest } from '../platform/graphql/connection.ts';
import type { Context } from '../platform/graphql/context.ts';
import { CursorScalar } from '../platform/graphql/scalars.ts';
import type { VillageRow } from '../villages/village.service.ts';
import { VillageType } from '../villages/village.types.ts';
import type { FeedEvent, FeedLog, PlacedEvent } from './feed-log.service.ts';
import { FeedConnectionType, FeedEventType, FeedFilterType } from './feed.types.ts';
import { LiveFeed } from './live-feed.service.ts';
import type { PledgeAtEvent } from './state.resolver.ts';
import { NeedStateType, PartnerStateType, PledgeStateType, VillageStateType } from './state.types.ts';

interface FeedArgs {
  filter?: FeedFilterType | null;
  after?: string | null;
}

@Resolver(() => FeedEventType)
export class FeedResolver {
  private readonly log: FeedLog;

  constructor(log: FeedLog) {
    this.log = log;
  }

  @Query(() => FeedConnectionType, { description: 'The history of the feed, in commit order.' })
  async feed(
    @Arg('filter', () => FeedFilterType, { nullable: true, description: 'Which events; all when absent.' })
    filter: FeedFilterType | undefined,
    @Arg('first', () => Int, { nullable: true, defaultValue: 50, description: firstDescription })
    first: number | null,
    @Arg('after', () => CursorScalar, { nullable: true, description: afterDescription }) after:
      | string
      | undefined,
    @Arg('latest', () => Boolean, {
      defaultValue: false,
      description: 'The latest `first` events instead of the earliest, still in commit order.',
    })
    latest: boolean,
    @Ctx() context: Context,
  ): Promise<FeedConnectionType> {
    const request = pageRequest(first, after, 50);
    const { events, end, hasNextPage, hasPreviousPage } = await this.log.page(
      context.reader(),
      filter ?? {},
      request,
      latest,
    );
    const startCursor = events[0]?.cursor ?? null;
    return {
      nodes: events,
      pageInfo: { hasNextPage, hasPreviousPage, startCursor, endCursor: end.cursor },
    };
  }

  @Subscription(() => FeedEventType, {
    description:
      'Every event that matches, in commit order, from after `after` (or from now): none missed, none twice. A reader that is too slow is ended with the cursor to resume from; see docs/feed.md.',
    subscribe: ({ args, context }) => {
      const { filter, after } = args as FeedArgs;
      const { container, resumeAfter } = context as Context;
      const reader = (context as Context).reader();
      return container.get(LiveFeed).events(reader, filter ?? {}, resumeAfter ?? after ?? null);
    },
  })
  pledgeFeed(
    @Root() event: PlacedEvent,
    @Arg('filter', () => FeedFilterType, { nullable: true, description: 'Which events; all when absent.' })
    _filter: FeedFilterType | undefined,
    @Arg('after', () => CursorScalar, {
      nullable: true,
      description: 'The last cursor seen; from now on when absent.',
    })
    _after: string | undefined,
  ): PlacedEvent {
    return event;
  }

  @Subscription(() => VillageType, {
    description:
      'The village as it stands, at once and again after each change. Bursts are merged: at most five a second, the last state always.',
    subscribe: ({ args, context }) => {
      const { villageId } = args as { villageId: string };
      return (context as Context).container.get(LiveFeed).board((context as Context).reader(), villageId);
    },
  })
  villageBoard(
    @Root() village: VillageRow,
    @Arg('villageId', () => ID, { description: 'The village.' }) _villageId: string,
  ): VillageRow {
    return village;
  }

  @Subscription(() => SupportBalanceType, {
    description:
      'A partner’s balance, at once and again after each change; bursts are merged as in `villageBoard`.',
    subscribe: ({ args, context }) => {
      const { partnerId } = args as { partnerId: string };
      return (context as Context).container.get(LiveFeed).balance((context as Context).reader(), partnerId);
    },
  })
  balanceChanged(
    @Root() standing: PartnerStanding,
    @Arg('partnerId', () => ID, { description: 'The partner.' }) _partnerId: string,
  ): SupportBalanceType {
    return toSupportBalance(standing);
  }

  @FieldResolver(() => CursorScalar, { description: 'The place of this event, for `after`.' })
  cursor(@Root() event: FeedEvent): string {
    return event.cursor;
  }

  @FieldResolver(() => CursorScalar, {
    description:
      'Where this subscription or page stood before: the cursor of the event before this one that matches its filter; for the first, that of `after`, of the moment the subscription began, or of the feed’s beginning. It equals the last cursor seen as long as nothing was missed.',
  })
  previousCursor(@Root() { previous }: PlacedEvent): string {
    return previous.cursor;
  }

  @FieldResolver(() => NeedStateType, { description: 'The need, as of this event.' })
  need(@Root() { snapshot }: FeedEvent): NeedRow {
    return snapshot.need;
  }

  @FieldResolver(() => VillageStateType, { description: 'The village, as of this event.' })
  village(@Root() { snapshot }: FeedEvent): VillageRow {
    return snapshot.village;
  }

  @FieldResolver(() => PledgeStateType, {
    nullable: true,
    description: 'The pledge, as of this event; null for facts of a need.',
  })
  pledge(@Root() { id, snapshot }: FeedEvent): PledgeAtEvent | null {
    const { pledge, village } = snapshot;
    return pledge === null ? null : { ...pledge, eventId: id, village };
  }

  @FieldResolver(() => PartnerStateType, {
    nullable: true,
    description: 'Who pledges, as of this event; null for facts of a need.',
  })
  partner(@Root() { snapshot }: FeedEvent): PartnerRow | null {
    return snapshot.partner;
  }
}
