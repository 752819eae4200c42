import { sql } from 'kysely';
import type { Reader } from '../access/reader.ts';
import { lineage } from '../areas/area.service.ts';
import type { Clock } from '../kernel/clock.ts';
import type { BatchFunction } from '../platform/batch.ts';
import type { Database, Sql } from '../platform/database.ts';
import { lookup } from '../platform/lookup.ts';
import type { Row } from '../platform/rows.ts';
import type { Policy } from './policy.entity.ts';

export type PolicyRow = Row<Policy>;

/** The balance policies: immutable versions, each of an area. */
export class PolicyService {
  readonly byId: BatchFunction<string, PolicyRow | null>;
  private readonly database: Database;
  private readonly clock: Clock;

  constructor(database: Database, clock: Clock) {
    this.database = database;
    this.clock = clock;
    this.byId = lookup<PolicyRow>(database, 'policies', 'id');
  }

  /** The policy that rules now in an area, or everywhere when null. */
  current(_reader: Reader, areaCode: string | null): Promise<PolicyRow> {
    return this.inForce(areaCode, this.clock.now());
  }

  /** The policy that rules there at that moment: of the smallest area that holds one; everywhere when null. */
  async inForce(areaCode: string | null, now: Date, db: Sql = this.database.reads): Promise<PolicyRow> {
    const codes = areaCode === null ? [] : lineage(areaCode);
    const { rows } = await sql<PolicyRow>`
      select p.* from policies p left join areas a on a.id = p.area_id
      where p.effective_from <= ${now} and (p.area_id is null or a.code = any(${codes}))
      order by length(coalesce(a.code, '')) desc, p.version desc limit 1`.execute(db);
    return rows[0]!;
  }
}
