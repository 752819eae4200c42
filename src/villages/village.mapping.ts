import { sql } from 'kysely';
import type { Expression, Row } from '../platform/expression.ts';
import { byIdOrCode } from '../platform/read-plan/keys.ts';
import {
  list,
  type ModuleMapping,
  one,
  page,
  part,
  type TypeMapping,
  value,
} from '../platform/read-plan/mapping.ts';
import { figuresOf } from './coverage.service.ts';
import { type VillageFilter, villageOrder, villagesOf } from './village.service.ts';

/** The area above a village whose code has so many characters. */
const above = (length: number) =>
  one('Area', ({ its, own }) => sql`${its('code')} = left(${own('code')}, ${length}::int)`);

/** Both are whole numbers that float8 holds exactly, so the only rounding is this division. */
function ratio(a: Expression, b: Expression): Expression {
  return sql`case when ${b} = 0 then 0 else ${a}::float8 / ${b}::float8 end`;
}

const coverage: TypeMapping = {
  type: 'Coverage',
  from: (area) => figuresOf(area('code')),
  columns: ['openNeeds'],
  fields: {
    needed: value((its) => its('needed_rupiah')),
    pledged: value((its) => its('pledged_rupiah')),
    committed: value((its) => its('committed_rupiah')),
    delivered: value((its) => its('delivered_rupiah')),
    verified: value((its) => its('verified_rupiah')),
    committedRatio: value((its) => ratio(its('committed_rupiah'), its('needed_rupiah'))),
    verifiedRatio: value((its) => ratio(its('verified_rupiah'), its('needed_rupiah'))),
  },
};

const synergyCount: TypeMapping = {
  type: 'SynergyCount',
  from: (area) => figuresOf(area('code')),
  columns: ['villages', 'untouched', 'singleColour', 'multiColour', 'synergy'],
  fields: {},
};

const colourShare: TypeMapping = {
  type: 'ColourShare',
  from: (village) => sql`select c.cluster_code, c.committed_rupiah,
      sum(c.committed_rupiah) over () as all_rupiah
    from village_colours c where c.village_id = ${village('id')} and c.committed_rupiah > 0`,
  columns: [],
  fields: {
    committed: value((its) => its('committed_rupiah')),
    share: value((its) => ratio(its('committed_rupiah'), its('all_rupiah'))),
    cluster: one('Cluster', ({ its, own }) => sql`${its('code')} = ${own('cluster_code')}`),
  },
};

const everything = () => sql`true`;
const greatestFirst = (its: Row) => sql`${its('committed_rupiah')} desc, ${its('cluster_code')}`;

export const villageMapping: ModuleMapping = {
  types: [
    {
      type: 'Village',
      from: 'villages',
      columns: ['id', 'code', 'name', 'diversity', 'synergy'],
      fields: {
        district: above(8),
        regency: above(5),
        province: above(2),
        coverage: part('Coverage'),
        colours: list('ColourShare', everything, greatestFirst),
      },
    },
    coverage,
    synergyCount,
    colourShare,
  ],
  adds: [
    {
      type: 'Area',
      fields: { coverage: one('Coverage', everything), synergy: one('SynergyCount', everything) },
    },
    {
      type: 'Query',
      fields: {
        village: byIdOrCode('Village', 'village'),
        villages: page<VillageFilter>('Village', villageOrder, ({ its, args }) => villagesOf(args)(its)),
      },
    },
  ],
};
