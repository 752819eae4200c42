import { type RawBuilder, sql } from 'kysely';
import type { Reader } from '../access/reader.ts';
import { assertAreaCode, lineage } from '../areas/area.service.ts';
import type { BatchFunction } from '../platform/batch.ts';
import type { Database, Sql } from '../platform/database.ts';
import { lookup } from '../platform/lookup.ts';
import { assertPageSize, type Page, type PageRequest, pageOf, readNumberCursor } from '../platform/page.ts';
import type { Row } from '../platform/rows.ts';
import { transactionTime } from '../platform/transaction-time.ts';
import type { Policy } from './policy.entity.ts';

export type PolicyRow = Row<Policy>;

const LIST = 'policies';

/**
 * The policy that rules now, by the time of the transaction, in the place whose code and those of the areas above it are `codes`, SQL of the
 * statement around: of the smallest of them that holds one, its newest version. One row of policies.
 */
export function policyRuling(codes: RawBuilder<unknown>): RawBuilder<PolicyRow> {
  return sql<PolicyRow>`
    select p.* from policies p left join areas a on a.id = p.area_id
    where p.effective_from <= ${transactionTime} and (p.area_id is null or a.code = any(${codes}))
    order by length(coalesce(a.code, '')) desc, p.version desc limit 1`;
}

/** Reading the balance policies: immutable versions, each of an area. */
export class PolicyService {
  readonly byId: BatchFunction<string, PolicyRow | null>;
  private readonly database: Database;

  constructor(database: Database) {
    this.database = database;
    this.byId = lookup<PolicyRow>(database, 'policies', 'id');
  }

  /** The policy that rules now in an area, or everywhere when null. */
  current(_reader: Reader, areaCode: string | null): Promise<PolicyRow> {
    if (areaCode !== null) assertAreaCode(areaCode);
    return this.inForce(areaCode);
  }

  /** The policy that rules there now: of the smallest area that holds one; everywhere when null. */
  async inForce(areaCode: string | null, db: Sql = this.database.reads): Promise<PolicyRow> {
    return (await this.allInForce([areaCode], db))[0]!;
  }

  /** The same for many areas, in their order. */
  async allInForce(areaCodes: readonly (string | null)[], db: Sql): Promise<PolicyRow[]> {
    const asked = areaCodes.map((code, index) => ({ index, codes: code === null ? [] : lineage(code) }));
    const { rows } = await sql<PolicyRow & { index: number }>`
      select k.index, p.*
      from jsonb_to_recordset(${JSON.stringify(asked)}::jsonb) as k(index int, codes text[])
      cross join lateral (${policyRuling(sql`k.codes`)}) as p order by k.index`.execute(db);
    return rows.map(({ index: _, ...policy }) => policy);
  }

  /** The policies of one area itself, or those that hold everywhere, the newest first. */
  async history(_reader: Reader, areaCode: string | null, request: PageRequest): Promise<Page<PolicyRow>> {
    assertPageSize(request.first);
    if (areaCode !== null) assertAreaCode(areaCode);
    const where =
      areaCode === null
        ? sql`p.area_id is null`
        : sql`p.area_id = (select id from areas where code = ${areaCode})`;
    const after = request.after === null ? null : readNumberCursor(LIST, request.after);
    const { rows } = await sql<PolicyRow>`
      select p.* from policies p where ${where} ${after === null ? sql`` : sql`and p.version < ${after}::bigint`}
      order by p.version desc limit ${request.first + 1}`.execute(this.database.reads);
    return pageOf(
      LIST,
      rows,
      request,
      ({ version }) => String(version),
      async () => {
        const counted = await sql<{ count: number }>`
        select count(*)::int as count from policies p where ${where}`.execute(this.database.reads);
        return counted.rows[0]!.count;
      },
    );
  }
}
