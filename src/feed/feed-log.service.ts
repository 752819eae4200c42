import { type RawBuilder, sql } from 'kysely';
import type { Reader } from '../access/reader.ts';
import { assertAreaCode } from '../areas/area.service.ts';
import type { DeliveryRow } from '../deliveries/delivery.service.ts';
import type { Event } from '../events/event.entity.ts';
import { type IdPrefix, isId } from '../kernel/ids.ts';
import { badArgument } from '../kernel/problems.ts';
import { storable } from '../kernel/text.ts';
import type { NeedRow } from '../needs/fact.ts';
import type { PartnerRow } from '../partners/partner.service.ts';
import type { Database } from '../platform/database.ts';
import { assertPageSize, type PageRequest } from '../platform/page.ts';
import type { Row } from '../platform/rows.ts';
import type { PledgeRow } from '../pledges/pledge-book.service.ts';
import type { VillageRow } from '../villages/village.service.ts';
import { BEGINNING, type Place, readFeedCursor, withCursor } from './feed-cursor.ts';
import { FeedHistory } from './feed-history.service.ts';
import type { FeedFilter } from './feed.rules.ts';

/** The state an event shows, as it was written with the fact. */
export interface Snapshot {
  need: NeedRow;
  village: VillageRow;
  pledge: (PledgeRow & { deliveries: DeliveryRow[] }) | null;
  partner: PartnerRow | null;
}

/** An event that has its place. */
export type FeedEvent = Omit<Row<Event>, 'snapshot' | 'words'> & Place & { snapshot: Snapshot };

/** An event in somebody's stream; `previous` is where that stream stood before. */
export type PlacedEvent = FeedEvent & { previous: Place };

export interface FeedPage {
  events: PlacedEvent[];
  /** From where a feed may go on after this page: the last event's place, or the feed's end when there is none. */
  end: Place;
  hasNextPage: boolean;
  hasPreviousPage: boolean;
}

const MAX_LIST = 100;

/** The events of one stream, in order, the first of them after the place `previous`. */
export function placed(events: readonly FeedEvent[], previous: Place): PlacedEvent[] {
  return events.map((event, index) => ({ ...event, previous: events[index - 1] ?? previous }));
}

/** Throws BAD_USER_INPUT, naming the field, for a filter that could not mean anything. */
export function assertFeedFilter(filter: FeedFilter): void {
  if (filter.areaCode != null) assertAreaCode(filter.areaCode, 'filter.areaCode');
  const lists: [field: keyof FeedFilter, prefix: IdPrefix | null][] = [
    ['villageIds', 'village'],
    ['needIds', 'need'],
    ['partnerIds', 'partner'],
    ['sectors', null],
    ['kinds', null],
  ];
  for (const [field, prefix] of lists) {
    const list = (filter[field] as readonly string[] | null | undefined) ?? [];
    if (list.length > MAX_LIST) throw badArgument(`filter.${field}`, 'input.too-many', { max: MAX_LIST });
    if (prefix !== null && !list.every((id) => isId(prefix, id))) {
      throw badArgument(`filter.${field}`, 'input.bad-id', { kind: prefix, prefix });
    }
  }
}

function conditions(filter: FeedFilter, after: number): RawBuilder<unknown> {
  const all: RawBuilder<unknown>[] = [sql`position > ${after}`];
  if (filter.areaCode != null) {
    all.push(sql`(village_code = ${filter.areaCode} or village_code like ${`${filter.areaCode}.%`})`);
  }
  if (filter.villageIds != null) all.push(sql`village_id = any(${filter.villageIds})`);
  if (filter.needIds != null) all.push(sql`need_id = any(${filter.needIds})`);
  if (filter.partnerIds != null) all.push(sql`partner_id = any(${filter.partnerIds})`);
  if (filter.sectors != null) all.push(sql`sector_code = any(${storable(filter.sectors)})`);
  if (filter.kinds != null) all.push(sql`kind = any(${filter.kinds})`);
  return sql.join(all, sql` and `);
}

/** True where that place is one of this history. */
function stands({ position, digest }: Place): RawBuilder<unknown> {
  if (position === 0) return sql`true`;
  return sql`exists (select from events where position = ${position} and digest = ${digest})`;
}

/** The feed as it is written down: every event that has its place, in order. */
export class FeedLog {
  readonly history: FeedHistory;
  private readonly database: Pick<Database, 'reads'>;

  constructor(database: Pick<Database, 'reads'>) {
    this.database = database;
    this.history = new FeedHistory(database);
  }

  /** At most `limit` matching events after `after`, in order. Throws FeedRestored where `after` is of another history. */
  read(filter: FeedFilter, after: Place, limit: number): Promise<FeedEvent[]> {
    return this.select(filter, after, sql`position`, limit);
  }

  /**
   * A page of the history in commit order: from the beginning, after a cursor, or the latest. Throws BAD_USER_INPUT
   * for a bad page, filter or cursor, and FeedRestored for a cursor of another history.
   */
  async page(_reader: Reader, filter: FeedFilter, request: PageRequest, latest: boolean): Promise<FeedPage> {
    assertPageSize(request.first);
    assertFeedFilter(filter);
    const after = request.after === null ? BEGINNING : readFeedCursor(request.after);
    // Read before the events: whatever matches up to here is in them, so that a feed may go on from it.
    const head = await this.history.end();
    const limit = request.first + 1;
    if (!latest) {
      const rows = await this.read(filter, after, limit);
      const events = rows.slice(0, request.first);
      const hasNextPage = rows.length === limit;
      return {
        events: placed(events, after),
        end: events.at(-1) ?? head,
        hasNextPage,
        hasPreviousPage: request.after !== null,
      };
    }
    const rows = await this.select(filter, after, sql`position desc`, limit);
    const events = rows.slice(0, request.first).toReversed();
    return {
      events: placed(events, rows[request.first] ?? after),
      end: events.at(-1) ?? head,
      hasNextPage: false,
      hasPreviousPage: rows.length === limit,
    };
  }

  /** Events and whether `after` stands, as of one snapshot: one row without an event says it where there is none. */
  private async select(
    filter: FeedFilter,
    after: Place,
    order: RawBuilder<unknown>,
    limit: number,
  ): Promise<FeedEvent[]> {
    const { rows } = await sql<FeedEvent & { isHere: boolean; place: number | null }>`
      select here.is_here, page.position as place, page.* from (select ${stands(after)} as is_here) as here
      left join lateral (
        select * from events where here.is_here and ${conditions(filter, after.position)}
        order by ${order} limit ${limit}) as page on true`.execute(this.database.reads);
    if (!rows[0]!.isHere) throw await this.history.partedFrom(after);
    return rows
      .filter(({ place }) => place !== null)
      .map(({ isHere: _, place: __, ...event }) => withCursor(event));
  }
}
