import type { Violation } from './violations.ts';

const FACT =
  'kind, occurred_at, village_code, village_id, need_id, sector_code, pledge_id, partner_id, snapshot, words';
const anEvent = `insert into outbox (id, ${FACT}) select 1000000, ${FACT} from events where position = 1`;
/** An event so many places behind the last one. */
const placedBehindBy = (places: number) => `insert into events (id, position, ${FACT})
  select 1000000, (select position from feed_head) + ${places}, ${FACT} from events where position = 1`;

/** Statements past all services that change what the feed tells, or its order. */
export const brokenFeed: readonly Violation[] = [
  [
    'events_append_only',
    'events_append_only',
    'an event that is taken away',
    'delete from events where position = 1',
  ],
  [
    'events_append_only',
    'events_append_only',
    'an event that moves',
    'update events set position = 100000 where position = 1',
  ],
  [
    'events_append_only',
    'events_append_only',
    'an event that loses its place',
    'update events set position = null where position = 1',
  ],
  [
    'events_append_only',
    'events_append_only',
    'an event that is rewritten',
    `update events set snapshot = '{}' where position = 1`,
  ],
  ['events_contiguous', 'events_contiguous', 'an event behind a gap', placedBehindBy(2)],
  ['events_contiguous', 'feed_head_is_last', 'an event past the head of the feed', placedBehindBy(1)],
  [
    'feed_head_is_last',
    'feed_head_is_last',
    'a head of the feed that no event has',
    'update feed_head set position = position + 1',
  ],
  ['feed_head_never_deleted', 'feed_head_never_deleted', 'a feed without a head', 'delete from feed_head'],
  [
    'outbox_never_changed',
    'outbox_only_placed',
    'an event that is rewritten before it has its place',
    `${anEvent}; update outbox set kind = 'NEED_CHANGED' where id = 1000000`,
  ],
  [
    'outbox_leaves_placed',
    'outbox_only_placed',
    'an event that is taken away before it has its place',
    `${anEvent}; delete from outbox where id = 1000000`,
  ],
  [
    'outbox_leaves_placed',
    'outbox_only_placed',
    'an event that gets its place as another',
    `${anEvent};
        with moved as (update feed_head set position = position + 1 returning position)
          insert into events (id, position, ${FACT}) select o.id, moved.position, ${FACT.replace('kind', `'NEED_CHANGED'`)}
            from outbox o, moved where o.id = 1000000;
        delete from outbox where id = 1000000`,
  ],
];
