import type { Role } from '../access/actor.ts';
import { ENTRIES } from '../kernel/bounds.ts';
import type { InputCheck } from '../kernel/input-check.ts';

/** What an account is given to do, and where. */
export interface GivenRights {
  roles: readonly Role[];
  partnerId?: string | null;
  areaCodes?: readonly string[] | null;
  villageIds?: readonly string[] | null;
}

/** The same with nothing left out. */
export function withDefaults({ roles, partnerId, areaCodes, villageIds }: GivenRights) {
  return {
    roles,
    partnerId: partnerId ?? null,
    areaCodes: areaCodes ?? [],
    villageIds: villageIds ?? [],
  };
}

/**
 * What both give, and no role without what belongs to it. Of two tokens of one second nobody knows which is the newer, so
 * that the one that takes a right away counts, in whichever order they come.
 */
export function rightsInCommon(one: GivenRights, other: GivenRights): GivenRights {
  const [a, b] = [withDefaults(one), withDefaults(other)];
  const partnerId = a.partnerId === b.partnerId ? a.partnerId : null;
  const areaCodes = a.areaCodes.filter((code) => b.areaCodes.includes(code));
  const villageIds = a.villageIds.filter((id) => b.villageIds.includes(id));
  const isEmpty: Partial<Record<Role, boolean>> = {
    PARTNER: partnerId === null,
    COORDINATOR: areaCodes.length === 0,
    VILLAGE: villageIds.length === 0,
  };
  const roles = a.roles.filter((role) => b.roles.includes(role) && isEmpty[role] !== true);
  return {
    roles,
    partnerId: roles.includes('PARTNER') ? partnerId : null,
    areaCodes: roles.includes('COORDINATOR') ? areaCodes : [],
    villageIds: roles.includes('VILLAGE') ? villageIds : [],
  };
}

/**
 * Faults of what can be said without the database: a role comes with that for which it is, PARTNER with a partner,
 * COORDINATOR with areas, VILLAGE with villages, and none of these without its role.
 */
export function checkRights(check: InputCheck, rights: GivenRights): void {
  const { roles, partnerId = null, areaCodes, villageIds } = rights;
  const [areas, villages] = [areaCodes ?? [], villageIds ?? []];
  checkList(check, 'roles', roles, ENTRIES.accountPlaces);
  checkList(check, 'areaCodes', areas, ENTRIES.accountPlaces);
  checkList(check, 'villageIds', villages, ENTRIES.accountPlaces);
  if (partnerId !== null) check.id('partnerId', 'partner', partnerId);
  villages.forEach((id, index) => check.id(`villageIds.${index}`, 'village', id));
  checkRole(check, roles, 'PARTNER', 'partnerId', partnerId !== null);
  checkRole(check, roles, 'COORDINATOR', 'areaCodes', areas.length > 0);
  checkRole(check, roles, 'VILLAGE', 'villageIds', villages.length > 0);
}

function checkRole(
  check: InputCheck,
  roles: readonly Role[],
  role: Role,
  field: string,
  isGiven: boolean,
): void {
  if (roles.includes(role) === isGiven) return;
  check.fault(field, isGiven ? 'input.without-role' : 'input.role-needs', { role });
}

function checkList(check: InputCheck, field: string, entries: readonly string[], max: number): void {
  if (entries.length > max) check.fault(field, 'input.too-many', { max });
  const twice = entries.find((entry, index) => entries.indexOf(entry) !== index);
  if (twice !== undefined) check.fault(field, 'input.twice', { value: twice.slice(0, 60) });
}
