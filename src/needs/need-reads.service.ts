import { type RawBuilder, sql } from 'kysely';
import { type DraftScope, draftScopeOf } from '../access/access.rules.ts';
import type { Reader } from '../access/reader.ts';
import { assertAreaCode } from '../areas/area.service.ts';
import { storable } from '../kernel/text.ts';
import type { BatchFunction } from '../platform/batch.ts';
import type { Database } from '../platform/database.ts';
import { lookup } from '../platform/lookup.ts';
import { type NestedKey, nestedPages } from '../platform/nested-pages.ts';
import {
  assertPageSize,
  type Page,
  type PageRequest,
  pageOf,
  readCursor,
  searchQuery,
} from '../platform/page.ts';
import type { NeedRow } from './fact.ts';
import type { NeedStatus } from './need.entity.ts';

export interface NeedFilter {
  areaCode?: string | null;
  sector?: readonly string[] | null;
  status?: readonly NeedStatus[] | null;
  search?: string | null;
}

const LIST = 'needs';

/** Conditions over `needs n join villages v`. */
function conditions(filter: NeedFilter, drafts: DraftScope): RawBuilder<unknown> {
  const all: RawBuilder<unknown>[] = [];
  if (!drafts.all) {
    const below = drafts.areaCodes.flatMap((code) => [code, `${code}.%`]);
    all.push(
      sql`(n.published_at is not null or n.village_id = any(${drafts.villageIds}) or v.code like any(${below}))`,
    );
  }
  if (filter.areaCode != null) {
    all.push(sql`(v.code = ${filter.areaCode} or v.code like ${`${filter.areaCode}.%`})`);
  }
  if (filter.sector != null) all.push(sql`n.sector_code = any(${storable(filter.sector)})`);
  if (filter.status != null) all.push(sql`n.status = any(${filter.status})`);
  const words = filter.search == null ? null : searchQuery(filter.search);
  if (words !== null) {
    all.push(sql`to_tsvector('simple'::regconfig, n.title || ' ' || coalesce(n.description, ''))
      @@ to_tsquery('simple', ${words})`);
  }
  return all.length === 0 ? sql`true` : sql.join(all, sql` and `);
}

type VillageNeedsKey = NestedKey<{ filter: NeedFilter; drafts: DraftScope }>;

/** Reading needs; whoever may not see a draft finds nothing there. */
export class NeedReads {
  readonly byId: BatchFunction<string, NeedRow | null>;
  private readonly database: Database;

  constructor(database: Database) {
    this.database = database;
    this.byId = lookup<NeedRow>(database, 'needs', 'id');
  }

  /** Needs, the newest first. Throws BAD_USER_INPUT for a bad page, cursor or area code. */
  async list(reader: Reader, filter: NeedFilter, request: PageRequest): Promise<Page<NeedRow>> {
    assertPageSize(request.first);
    if (filter.areaCode != null) assertAreaCode(filter.areaCode);
    const where = conditions(filter, draftScopeOf(reader));
    const after = request.after === null ? null : readCursor(LIST, request.after);
    const { rows } = await sql<NeedRow>`
      select n.* from needs n join villages v on v.id = n.village_id
      where ${where} ${after === null ? sql`` : sql`and n.id < ${after}`}
      order by n.id desc limit ${request.first + 1}`.execute(this.database.reads);
    return pageOf(
      LIST,
      rows,
      request,
      ({ id }) => id,
      async () => {
        const counted = await sql<{ count: number }>`
        select count(*) as count from needs n join villages v on v.id = n.village_id
        where ${where}`.execute(this.database.reads);
        return counted.rows[0]!.count;
      },
    );
  }

  /** The needs of many villages, one statement for all that ask alike. */
  readonly ofVillage: BatchFunction<VillageNeedsKey, Page<NeedRow>> = nestedPages({
    name: LIST,
    placeOf: ({ id }: NeedRow) => id,
    read: async (villageIds, { filter, drafts }, after, limit) => {
      const { rows } = await sql<NeedRow & { parentId: string }>`
        select v.id as parent_id, n.* from villages v cross join lateral (
          select n.* from needs n
          where n.village_id = v.id and ${conditions(filter, drafts)}
            ${after === null ? sql`` : sql`and n.id < ${after}`}
          order by n.id desc limit ${limit}) as n
        where v.id = any(${villageIds})`.execute(this.database.reads);
      return rows;
    },
    count: async (villageIds, { filter, drafts }) => {
      const { rows } = await sql<{ parentId: string; count: number }>`
        select n.village_id as parent_id, count(*) as count
        from needs n join villages v on v.id = n.village_id
        where v.id = any(${villageIds}) and ${conditions(filter, drafts)}
        group by n.village_id`.execute(this.database.reads);
      return rows;
    },
  });
}
