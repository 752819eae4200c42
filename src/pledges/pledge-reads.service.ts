import { sql } from 'kysely';
import type { Reader } from '../access/reader.ts';
import { assertAreaCode, withinArea } from '../areas/area.service.ts';
import type { BatchFunction } from '../platform/batch.ts';
import type { Database } from '../platform/database.ts';
import type { Expression, Row } from '../platform/expression.ts';
import { listPage } from '../platform/list-page.ts';
import { lookup } from '../platform/lookup.ts';
import { type NestedKey, nestedPages } from '../platform/nested-pages.ts';
import type { ListOrder, Page, PageRequest } from '../platform/page.ts';
import type { PledgeRow } from './pledge-book.service.ts';
import type { PledgeStatus } from './pledge.entity.ts';

export interface PledgeFilter {
  areaCode?: string | null;
  partnerId?: string | null;
  status?: readonly PledgeStatus[] | null;
}

/** Pledges, the newest first. */
export const pledgeOrder: ListOrder = { name: 'pledges', place: 'id', direction: 'desc' };

/** Those that a filter lets through. Throws BAD_USER_INPUT for a bad area code. */
export function pledgesOf(filter: PledgeFilter): (its: Row) => Expression {
  if (filter.areaCode != null) assertAreaCode(filter.areaCode);
  return (its) => {
    const all: Expression[] = [sql`true`];
    if (filter.areaCode != null) {
      all.push(sql`exists (select from villages v
        where v.id = ${its('village_id')} and ${withinArea(sql`v.code`, filter.areaCode)})`);
    }
    if (filter.partnerId != null) all.push(sql`${its('partner_id')} = ${filter.partnerId}`);
    if (filter.status != null) all.push(sql`${its('status')} = any(${filter.status})`);
    return sql.join(all, sql` and `);
  };
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
    return listPage<PledgeRow>(this.database.rows, 'pledges', pledgeOrder, pledgesOf(filter), request);
  }

  private nested(parent: 'need_id' | 'village_id' | 'partner_id'): BatchFunction<ParentKey, Page<PledgeRow>> {
    return nestedPages(() => this.database.rows, {
      table: 'pledges',
      parent,
      order: pledgeOrder,
      where: pledgesOf,
    });
  }
}
