import { id, openSessions, rules } from '../world.ts';
import {
  districtCodeSql,
  PARTNERS_PER_REGENCY,
  provinceCodeSql,
  REGENCIES_PER_PROVINCE,
  regencyCodeSql,
  regencyOfDistrictSql,
  SECTORS,
  type Shape,
  villageCodeSql,
} from './shape.ts';

/** When the programme of the set began; nothing in it depends on the day of the run. */
export const BEGUN = `timestamptz '2026-01-01T00:00:00Z'`;
/** Read everything; their accounts' numbers follow those of the partners' members. */
export const AUDITORS = 8;

/** Numbers of areas' ids, by level. */
const province = (p: string) => id('area', `(1000000 + ${p})`);
const regency = (r: string) => id('area', `(2000000 + ${r})`);
const district = (d: string) => id('area', `(3000000 + ${d})`);
export const villageArea = (v: string): string => id('area', `(4000000 + ${v})`);

/** Areas, clusters, partners and accounts: all whom needs and pledges refer to but the villages. */
export function peopleStatements(shape: Shape, passwordHash: string): string[] {
  const { villages, districts, regencies, provinces, partners, villagesPerDistrict } = shape;
  return [
    `insert into areas select ${province('p')}, ${provinceCodeSql('p')}, 'Province ' || p, 'PROVINCE', null
      from generate_series(0, ${provinces - 1}) p`,
    `insert into areas select ${regency('r')}, ${regencyCodeSql('r')}, 'Regency ' || r, 'REGENCY',
        ${province(`(r / ${REGENCIES_PER_PROVINCE})`)}
      from generate_series(0, ${regencies - 1}) r`,
    `insert into areas select ${district('d')}, ${districtCodeSql('d')}, 'District ' || d, 'DISTRICT',
        ${regency(regencyOfDistrictSql('d'))}
      from generate_series(0, ${districts - 1}) d`,
    `insert into areas select ${villageArea('v')}, ${villageCodeSql('v', shape)}, 'Village ' || v, 'VILLAGE',
        ${district(`((v - 1) / ${villagesPerDistrict})`)}
      from generate_series(1, ${villages}) v`,
    `insert into clusters select 'cluster-' || c, 'Cluster ' || c, '#0000' || lpad(to_hex(c), 2, '0')
      from generate_series(1, ${PARTNERS_PER_REGENCY}) c`,
    `insert into sectors select 'sector-' || s, 'Sector ' || s, 'cluster-' || (1 + s % ${PARTNERS_PER_REGENCY})
      from generate_series(1, ${SECTORS}) s`,
    `insert into partners select ${id('partner', 'p')}, 'partner-' || p, 'Partner ' || p, 'GOVERNMENT',
        'cluster-' || (1 + p % ${PARTNERS_PER_REGENCY}), ${BEGUN}
      from generate_series(1, ${partners}) p`,
    `insert into partner_mandates select ${id('partner', 'p')}, 'sector-' || s
      from generate_series(1, ${partners}) p, generate_series(1, ${SECTORS}) s
      where s % ${PARTNERS_PER_REGENCY} = p % ${PARTNERS_PER_REGENCY}`,
    `insert into partner_areas select ${id('partner', 'p')}, ${regency(`((p - 1) / ${PARTNERS_PER_REGENCY})`)}
      from generate_series(1, ${partners}) p`,
    `insert into accounts (id, email, name, password_hash, partner_id, created_at)
      select ${id('account', 'p')}, 'partner-' || p || '@bench.test', 'Member ' || p, '${passwordHash}',
        ${id('partner', 'p')}, ${BEGUN} from generate_series(1, ${partners}) p`,
    `insert into account_roles select ${id('account', 'p')}, 'PARTNER' from generate_series(1, ${partners}) p`,
    `insert into accounts (id, email, name, password_hash, created_at)
      select ${id('account', `(${partners} + a)`)}, 'auditor-' || a || '@bench.test', 'Auditor ' || a,
        '${passwordHash}', ${BEGUN} from generate_series(1, ${AUDITORS}) a`,
    `insert into account_roles select ${id('account', `(${partners} + a)`)}, 'AUDITOR'
      from generate_series(1, ${AUDITORS}) a`,
    openSessions,
    // The province where the benchmark claims weighs every rule and refuses nothing.
    `insert into policies select ${id('policy', '2')}, 1, ${province('0')}, '${rules}', 2, 1.5, 14, 14,
      '2020-01-01', null`,
  ];
}
