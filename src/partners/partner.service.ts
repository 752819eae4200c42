import { type RawBuilder, sql } from 'kysely';
import type { Reader } from '../access/reader.ts';
import { type AreaRow, lineage } from '../areas/area.service.ts';
import { isId } from '../kernel/ids.ts';
import { badArgument } from '../kernel/problems.ts';
import { storable } from '../kernel/text.ts';
import type { BatchFunction } from '../platform/batch.ts';
import type { Database, Sql } from '../platform/database.ts';
import type { Expression, Row as SqlRow } from '../platform/expression.ts';
import { listPage } from '../platform/list-page.ts';
import { grouped, lookup } from '../platform/lookup.ts';
import { type ListOrder, type Page, type PageRequest, searchQuery } from '../platform/page.ts';
import type { Row } from '../platform/rows.ts';
import type { Cluster, Partner, PartnerKind, Sector } from './partner.entity.ts';

export type ClusterRow = Row<Cluster>;
export type SectorRow = Row<Sector>;
export type PartnerRow = Row<Partner>;

export interface PartnerFilter {
  kind?: readonly PartnerKind[] | null;
  cluster?: readonly string[] | null;
  search?: string | null;
}

/** A need's sector and village, which decide whose mandate it falls under. */
export interface MandateKey {
  sectorCode: string;
  villageCode: string;
}

/** Partners by code. */
export const partnerOrder: ListOrder = { name: 'partners', place: 'code', direction: 'asc' };

/** Those that a filter lets through. */
export function partnersOf(filter: PartnerFilter): (its: SqlRow) => Expression {
  return (its) => {
    const all: Expression[] = [sql`true`];
    if (filter.kind != null) all.push(sql`${its('kind')} = any(${filter.kind})`);
    if (filter.cluster != null) all.push(sql`${its('cluster_code')} = any(${storable(filter.cluster)})`);
    const words = filter.search == null ? null : searchQuery(filter.search);
    if (words !== null) {
      const text = sql`${its('name')} || ' ' || ${its('code')}`;
      all.push(sql`to_tsvector('simple'::regconfig, ${text}) @@ to_tsquery('simple', ${words})`);
    }
    return sql.join(all, sql` and `);
  };
}

/**
 * The partner whose mandate a sector is in a village, whose code and those of the areas above it are `codes`: the one of
 * the smallest area wins, then the oldest. At most one row of partners; both arguments are SQL of the statement around.
 */
export function holderOf(sectorCode: Expression, codes: Expression): RawBuilder<PartnerRow> {
  return sql<PartnerRow>`
    select p.* from partner_mandates m join partner_areas x on x.partner_id = m.partner_id
    join areas a on a.id = x.area_id and a.code = any(${codes}) join partners p on p.id = m.partner_id
    where m.sector_code = ${sectorCode} order by length(a.code) desc, p.created_at, p.id limit 1`;
}

/** Partners, their mandates and the clusters and sectors these belong to. */
export class PartnerService {
  readonly byId: BatchFunction<string, PartnerRow | null>;
  readonly byCode: BatchFunction<string, PartnerRow | null>;
  readonly clusterByCode: BatchFunction<string, ClusterRow | null>;
  readonly sectorByCode: BatchFunction<string, SectorRow | null>;
  private readonly database: Database;

  constructor(database: Database) {
    this.database = database;
    this.byId = lookup<PartnerRow>(database, 'partners', 'id');
    this.byCode = lookup<PartnerRow>(database, 'partners', 'code');
    this.clusterByCode = lookup<ClusterRow>(database, 'clusters', 'code');
    this.sectorByCode = lookup<SectorRow>(database, 'sectors', 'code');
  }

  /** The partner that an argument names. Throws BAD_USER_INPUT, naming the argument. */
  async find(id: string, argument: string): Promise<PartnerRow> {
    if (!isId('partner', id)) {
      throw badArgument(argument, 'input.bad-id', { kind: 'partner', prefix: 'partner' });
    }
    const [partner] = await this.byId([id]);
    if (partner == null) throw badArgument(argument, 'not-found.partner');
    return partner;
  }

  async clusters(_reader: Reader): Promise<ClusterRow[]> {
    return (await sql<ClusterRow>`select * from clusters order by code`.execute(this.database.reads)).rows;
  }

  async sectors(_reader: Reader): Promise<SectorRow[]> {
    return (await sql<SectorRow>`select * from sectors order by code`.execute(this.database.reads)).rows;
  }

  readonly mandateOf: BatchFunction<string, SectorRow[]> = async (ids) => {
    const { rows } = await sql<SectorRow & { partnerId: string }>`
      select m.partner_id, s.* from partner_mandates m join sectors s on s.code = m.sector_code
      where m.partner_id = any(${ids}) order by s.code`.execute(this.database.reads);
    return grouped(ids, rows, ({ partnerId }) => partnerId);
  };

  readonly areasOf: BatchFunction<string, AreaRow[]> = async (ids) => {
    const { rows } = await sql<AreaRow & { partnerId: string }>`
      select pa.partner_id, a.* from partner_areas pa join areas a on a.id = pa.area_id
      where pa.partner_id = any(${ids}) order by a.code`.execute(this.database.reads);
    return grouped(ids, rows, ({ partnerId }) => partnerId);
  };

  /** The mandate holder of each: the smallest covering area wins, then the oldest partner; may be none. */
  readonly holderOf: BatchFunction<MandateKey, PartnerRow | null> = (keys) =>
    this.holders(this.database.reads, keys);

  async holders(db: Sql, keys: readonly MandateKey[]): Promise<(PartnerRow | null)[]> {
    const asked = keys.map(({ sectorCode, villageCode }, index) => ({
      index,
      sector_code: sectorCode,
      codes: lineage(villageCode),
    }));
    const { rows } = await sql<PartnerRow & { index: number }>`
      select k.index, p.*
      from jsonb_to_recordset(${JSON.stringify(asked)}::jsonb) as k(index int, sector_code text, codes text[])
      cross join lateral (${holderOf(sql`k.sector_code`, sql`k.codes`)}) as p`.execute(db);
    const found = new Map(rows.map(({ index, ...partner }) => [index, partner]));
    return keys.map((_, index) => found.get(index) ?? null);
  }

  /** Partners by code. Throws BAD_USER_INPUT for a bad page or cursor. */
  list(_reader: Reader, filter: PartnerFilter, request: PageRequest): Promise<Page<PartnerRow>> {
    return listPage<PartnerRow>(this.database.rows, 'partners', partnerOrder, partnersOf(filter), request);
  }
}
