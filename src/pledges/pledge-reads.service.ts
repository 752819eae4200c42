import { type RawBuilder, sql } from 'kysely';
import type { Reader } from '../access/reader.ts';
import { assertAreaCode } from '../areas/area.service.ts';
import type { BatchFunction } from '../platform/batch.ts';
import type { Database } from '../platform/database.ts';
import { lookup } from '../platform/lookup.ts';
import { type NestedKey, nestedPages } from '../platform/nested-pages.ts';
import { assertPageSize, type Page, type PageRequest, pageOf, readCursor } from '../platform/page.ts';
import type { PledgeRow } from './pledge-book.service.ts';
import type { PledgeStatus } from './pledge.entity.ts';

export interface PledgeFilter {
  areaCode?: string | null;
  partnerId?: string | null;
  status?: readonly PledgeStatus[] | null;
}

const LIST = 'pledges';

function conditions(filter: PledgeFilter): RawBuilder<unknown> {
  const all: RawBuilder<unknown>[] = [sql`true`];
  if (filter.areaCode != null) {
    all.push(sql`exists (select from villages v where v.id = p.village_id
      and (v.code = ${filter.areaCode} or v.code like ${`${filter.areaCode}.%`}))`);
  }
  if (filter.partnerId != null) all.push(sql`p.partner_id = ${filter.partnerId}`);
  if (filter.status != null) all.push(sql`p.status = any(${filter.status})`);
  return sql.join(all, sql` and `);
}

type ParentKey = NestedKey<Pick<PledgeFilter, 'status'>>;

/** Reading pledges. */
export class PledgeReads {
  readonly byId: BatchFunction<string, PledgeRow | null>;
  readonly ofNeed: BatchFunction<ParentKey, Page<PledgeRow>>;
  readonly ofVillage: BatchFunction<ParentKey, Page<PledgeRow>>;
  readonly ofPartner: BatchFunction<ParentKey, Page<PledgeRow>>;
  private readonly database: Database;

  constructor(database: Database) {
    this.database = database;
    this.byId = lookup<PledgeRow>(database, 'pledges', 'id');
    this.ofNeed = this.nested('need_id');
    this.ofVillage = this.nested('village_id');
    this.ofPartner = this.nested('partner_id');
  }

  /** Pledges, the newest first. Throws BAD_USER_INPUT for a bad page, cursor or area code. */
  async list(_reader: Reader, filter: PledgeFilter, request: PageRequest): Promise<Page<PledgeRow>> {
    assertPageSize(request.first);
    if (filter.areaCode != null) assertAreaCode(filter.areaCode);
    const where = conditions(filter);
    const after = request.after === null ? null : readCursor(LIST, request.after);
    const { rows } = await sql<PledgeRow>`
      select p.* from pledges p where ${where} ${after === null ? sql`` : sql`and p.id < ${after}`}
      order by p.id desc limit ${request.first + 1}`.execute(this.database.reads);
    return pageOf(
      LIST,
      rows,
      request,
      ({ id }) => id,
      async () => {
        const counted = await sql<{ count: number }>`
        select count(*) as count from pledges p where ${where}`.execute(this.database.reads);
        return counted.rows[0]!.count;
      },
    );
  }

  /** The pledges of many parents, one statement for all that ask alike. */
  private nested(
    parentColumn: 'need_id' | 'village_id' | 'partner_id',
  ): BatchFunction<ParentKey, Page<PledgeRow>> {
    const parent = sql.ref(`p.${parentColumn}`);
    return nestedPages({
      name: LIST,
      placeOf: ({ id }: PledgeRow) => id,
      read: async (parentIds, filter, after, limit) => {
        const { rows } = await sql<PledgeRow & { parentId: string }>`
          select parent.id as parent_id, p.* from unnest(${parentIds}::text[]) as parent(id) cross join lateral (
            select p.* from pledges p
            where ${parent} = parent.id and ${conditions(filter)}
              ${after === null ? sql`` : sql`and p.id < ${after}`}
            order by p.id desc limit ${limit}) as p`.execute(this.database.reads);
        return rows;
      },
      count: async (parentIds, filter) => {
        const { rows } = await sql<{ parentId: string; count: number }>`
          select ${parent} as parent_id, count(*) as count from pledges p
          where ${parent} = any(${parentIds}) and ${conditions(filter)} group by ${parent}`.execute(
          this.database.reads,
        );
        return rows;
      },
    });
  }
}
