import type pg from 'pg';

/** The SQL of those peers that batch by hand: one statement a field for all its parents, prepared once a connection. */
export interface VillageRow {
  id: string;
  code: string;
  name: string;
}

export interface NeedRow {
  id: string;
  villageId: string;
  title: string;
  unit: string;
  status: string;
  quantity: number;
  remaining: number;
}

export interface PledgeRow {
  id: string;
  needId: string;
  partnerId: string;
  quantity: number;
  status: string;
  createdAt: Date;
}

export interface PartnerRow {
  id: string;
  name: string;
}

export interface AreaRow {
  id: string;
  code: string;
  name: string;
}

const VILLAGE = 'v.id, v.code, v.name';
const NEED = `n.id, n.village_id as "villageId", n.title, n.unit, n.status, n.quantity,
  n.quantity - n.pledged - n.committed as remaining`;
const PLEDGE = `p.id, p.need_id as "needId", p.partner_id as "partnerId", p.quantity, p.status,
  p.created_at as "createdAt"`;

/** In the order of the keys, each with what belongs to it. */
const grouped = <T extends object>(
  keys: readonly string[],
  rows: readonly T[],
  keyOf: (row: T) => string,
) => {
  const groups = Map.groupBy(rows, keyOf);
  return keys.map((key) => groups.get(key) ?? []);
};

export class Batches {
  private readonly pool: pg.Pool;

  constructor(pool: pg.Pool) {
    this.pool = pool;
  }

  villagesOf(areaCode: string, first: number): Promise<VillageRow[]> {
    const text = `select ${VILLAGE} from villages v where code > $1 and code < $2 order by code limit $3`;
    return this.rows('villages-of', text, [`${areaCode}.`, `${areaCode}/`, first]);
  }

  latestPledges(first: number): Promise<PledgeRow[]> {
    return this.rows('latest', `select ${PLEDGE} from pledges p order by id desc limit $1`, [first]);
  }

  async needsOf(
    villageIds: readonly string[],
    status: readonly string[],
    first: number,
  ): Promise<NeedRow[][]> {
    const text = `select n.* from unnest($1::text[]) as v(id) cross join lateral (
      select ${NEED} from needs n where village_id = v.id and status = any($2) order by n.id desc limit $3) as n`;
    const rows = await this.rows<NeedRow>('needs-of', text, [villageIds, status, first]);
    return grouped(villageIds, rows, ({ villageId }) => villageId);
  }

  async pledgesOf(needIds: readonly string[], first: number): Promise<PledgeRow[][]> {
    const text = `select p.* from unnest($1::text[]) as n(id) cross join lateral (
      select ${PLEDGE} from pledges p where need_id = n.id order by p.id desc limit $2) as p`;
    const rows = await this.rows<PledgeRow>('pledges-of', text, [needIds, first]);
    return grouped(needIds, rows, ({ needId }) => needId);
  }

  needs(ids: readonly string[]): Promise<(NeedRow | null)[]> {
    return this.byId('needs', `select ${NEED} from needs n where id = any($1)`, ids);
  }

  villages(ids: readonly string[]): Promise<(VillageRow | null)[]> {
    return this.byId('villages', `select ${VILLAGE} from villages v where id = any($1)`, ids);
  }

  partners(ids: readonly string[]): Promise<(PartnerRow | null)[]> {
    return this.byId('partners', 'select id, name from partners where id = any($1)', ids);
  }

  async area(code: string): Promise<AreaRow | null> {
    const rows = await this.rows<AreaRow>('area', 'select id, code, name from areas where code = $1', [code]);
    return rows[0] ?? null;
  }

  async childrenOf(areaIds: readonly string[]): Promise<AreaRow[][]> {
    const text =
      'select parent_id as "parentId", id, code, name from areas where parent_id = any($1) order by code';
    const rows = await this.rows<AreaRow & { parentId: string }>('children', text, [areaIds]);
    return grouped(areaIds, rows, ({ parentId }) => parentId);
  }

  async coverageOf(codes: readonly string[]): Promise<object[]> {
    return this.figures('coverage', 'areas_coverage', codes);
  }

  async synergyOf(codes: readonly string[]): Promise<object[]> {
    return this.figures('synergy', 'areas_synergy', codes);
  }

  /** The composites of functions.sql, whose columns are in snake_case. */
  private async figures(name: string, sqlFunction: string, codes: readonly string[]): Promise<object[]> {
    const columns =
      name === 'coverage'
        ? 'f.needed, f.pledged, f.committed, f.delivered, f.verified, f.open_needs as "openNeeds"'
        : 'f.villages, f.untouched, f.single_colour as "singleColour", f.multi_colour as "multiColour", f.synergy';
    const text = `select a.code, ${columns} from areas a cross join lateral ${sqlFunction}(a) as f where a.code = any($1)`;
    const rows = await this.rows<{ code: string }>(name, text, [codes]);
    return grouped(codes, rows, ({ code }) => code).map(([first]) => first ?? {});
  }

  private async byId<T extends { id: string }>(
    name: string,
    text: string,
    ids: readonly string[],
  ): Promise<(T | null)[]> {
    const unique = [...new Set(ids)];
    const rows = await this.rows<T>(name, text, [unique]);
    const found = new Map(rows.map((row) => [row.id, row]));
    return ids.map((id) => found.get(id) ?? null);
  }

  private async rows<T extends object>(name: string, text: string, values: readonly unknown[]): Promise<T[]> {
    return (await this.pool.query<T>({ name, text, values: [...values] })).rows;
  }
}
