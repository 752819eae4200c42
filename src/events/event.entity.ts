import { defineEntity, p } from '@mikro-orm/core';
import { instant, key, oneOf, text } from '../platform/columns.ts';

export const eventKinds = [
  'NEED_PUBLISHED',
  'NEED_CHANGED',
  'NEED_CANCELLED',
  'NEED_FULFILLED',
  'PLEDGE_REQUESTED',
  'PLEDGE_MADE',
  'PLEDGE_APPROVED',
  'PLEDGE_COMMITTED',
  'PLEDGE_DECLINED',
  'PLEDGE_WITHDRAWN',
  'PLEDGE_EXPIRED',
  'PLEDGE_CANCELLED',
  'PLEDGE_FULFILLED',
  'DELIVERY_REPORTED',
  'DELIVERY_VERIFIED',
  'DELIVERY_DISPUTED',
] as const;
export type EventKind = (typeof eventKinds)[number];

export const EventSchema = defineEntity({
  name: 'Event',
  tableName: 'events',
  properties: {
    /** Order of writing; per need also the order of commit, since the need's lock is held while it is drawn. */
    id: p.bigint('number').primary().autoincrement(),
    /** Place in the feed, contiguous from 1; null until the relay has stamped it. */
    position: p.bigint('number').nullable().unique(),
    kind: text().$type<EventKind>(),
    occurredAt: instant(),
    villageCode: key(),
    villageId: key(),
    needId: key(),
    sectorCode: key(),
    pledgeId: key().nullable(),
    partnerId: key().nullable(),
    snapshot: p.json<unknown>(),
  },
  checks: [
    { name: 'events_kind_known', expression: oneOf('kind', eventKinds) },
    { name: 'events_position_positive', expression: 'position >= 1' },
  ],
  indexes: [
    {
      name: 'events_unstamped',
      expression: `create index "events_unstamped" on "events" (id) where position is null`,
    },
    { name: 'events_by_village', properties: ['villageId', 'position'] },
    { name: 'events_by_need', properties: ['needId', 'position'] },
    { name: 'events_by_partner', properties: ['partnerId', 'position'] },
  ],
});
/** A committed fact with the state it shows; written in the fact's own transaction. */
export class Event extends EventSchema.class {}
EventSchema.setClass(Event);

export const FeedHeadSchema = defineEntity({
  name: 'FeedHead',
  tableName: 'feed_head',
  properties: { id: p.integer().primary().autoincrement(false), position: p.bigint('number') },
  checks: [
    { name: 'feed_head_is_one_row', expression: 'id = 1' },
    { name: 'feed_head_position_range', expression: 'position >= 0' },
  ],
});
/** The last position that was given, one row: locked by the relay while it stamps. */
export class FeedHead extends FeedHeadSchema.class {}
FeedHeadSchema.setClass(FeedHead);
