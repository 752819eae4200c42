import pg from 'pg';

/** How large the benchmark's world is. */
export interface WorldSize {
  villages: number;
  needsPerVillage: number;
  partners: number;
  /** Accounts that read everything; their numbers follow those of the partners' members. */
  auditors: number;
}

/** A TypeID of the benchmark's own, from a number in SQL: the same in every run. */
export const id = (prefix: string, number: string) => `'${prefix}_0' || lpad(${number}::text, 25, '0')`;

/** Rules that are weighed for every claim and refuse none, so that the load can go on for ever. */
export const rules = JSON.stringify([
  { rule: 'RECIPROCITY', mode: 'ADVISE', limit: 250_000_000, floor: null, ceiling: 1_000_000_000 },
  { rule: 'PARTNER_SHARE', mode: 'ADVISE', limit: 0.6, floor: 50_000_000, ceiling: null },
  { rule: 'COLOUR_SHARE', mode: 'ADVISE', limit: 0.8, floor: 50_000_000, ceiling: null },
  { rule: 'SPREAD', mode: 'ADVISE', limit: 0.7, floor: 0.2, ceiling: null },
  { rule: 'CAPACITY', mode: 'ADVISE', limit: 20, floor: 0.5, ceiling: null },
]);

/**
 * Fills a migrated, empty database with one province: villages of one regency in a hundred districts, a partner a
 * cluster-and-sector in turn, needs of 100,000 units at Rp 1,000.
 */
export async function fillWorld(url: string, size: WorldSize): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    for (const statement of statements(size)) await client.query(statement);
    await client.query('analyze');
  } finally {
    await client.end();
  }
}

function statements({ villages, needsPerVillage, partners, auditors }: WorldSize): string[] {
  const regency = `lpad((1 + (v - 1) / 2000)::text, 2, '0')`;
  const district = `lpad((1 + (v - 1) / 100 % 20)::text, 2, '0')`;
  const code = `'99.' || ${regency} || '.' || ${district} || '.' || lpad(v::text, 4, '0')`;
  return [
    `insert into areas values (${id('area', '0')}, '99', 'Bench', 'PROVINCE', null)`,
    `insert into areas select distinct ${id('area', `('1' || ${regency})`)}, '99.' || ${regency}, 'Regency', 'REGENCY',
      ${id('area', '0')} from generate_series(1, ${villages}) v`,
    `insert into areas select distinct ${id('area', `('2' || ${regency} || ${district})`)},
      '99.' || ${regency} || '.' || ${district}, 'District', 'DISTRICT', ${id('area', `('1' || ${regency})`)}
      from generate_series(1, ${villages}) v`,
    `insert into areas select ${id('area', `(900000 + v)`)}, ${code}, 'Village ' || v, 'VILLAGE',
      ${id('area', `('2' || ${regency} || ${district})`)} from generate_series(1, ${villages}) v`,
    `insert into clusters select 'cluster-' || c, 'Cluster ' || c, '#0000' || lpad(to_hex(c), 2, '0')
      from generate_series(1, 8) c`,
    `insert into sectors select 'sector-' || s, 'Sector ' || s, 'cluster-' || (1 + s % 8) from generate_series(1, 24) s`,
    `insert into partners select ${id('partner', 'p')}, 'partner-' || p, 'Partner ' || p, 'GOVERNMENT',
      'cluster-' || (1 + p % 8), now() from generate_series(1, ${partners}) p`,
    `insert into partner_mandates select ${id('partner', 'p')}, 'sector-' || (1 + p % 24)
      from generate_series(1, ${partners}) p`,
    `insert into partner_areas select ${id('partner', 'p')}, ${id('area', '0')} from generate_series(1, ${partners}) p`,
    `insert into accounts select ${id('account', 'p')}, 'partner-' || p || '@bench.test', 'Member ' || p, null,
      ${id('partner', 'p')}, now(), null from generate_series(1, ${partners}) p`,
    `insert into account_roles select ${id('account', 'p')}, 'PARTNER' from generate_series(1, ${partners}) p`,
    `insert into accounts select ${id('account', 'a')}, 'auditor-' || a || '@bench.test', 'Auditor ' || a, null, null,
      now(), null from generate_series(${partners} + 1, ${partners + auditors}) a`,
    `insert into account_roles select ${id('account', 'a')}, 'AUDITOR'
      from generate_series(${partners} + 1, ${partners + auditors}) a`,
    openSessions,
    `insert into policies select ${id('policy', '2')}, 1, ${id('area', '0')}, '${rules}', 2, 1.5, 14, 14,
      '2020-01-01', null`,
    'begin',
    `insert into villages (id, area_id, code, name, needed_rupiah, open_needs)
      select ${id('village', 'v')}, ${id('area', `(900000 + v)`)}, ${code}, 'Village ' || v,
        ${needsPerVillage}::bigint * 100000 * 1000, ${needsPerVillage} from generate_series(1, ${villages}) v`,
    `insert into needs (id, village_id, sector_code, title, unit, unit_value, quantity, status, created_at, updated_at,
        published_at)
      select ${id('need', 'n')}, ${id('village', `(1 + (n - 1) / ${needsPerVillage})`)}, 'sector-' || (1 + n % 24),
        'Need ' || n, 'unit', 1000, 100000, 'OPEN', now(), now(), now()
      from generate_series(1, ${villages * needsPerVillage}) n`,
    `update programme_plan set needed_rupiah = (select sum(needed_rupiah) from villages)`,
    'commit',
  ];
}

export const needId = (number: number) => `need_0${String(number).padStart(25, '0')}`;
export const accountId = (number: number) => `account_0${String(number).padStart(25, '0')}`;
/** The session of that account. */
export const sessionId = (number: number) => `token_0${String(number).padStart(25, '0')}`;
/** One for each account, for a day. */
export const openSessions = `insert into sessions (id, account_id, created_at, expires_at)
  select replace(id, 'account_', 'token_'), id, now(), now() + interval '1 day' from accounts`;
export const villageId = (number: number) => `village_0${String(number).padStart(25, '0')}`;
export const partnerId = (number: number) => `partner_0${String(number).padStart(25, '0')}`;
