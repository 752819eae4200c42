import { sql } from 'kysely';
import { withinArea } from '../areas/area.service.ts';
import type { BatchFunction } from '../platform/batch.ts';
import type { Database } from '../platform/database.ts';
import type { Expression } from '../platform/expression.ts';
import type { SynergyLevel } from './village.entity.ts';

/** The figures of a village, or of all villages of an area, in rupiah. */
export interface Figures {
  neededRupiah: number;
  pledgedRupiah: number;
  committedRupiah: number;
  deliveredRupiah: number;
  verifiedRupiah: number;
  openNeeds: number;
}

export type SynergyCounts = Record<SynergyLevel, number> & { villages: number };

interface AreaFiguresRow extends Figures {
  villages: number;
  untouched: number;
  singleColour: number;
  multiColour: number;
  synergy: number;
}

const rupiah = ['needed', 'pledged', 'committed', 'delivered', 'verified'].map((name) => `${name}_rupiah`);
const counts = ['villages', 'open_needs', 'untouched', 'single_colour', 'multi_colour', 'synergy'];
const columns = [...rupiah, ...counts];
const column = (name: string, cast: string): Expression =>
  sql`coalesce(sum(${sql.ref(`part.${name}`)}), 0)::${sql.raw(cast)} as ${sql.id(name)}`;

/**
 * A select of one row: the figures of the area with that code, of its standing row and of what is not yet folded into
 * it. Sums stay within 2^53, since the plan of all villages does.
 */
export function figuresOf(code: Expression): Expression {
  const all = sql.join(columns.map((name) => sql.id(name)));
  const summed = [
    ...rupiah.map((name) => column(name, 'bigint')),
    ...counts.map((name) => column(name, 'int')),
  ];
  return sql`select ${sql.join(summed)} from (
    select ${all} from area_figures where area_code = ${code}
    union all select ${all} from area_changes where ${withinArea(sql`village_code`, code)}) as part`;
}

/** The standing figures of areas: all that their villages come to. */
export class CoverageService {
  private readonly database: Database;

  constructor(database: Database) {
    this.database = database;
  }

  /** By area code. */
  readonly ofArea: BatchFunction<string, Figures> = async (codes) => {
    const found = await this.standing(codes);
    return codes.map((code) => found.get(code)!);
  };

  /** By area code: how many of its villages stand at each level. */
  readonly synergyOfArea: BatchFunction<string, SynergyCounts> = async (codes) => {
    const found = await this.standing(codes);
    return codes.map((code) => {
      const { villages, untouched, singleColour, multiColour, synergy } = found.get(code)!;
      return {
        villages,
        UNTOUCHED: untouched,
        SINGLE_COLOUR: singleColour,
        MULTI_COLOUR: multiColour,
        SYNERGY: synergy,
      };
    });
  };

  private async standing(codes: readonly string[]): Promise<Map<string, AreaFiguresRow>> {
    const { rows } = await sql<AreaFiguresRow & { code: string }>`
      select area.code, figures.* from unnest(${codes}::text[]) as area(code)
      cross join lateral (${figuresOf(sql`area.code`)}) as figures`.execute(this.database.reads);
    return new Map(rows.map((row) => [row.code, row]));
  }
}
