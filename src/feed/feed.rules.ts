import { isWithin } from '../access/actor.ts';
import type { EventKind } from '../events/event.entity.ts';

/** Which events somebody wants; absent means all. An empty list wants nothing. */
export interface FeedFilter {
  areaCode?: string | null;
  villageIds?: readonly string[] | null;
  needIds?: readonly string[] | null;
  partnerIds?: readonly string[] | null;
  sectors?: readonly string[] | null;
  kinds?: readonly EventKind[] | null;
}

/** What a filter can see of an event. */
export interface EventAddress {
  kind: EventKind;
  villageId: string;
  villageCode: string;
  needId: string;
  partnerId: string | null;
  sectorCode: string;
}

const allows = (list: readonly string[] | null | undefined, value: string | null): boolean =>
  list == null || (value !== null && list.includes(value));

/** The same answer as the SQL of the history gives. */
export function matches(filter: FeedFilter, event: EventAddress): boolean {
  return (
    (filter.areaCode == null || isWithin(event.villageCode, filter.areaCode)) &&
    allows(filter.villageIds, event.villageId) &&
    allows(filter.needIds, event.needId) &&
    allows(filter.partnerIds, event.partnerId) &&
    allows(filter.sectors, event.sectorCode) &&
    allows(filter.kinds, event.kind)
  );
}
