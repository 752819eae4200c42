import { Field, ID, InputType, ObjectType, registerEnumType } from 'type-graphql';
import type { EventKind } from '../events/event.entity.ts';
import { PageInfoType } from '../platform/graphql/connection.ts';
import { DateTimeScalar, PositionScalar } from '../platform/graphql/scalars.ts';

const descriptions: Record<EventKind, string> = {
  NEED_PUBLISHED: 'A village published a need.',
  NEED_CHANGED: 'A need was changed.',
  NEED_CANCELLED: 'A need was cancelled.',
  NEED_FULFILLED: 'All of a need is verified.',
  PLEDGE_REQUESTED: 'A pledge was made that awaits approval.',
  PLEDGE_MADE: 'A pledge was made.',
  PLEDGE_APPROVED: 'A coordinator approved a pledge.',
  PLEDGE_COMMITTED: 'A pledge became binding.',
  PLEDGE_DECLINED: 'A coordinator declined a pledge.',
  PLEDGE_WITHDRAWN: 'A partner took its pledge back.',
  PLEDGE_EXPIRED: 'A pledge’s time was over.',
  PLEDGE_CANCELLED: 'A pledge ended with its need.',
  PLEDGE_FULFILLED: 'All of a pledge is verified.',
  DELIVERY_REPORTED: 'A partner reported a delivery.',
  DELIVERY_VERIFIED: 'A village verified a delivery.',
  DELIVERY_DISPUTED: 'A village disputed a delivery.',
};
const kinds = Object.keys(descriptions) as EventKind[];
export const EventKindEnum = Object.fromEntries(kinds.map((kind) => [kind, kind])) as Record<
  EventKind,
  EventKind
>;
registerEnumType(EventKindEnum, {
  name: 'FeedEventKind',
  description: 'What happened.',
  valuesConfig: Object.fromEntries(kinds.map((kind) => [kind, { description: descriptions[kind] }])),
});

@ObjectType('FeedEvent', {
  description:
    'One committed fact. need, village, pledge and partner show their state as of this event; they have no `id`, so that no cache takes them for what is now.',
})
export class FeedEventType {
  @Field(() => EventKindEnum, { description: 'What happened.' })
  kind!: EventKind;
  @Field(() => DateTimeScalar, { description: 'When it happened.' })
  occurredAt!: Date;
  @Field(() => PositionScalar, {
    description:
      'Place in the whole feed: contiguous from 1, so that who has seen a position has seen all before it that match.',
  })
  position!: number;
}

@ObjectType('FeedConnection', { description: 'A page of the feed, in commit order.' })
export class FeedConnectionType {
  @Field(() => [FeedEventType], { description: 'The events.' })
  nodes!: object[];
  @Field(() => PageInfoType, {
    description:
      'Where this page lies; `endCursor` serves `pledgeFeed(after:)` too, and is the feed’s end on an empty page.',
  })
  pageInfo!: PageInfoType;
}

@InputType('FeedFilter', {
  description:
    'Which events; what is absent does not narrow, an empty list lets nothing through. At most 100 entries a list.',
})
export class FeedFilterType {
  @Field(() => String, { nullable: true, description: 'Only from villages of this area.' })
  areaCode?: string | null;
  @Field(() => [ID], { nullable: true, description: 'Only of these villages.' })
  villageIds?: string[] | null;
  @Field(() => [ID], { nullable: true, description: 'Only of these needs.' })
  needIds?: string[] | null;
  @Field(() => [ID], { nullable: true, description: 'Only of pledges of these partners.' })
  partnerIds?: string[] | null;
  @Field(() => [String], { nullable: true, description: 'Only of needs of these sectors, by code.' })
  sectors?: string[] | null;
  @Field(() => [EventKindEnum], { nullable: true, description: 'Only of these kinds.' })
  kinds?: EventKind[] | null;
}
