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

/** A word under which listeners are looked up, such as `need:need_01…` or `area:36.02`. */
export type Topic =
  | `${'need' | 'village' | 'partner' | 'holder' | 'area' | 'sector' | 'kind'}:${string}`
  | 'all';

/**
 * The topics under which a filter is listed: those of its narrowest part, so that as few events as possible touch
 * it. Every event that matches the filter has at least one of them.
 */
export function topicsOf(filter: FeedFilter): Topic[] {
  const { needIds, villageIds, partnerIds, areaCode, sectors, kinds } = filter;
  if (needIds != null) return needIds.map((id) => `need:${id}` as const);
  if (villageIds != null) return villageIds.map((id) => `village:${id}` as const);
  if (partnerIds != null) return partnerIds.map((id) => `partner:${id}` as const);
  if (areaCode != null) return [`area:${areaCode}`];
  if (sectors != null) return sectors.map((code) => `sector:${code}` as const);
  if (kinds != null) return kinds.map((kind) => `kind:${kind}` as const);
  return ['all'];
}

/** Every topic of an event: of its village's area and all above it, and of whom it concerns. */
export function topicsOfEvent(event: EventAddress, holderId: string | null): Topic[] {
  const parts = event.villageCode.split('.');
  const areas = parts.map((_, index) => `area:${parts.slice(0, index + 1).join('.')}` as const);
  const topics: Topic[] = [
    'all',
    `kind:${event.kind}`,
    `sector:${event.sectorCode}`,
    ...areas,
    `village:${event.villageId}`,
    `need:${event.needId}`,
  ];
  if (event.partnerId !== null) topics.push(`partner:${event.partnerId}`);
  if (holderId !== null) topics.push(`holder:${holderId}`);
  return topics;
}
