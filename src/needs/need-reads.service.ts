import { sql } from 'kysely';
import { type DraftScope, draftScopeOf, seesNoDrafts } from '../access/access.rules.ts';
import type { Actor } from '../access/actor.ts';
import type { Reader } from '../access/reader.ts';
import { assertAreaCode, withinArea } from '../areas/area.service.ts';
import { storable } from '../kernel/text.ts';
import type { BatchFunction } from '../platform/batch.ts';
import type { Database, ReadRows } from '../platform/database.ts';
import type { Expression, Row as SqlRow } from '../platform/expression.ts';
import { listPage } from '../platform/list-page.ts';
import { lookup } from '../platform/lookup.ts';
import { type NestedKey, nestedPages } from '../platform/nested-pages.ts';
import { type ListOrder, type Page, type PageRequest, searchQuery } from '../platform/page.ts';
import type { NeedRow } from './fact.ts';
import type { NeedStatus } from './need.entity.ts';

export interface NeedFilter {
  areaCode?: string | null;
  sector?: readonly string[] | null;
  status?: readonly NeedStatus[] | null;
  search?: string | null;
}

/** Needs, the newest first. */
export const needOrder: ListOrder = { name: 'needs', place: 'id', direction: 'desc' };

/** True for needs that were published, and for drafts within that scope. */
export function isVisible(its: SqlRow, drafts: DraftScope): Expression {
  if (drafts.all) return sql`true`;
  const areas = drafts.areaCodes.map((code) => withinArea(sql`v.code`, code));
  return sql`(${sql.join(
    [
      sql`${its('published_at')} is not null`,
      ...(drafts.villageIds.length > 0 ? [sql`${its('village_id')} = any(${drafts.villageIds})`] : []),
      ...(areas.length > 0
        ? [
            sql`exists (select from villages v where v.id = ${its('village_id')} and (${sql.join(areas, sql` or `)}))`,
          ]
        : []),
    ],
    sql` or `,
  )})`;
}

/** Those that a filter lets through. Throws BAD_USER_INPUT for a bad area code. */
export function needsOf(filter: NeedFilter): (its: SqlRow) => Expression {
  if (filter.areaCode != null) assertAreaCode(filter.areaCode);
  return (its) => {
    const all: Expression[] = [sql`true`];
    if (filter.areaCode != null) {
      all.push(sql`exists (select from villages v
        where v.id = ${its('village_id')} and ${withinArea(sql`v.code`, filter.areaCode)})`);
    }
    if (filter.sector != null) all.push(sql`${its('sector_code')} = any(${storable(filter.sector)})`);
    if (filter.status != null) all.push(sql`${its('status')} = any(${filter.status})`);
    const words = filter.search == null ? null : searchQuery(filter.search);
    if (words !== null) {
      const text = sql`${its('title')} || ' ' || coalesce(${its('description')}, '')`;
      all.push(sql`to_tsvector('simple'::regconfig, ${text}) @@ to_tsquery('simple', ${words})`);
    }
    return sql.join(all, sql` and `);
  };
}

type VillageNeedsKey = NestedKey<{ filter: NeedFilter; asker: Actor }>;

/** Reading needs; whoever may not see a draft finds nothing there. */
export class NeedReads {
  /** Needs that were published. */
  readonly byId: BatchFunction<string, NeedRow | null>;
  private readonly database: Database;

  constructor(database: Database) {
    this.database = database;
    this.byId = lookup<NeedRow>(database, 'needs', 'id');
  }

  /** Needs, the newest first. Throws BAD_USER_INPUT for a bad page, cursor or area code. */
  async list(reader: Reader, filter: NeedFilter, request: PageRequest): Promise<Page<NeedRow>> {
    const listed = needsOf(filter);
    const drafts = draftScopeOf(reader);
    const where = (its: SqlRow) => sql`${listed(its)} and ${isVisible(its, drafts)}`;
    return listPage<NeedRow>(this.rowsFor(reader), 'needs', needOrder, where, request);
  }

  /** The needs of many villages, one statement for all that ask alike. */
  readonly ofVillage: BatchFunction<VillageNeedsKey, Page<NeedRow>> = nestedPages(
    ({ asker }) => this.rowsFor(asker),
    {
      table: 'needs',
      parent: 'village_id',
      order: needOrder,
      where: ({ filter, asker }) => {
        const listed = needsOf(filter);
        const drafts = draftScopeOf(asker);
        return (its) => sql`${listed(its)} and ${isVisible(its, drafts)}`;
      },
    },
  );

  /** Drafts, and what was cancelled as a draft, that somebody may see; who may see none costs no statement. */
  readonly draftById: BatchFunction<{ asker: Actor; id: string }, NeedRow | null> = async (keys) => {
    const { asker } = keys[0]!;
    if (seesNoDrafts(draftScopeOf(asker))) return keys.map(() => null);
    const ids = keys.map(({ id }) => id);
    const rows = await this.rowsFor(asker)(sql<NeedRow>`select * from needs where id = any(${ids})`);
    return ids.map((id) => rows.find((row) => row.id === id) ?? null);
  };

  private rowsFor(asker: Actor): ReadRows {
    return seesNoDrafts(draftScopeOf(asker)) ? this.database.rows : this.database.rowsFor(asker);
  }
}
