import type { SinergiClient } from '../../client/sinergi-client.ts';
import type { Role } from '../../src/access/actor.ts';
import {
  insertAccount,
  insertArea,
  insertCluster,
  insertPartner,
  insertPolicy,
  insertVillage,
  type Place,
} from './inserts.ts';
import type { TestHub } from './test-hub.ts';

export const villageNames = ['cimarga', 'sajira', 'tunjungTeja', 'koroncong'] as const;
export const partnerNames = ['perkim', 'dinkes', 'dindik', 'kodim', 'semen'] as const;
export const people = [
  ...partnerNames,
  'kader',
  'kaderTunjungTeja',
  'coordinator',
  'coordinatorSerang',
  'coordinatorProvince',
  'auditor',
  'admin',
] as const;

export type VillageName = (typeof villageNames)[number];
export type PartnerName = (typeof partnerNames)[number];
export type Person = (typeof people)[number];

/**
 * A small Banten: Lebak (36.02) with the villages Cimarga and Sajira, Serang (36.04) with Tunjung Teja, Pandeglang
 * (36.01) with Koroncong.
 *
 * Partners: perkim (infrastructure; holds sanitation and housing everywhere), dinkes (health; holds nutrition in
 * Lebak), dindik (education; holds reading everywhere), kodim (security; no mandate, works in Lebak), semen (a
 * company, economy; no mandate, works everywhere). Kaders speak for one village, coordinators for Lebak, Serang or
 * the province.
 */
export interface World {
  villages: Record<VillageName, Place>;
  partners: Record<PartnerName, Place>;
  accounts: Record<Person, string>;
  /** A client of each person, and of somebody who has not signed in. */
  as: Record<Person | 'anonymous', SinergiClient>;
}

export interface WorldOptions {
  /** OFF puts a policy without rules over the whole province. */
  rules?: 'DEFAULT' | 'OFF';
}

export async function buildWorld(hub: TestHub, { rules = 'OFF' }: WorldOptions = {}): Promise<World> {
  const { database } = hub;
  await insertArea(database, '36', 'Banten');
  const villages = {
    cimarga: await insertVillage(database, '36.02.11.2005', 'Cimarga Jaya'),
    sajira: await insertVillage(database, '36.02.12.2001', 'Sajira Mekar'),
    tunjungTeja: await insertVillage(database, '36.04.12.2003', 'Tunjung Teja'),
    koroncong: await insertVillage(database, '36.01.20.2001', 'Koroncong'),
  };
  await insertCluster(database, 'infrastructure', ['housing', 'sanitation']);
  await insertCluster(database, 'health', ['nutrition']);
  await insertCluster(database, 'education', ['reading']);
  await insertCluster(database, 'security', ['safety']);
  await insertCluster(database, 'economy', ['livelihoods']);
  const everywhere = ['36'];
  const lebak = ['36.02'];
  const partners = {
    perkim: await insertPartner(database, {
      code: 'perkim-banten',
      cluster: 'infrastructure',
      mandate: ['housing', 'sanitation'],
      areas: everywhere,
    }),
    dinkes: await insertPartner(database, {
      code: 'dinkes-lebak',
      cluster: 'health',
      mandate: ['nutrition'],
      areas: lebak,
    }),
    dindik: await insertPartner(database, {
      code: 'dindik-banten',
      cluster: 'education',
      mandate: ['reading'],
      areas: everywhere,
    }),
    kodim: await insertPartner(database, {
      code: 'kodim-0603',
      cluster: 'security',
      kind: 'MILITARY',
      areas: lebak,
    }),
    semen: await insertPartner(database, {
      code: 'semen-merah',
      cluster: 'economy',
      kind: 'PRIVATE',
      areas: everywhere,
    }),
  };
  if (rules === 'OFF') await insertPolicy(database, '36');
  const accounts = await insertPeople(hub, villages, partners);
  const clients = await Promise.all(
    people.map(async (person) => [person, await hub.client(accounts[person])] as const),
  );
  const as = { ...Object.fromEntries(clients), anonymous: await hub.client(null) } as World['as'];
  return { villages, partners, accounts, as };
}

async function insertPeople(
  hub: TestHub,
  villages: World['villages'],
  partners: World['partners'],
): Promise<World['accounts']> {
  const accounts: Partial<World['accounts']> = {};
  for (const name of partnerNames) {
    const email = `${partners[name].code}@sinergi.test`;
    accounts[name] = await insertAccount(hub.database, {
      email,
      roles: ['PARTNER'],
      partnerId: partners[name].id,
    });
  }
  const others: [person: Person, role: Role, where: { areas?: string[]; villageIds?: string[] }][] = [
    ['kader', 'VILLAGE', { villageIds: [villages.cimarga.id] }],
    ['kaderTunjungTeja', 'VILLAGE', { villageIds: [villages.tunjungTeja.id] }],
    ['coordinator', 'COORDINATOR', { areas: ['36.02'] }],
    ['coordinatorSerang', 'COORDINATOR', { areas: ['36.04'] }],
    ['coordinatorProvince', 'COORDINATOR', { areas: ['36'] }],
    ['auditor', 'AUDITOR', {}],
    ['admin', 'ADMIN', {}],
  ];
  for (const [person, role, where] of others) {
    accounts[person] = await insertAccount(hub.database, {
      email: `${person.toLowerCase()}@sinergi.test`,
      roles: [role],
      ...where,
    });
  }
  return accounts as World['accounts'];
}
