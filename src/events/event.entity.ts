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

/** What a fact tells: in the outbox, and for ever in its place in the feed. */
const content = () => ({
  kind: text().$type<EventKind>(),
  occurredAt: instant(),
  villageCode: key(),
  villageId: key(),
  needId: key(),
  sectorCode: key(),
  pledgeId: key().nullable(),
  partnerId: key().nullable(),
  /** Need, village, pledge and partner as of the fact, without what was written in confidence. */
  snapshot: p.json<unknown>(),
  /** What was written in confidence in the pledge and its deliveries; null where nothing was. */
  words: p.json<unknown>().nullable(),
});

/** Where a snapshot would hold words that are private to somebody, or shown to nobody; one path, as it is read once. */
const WORDS = `$ ? (exists(@.need.cancelReason ? (@ != null)) || exists(@.pledge.note ? (@ != null))
  || exists(@.pledge.reason ? (@ != null)) || exists(@.pledge.deliveries.note ? (@ != null))
  || exists(@.pledge.deliveries.reason ? (@ != null)) || exists(@.pledge.deliveries.verificationNote ? (@ != null))
  || exists(@.pledge.deliveries.evidence[*]))`;

export const OutboxEventSchema = defineEntity({
  name: 'OutboxEvent',
  tableName: 'outbox',
  properties: {
    /** Order of writing; per need also the order of commit, since the need's lock is held while it is drawn. */
    id: p.bigint('number').primary().autoincrement(),
    ...content(),
  },
  checks: [
    { name: 'outbox_kind_known', expression: oneOf('kind', eventKinds) },
    { name: 'outbox_words_apart', expression: `not snapshot @? '${WORDS}'` },
  ],
});
/** A fact that has no place in the feed yet; written in its own transaction, and moved moments after its commit. */
export class OutboxEvent extends OutboxEventSchema.class {}
OutboxEventSchema.setClass(OutboxEvent);

/** By the row's own hash, which needs no text of it. */
const DIGEST = `lpad(to_hex(hash_record_extended(row(id, kind collate "C", occurred_at, village_code, village_id, need_id,
  sector_code, pledge_id, partner_id, snapshot), 0)), 16, '0')`;

export const EventSchema = defineEntity({
  name: 'Event',
  tableName: 'events',
  properties: {
    /** The one it had in the outbox: no fact gets two places. */
    id: p.bigint('number').primary().autoincrement(false),
    /** Place in the feed, contiguous from 1. */
    position: p.bigint('number').unique(),
    ...content(),
    /** Tells this event from any other: 64 bits, in hex, of what it shows to everybody. */
    digest: key().generated(`(${DIGEST}) stored`),
    /** The latest terms of relays when it got its place, as `writeTrail` writes them. */
    terms: key().default(''),
  },
  checks: [
    { name: 'events_position_positive', expression: 'position >= 1' },
    { name: 'events_kind_known', expression: oneOf('kind', eventKinds) },
  ],
  indexes: [
    { name: 'events_by_village', properties: ['villageId', 'position'] },
    { name: 'events_by_need', properties: ['needId', 'position'] },
    { name: 'events_by_partner', properties: ['partnerId', 'position'] },
  ],
});
/** A fact in its place, with the state it shows. Never changed and never removed. */
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
/** The last position that was given, one row: locked by the relay while it gives places. */
export class FeedHead extends FeedHeadSchema.class {}
FeedHeadSchema.setClass(FeedHead);

export const FeedTermSchema = defineEntity({
  name: 'FeedTerm',
  tableName: 'feed_terms',
  properties: {
    ordinal: p.integer().primary().autoincrement(false),
    id: key(),
    after: p.bigint('number'),
  },
  checks: [
    { name: 'feed_terms_id_form', expression: `id ~ '^[0-9a-f]{6}$'` },
    { name: 'feed_terms_place', expression: 'ordinal >= 1 and "after" >= 0' },
  ],
});
/** A relay took over and gave places after that position; see feed-terms.rules.ts. Never changed and never removed. */
export class FeedTerm extends FeedTermSchema.class {}
FeedTermSchema.setClass(FeedTerm);
