import type { Role } from '../../src/access/actor.ts';
import { newId } from '../../src/platform/ids.ts';
import type { TestDatabase } from './test-database.ts';

/** What the seed would load, row by row, for worlds as small as a test needs. Each answers the new row's id. */

/** Any database that takes SQL, a test's own or a hub's. */
type Writable = Pick<TestDatabase, 'sql'>;

export interface Place {
  id: string;
  code: string;
  name: string;
}

const LEVELS = ['PROVINCE', 'REGENCY', 'DISTRICT', 'VILLAGE'] as const;

/** An area with all above it that are missing; those are named by their codes. */
export async function insertArea(database: Writable, code: string, name = code): Promise<string> {
  const parts = code.split('.');
  const above = parts.slice(0, -1).join('.');
  const find = () => database.sql<{ id: string }>('select id from areas where code = $1', [code]);
  const [present] = await find();
  if (present !== undefined) return present.id;
  const parentId = above === '' ? null : await insertArea(database, above);
  const row = [newId('area'), code, name, LEVELS[parts.length - 1], parentId];
  await database.sql(
    'insert into areas (id, code, name, level, parent_id) values ($1, $2, $3, $4, $5) on conflict do nothing',
    row,
  );
  return (await find())[0]!.id;
}

export async function insertVillage(database: Writable, code: string, name: string): Promise<Place> {
  const areaId = await insertArea(database, code, name);
  const id = newId('village');
  await database.sql('insert into villages (id, area_id, code, name) values ($1, $2, $3, $4)', [
    id,
    areaId,
    code,
    name,
  ]);
  return { id, code, name };
}

export async function insertCluster(
  database: Writable,
  code: string,
  sectors: readonly string[],
): Promise<void> {
  await database.sql(`insert into clusters (code, name, colour) values ($1, $1, '#1f77b4')`, [code]);
  await database.sql(
    'insert into sectors (code, name, cluster_code) select s, s, $1 from unnest($2::text[]) as s',
    [code, sectors],
  );
}

export interface NewPartner {
  code: string;
  cluster: string;
  kind?: string;
  mandate?: readonly string[];
  /** Codes of areas that are there. */
  areas?: readonly string[];
}

export async function insertPartner(database: Writable, partner: NewPartner): Promise<Place> {
  const { code, cluster, kind = 'GOVERNMENT', mandate = [], areas = [] } = partner;
  const id = newId('partner');
  await database.sql(
    `insert into partners (id, code, name, kind, cluster_code, created_at) values ($1, $2, $2, $3, $4, '2026-01-01')`,
    [id, code, kind, cluster],
  );
  await database.sql('insert into partner_mandates select $1, s from unnest($2::text[]) as s', [id, mandate]);
  await database.sql('insert into partner_areas select $1, id from areas where code = any($2)', [id, areas]);
  return { id, code, name: code };
}

export interface NewAccount {
  email: string;
  roles: readonly Role[];
  partnerId?: string;
  /** Codes of the areas that it coordinates. */
  areas?: readonly string[];
  villageIds?: readonly string[];
  passwordHash?: string;
}

export async function insertAccount(database: Writable, account: NewAccount): Promise<string> {
  const { email, roles, partnerId = null, areas = [], villageIds = [], passwordHash = null } = account;
  const id = newId('account');
  await database.sql(
    `insert into accounts (id, email, name, password_hash, partner_id, created_at) values ($1, $2, $2, $3, $4, '2026-01-01')`,
    [id, email, passwordHash, partnerId],
  );
  await database.sql('insert into account_roles select $1, r from unnest($2::text[]) as r', [id, roles]);
  await database.sql('insert into account_areas select $1, id from areas where code = any($2)', [id, areas]);
  await database.sql('insert into account_villages select $1, v from unnest($2::text[]) as v', [
    id,
    villageIds,
  ]);
  return id;
}

type Rule = 'RECIPROCITY' | 'PARTNER_SHARE' | 'COLOUR_SHARE' | 'SPREAD' | 'CAPACITY';
type Mode = 'OFF' | 'ADVISE' | 'APPROVAL' | 'ENFORCE';

/** The default policy's figures with other modes, in force in an area since long; OFF for every rule not named. */
export async function insertPolicy(
  database: Writable,
  areaCode: string,
  modes: Partial<Record<Rule, Mode>> = {},
): Promise<string> {
  const figures: Record<Rule, object> = {
    RECIPROCITY: { limit: 250_000_000, floor: null, ceiling: 1_000_000_000 },
    PARTNER_SHARE: { limit: 0.6, floor: 50_000_000, ceiling: null },
    COLOUR_SHARE: { limit: 0.8, floor: 50_000_000, ceiling: null },
    SPREAD: { limit: 0.7, floor: 0.2, ceiling: null },
    CAPACITY: { limit: 20, floor: 0.5, ceiling: null },
  };
  const rules = (Object.keys(figures) as Rule[]).map((rule) => ({
    rule,
    mode: modes[rule] ?? 'OFF',
    ...figures[rule],
  }));
  const id = newId('policy');
  await database.sql(
    `insert into policies (id, version, area_id, rules, synergy_colours, synergy_diversity, pledge_days, grace_days,
      effective_from) select $1, 1, id, $2, 2, 1.5, 14, 14, '2020-01-01' from areas where code = $3`,
    [id, JSON.stringify(rules), areaCode],
  );
  return id;
}
