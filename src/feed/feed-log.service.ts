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
import { assertPageSize, type PageRequest, readNumberCursor, writeCursor } from '../platform/page.ts';
import type { Row } from '../platform/rows.ts';
import type { PledgeRow } from '../pledges/pledge-book.service.ts';
import type { VillageRow } from '../villages/village.service.ts';
import type { FeedFilter } from './feed.rules.ts';

/** The state an event shows, as it was written with the fact. */
export interface Snapshot {
  need: NeedRow;
  village: VillageRow;
  pledge: (PledgeRow & { deliveries: DeliveryRow[] }) | null;
  partner: PartnerRow | null;
}

/** An event that has its place. */
export type FeedEvent = Omit<Row<Event>, 'snapshot' | 'words'> & { snapshot: Snapshot };

/** An event in somebody's stream; `previous` is the place where that stream stood before, 0 at the feed’s beginning. */
export type PlacedEvent = FeedEvent & { previous: number };

export interface FeedPage {
  events: PlacedEvent[];
  /** From where a feed may go on after this page: the last event's position, or the feed's end when there is none. */
  end: number;
  hasNextPage: boolean;
  hasPreviousPage: boolean;
}

const LIST = 'feed';
const MAX_LIST = 100;

/** The events of one stream, in order, the first of them after the place `previous`. */
export function placed(events: readonly FeedEvent[], previous: number): PlacedEvent[] {
  return events.map((event, index) => ({ ...event, previous: events[index - 1]?.position ?? previous }));
}

export function feedCursor(position: number): string {
  return writeCursor(LIST, position);
}

/** The position a cursor names. Throws BAD_USER_INPUT for a cursor from elsewhere. */
export function feedPosition(cursor: string): number {
  return readNumberCursor(LIST, cursor);
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

/** The feed as it is written down: every event that has its place, in order. */
export class FeedLog {
  private readonly database: Pick<Database, 'reads'>;

  constructor(database: Pick<Database, 'reads'>) {
    this.database = database;
  }

  /** The last position that was given; 0 when nothing has happened yet. */
  async head(): Promise<number> {
    const { rows } = await sql<{ position: number }>`select position from feed_head`.execute(
      this.database.reads,
    );
    return rows[0]!.position;
  }

  /** At most `limit` matching events after `after`, in order. */
  async read(filter: FeedFilter, after: number, limit: number): Promise<FeedEvent[]> {
    const { rows } = await sql<FeedEvent>`
      select * from events where ${conditions(filter, after)}
      order by position limit ${limit}`.execute(this.database.reads);
    return rows;
  }

  /**
   * A page of the history in commit order: from the beginning, after a cursor, or the latest. Throws BAD_USER_INPUT
   * for a bad page, filter or cursor.
   */
  async page(_reader: Reader, filter: FeedFilter, request: PageRequest, latest: boolean): Promise<FeedPage> {
    assertPageSize(request.first);
    assertFeedFilter(filter);
    // Read before the events: whatever matches up to here is in them, so that a feed may go on from it.
    const head = await this.head();
    const after = request.after === null ? 0 : feedPosition(request.after);
    if (after > head) throw badArgument('after', 'input.bad-cursor');
    const limit = request.first + 1;
    if (!latest) {
      const rows = await this.read(filter, after, limit);
      const events = rows.slice(0, request.first);
      const hasNextPage = rows.length === limit;
      return {
        events: placed(events, after),
        end: events.at(-1)?.position ?? head,
        hasNextPage,
        hasPreviousPage: request.after !== null,
      };
    }
    const { rows } = await sql<FeedEvent>`
      select * from events where ${conditions(filter, after)}
      order by position desc limit ${limit}`.execute(this.database.reads);
    const events = rows.slice(0, request.first).toReversed();
    return {
      events: placed(events, rows[request.first]?.position ?? after),
      end: events.at(-1)?.position ?? head,
      hasNextPage: false,
      hasPreviousPage: rows.length === limit,
    };
  }
}
