import { type RawBuilder, sql } from 'kysely';
import { badArgument } from '../kernel/problems.ts';
import type { BatchFunction } from '../platform/batch.ts';
import type { Database } from '../platform/database.ts';
import { grouped, lookup } from '../platform/lookup.ts';
import type { Row } from '../platform/rows.ts';
import type { Area } from './area.entity.ts';

export type AreaRow = Row<Area>;

const AREA_CODE = /^\d\d(\.\d\d(\.\d\d(\.\d{4})?)?)?$/;

/** Throws BAD_USER_INPUT unless the text has the form of an official code. */
export function assertAreaCode(code: string, argument = 'areaCode'): void {
  if (!AREA_CODE.test(code)) throw badArgument(argument, 'input.bad-area-code');
}

/** True for codes of the area and of all below it; the slash is what sorts next after the dot. */
export function withinArea(
  code: RawBuilder<unknown>,
  area: string | RawBuilder<unknown>,
): RawBuilder<unknown> {
  return sql`(${code} >= ${area} and ${code} < ${area}::text || '/')`;
}

/** The codes of an area and all above it, smallest first: 36.02.11, 36.02, 36. */
export function lineage(code: string): string[] {
  const parts = code.split('.');
  return parts.map((_, index) => parts.slice(0, parts.length - index).join('.'));
}

/** The official area tree, which only the seed changes. */
export class AreaService {
  readonly byCode: BatchFunction<string, AreaRow | null>;
  readonly byId: BatchFunction<string, AreaRow | null>;
  private readonly database: Database;

  constructor(database: Database) {
    this.database = database;
    this.byCode = lookup<AreaRow>(database, 'areas', 'code');
    this.byId = lookup<AreaRow>(database, 'areas', 'id');
  }

  /** The areas right below each, by code. */
  readonly childrenOf: BatchFunction<string, AreaRow[]> = async (ids) => {
    const { rows } = await sql<AreaRow>`
      select * from areas where parent_id = any(${ids}) order by code`.execute(this.database.reads);
    return grouped(ids, rows, ({ parentId }) => parentId);
  };
}
