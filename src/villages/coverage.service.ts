import { sql } from 'kysely';
import type { BatchFunction } from '../platform/batch.ts';
import type { Database } from '../platform/database.ts';
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

const NOTHING: Figures = {
  neededRupiah: 0,
  pledgedRupiah: 0,
  committedRupiah: 0,
  deliveredRupiah: 0,
  verifiedRupiah: 0,
  openNeeds: 0,
};

/** Sums of the villages' standing figures over areas. */
export class CoverageService {
  private readonly database: Database;

  constructor(database: Database) {
    this.database = database;
  }

  /** By area code. Sums stay within 2^53 since the plan of all villages does, so float8 holds them exactly. */
  readonly ofArea: BatchFunction<string, Figures> = async (codes) => {
    const { rows } = await sql<Figures & { areaCode: string }>`
      select area.code as area_code,
        sum(v.needed_rupiah)::float8 as needed_rupiah, sum(v.pledged_rupiah)::float8 as pledged_rupiah,
        sum(v.committed_rupiah)::float8 as committed_rupiah, sum(v.delivered_rupiah)::float8 as delivered_rupiah,
        sum(v.verified_rupiah)::float8 as verified_rupiah, sum(v.open_needs)::int as open_needs
      from unnest(${codes}::text[]) as area(code)
      join villages v on v.code = area.code or v.code like area.code || '.%'
      group by area.code`.execute(this.database.reads);
    const found = new Map(rows.map((row) => [row.areaCode, row]));
    return codes.map((code) => found.get(code) ?? NOTHING);
  };

  /** By area code: how many of its villages stand at each level. */
  readonly synergyOfArea: BatchFunction<string, SynergyCounts> = async (codes) => {
    const { rows } = await sql<{ areaCode: string; synergy: SynergyLevel; villages: number }>`
      select area.code as area_code, v.synergy, count(*)::int as villages
      from unnest(${codes}::text[]) as area(code)
      join villages v on v.code = area.code or v.code like area.code || '.%'
      group by area.code, v.synergy`.execute(this.database.reads);
    return codes.map((code) => {
      const counts: SynergyCounts = {
        villages: 0,
        UNTOUCHED: 0,
        SINGLE_COLOUR: 0,
        MULTI_COLOUR: 0,
        SYNERGY: 0,
      };
      for (const row of rows) {
        if (row.areaCode !== code) continue;
        counts[row.synergy] += row.villages;
        counts.villages += row.villages;
      }
      return counts;
    });
  };
}
