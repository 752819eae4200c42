import { sql } from 'kysely';
import type { Role } from '../access/actor.ts';
import { ENTRIES } from '../kernel/bounds.ts';
import { RequestError } from '../kernel/problems.ts';
import type { Transaction } from '../platform/database.ts';
import type { ClaimedRights, ClaimNames } from './issuer.rules.ts';
import type { GivenRights } from './rights.rules.ts';

/** What claims give here; nothing at all, and why, when they give no role, or one without what belongs to it. */
export interface FoundRights {
  rights: GivenRights;
  refusal: RequestError | null;
}

/** Finds what the issuer names. It gives all of that or nothing: whoever named more meant something else. */
export async function findRights(
  tx: Transaction,
  { roles, partner, areas, villages }: ClaimedRights,
  names: ClaimNames,
): Promise<FoundRights> {
  if (roles.length === 0) return refused(new RequestError('FORBIDDEN', { key: 'auth.no-role' }));
  const { rows } = await sql<{ partnerId: string | null; areaCodes: string[]; villageIds: string[] }>`
    select (select id from partners where ${partner}::text in (id, code)) as partner_id,
      array(select code from areas where code = any(${[...areas]}) order by code) as area_codes,
      array(select id from villages where id = any(${[...villages]}) or code = any(${[...villages]}) order by id)
        as village_ids`.execute(tx.sql);
  const rights = { roles, ...rows[0]! };
  const { partnerId, areaCodes, villageIds } = rights;
  // More of one kind than an administrator could give are no honest claim.
  const fits = (asked: number, found: number, max: number) => asked === found && found > 0 && found <= max;
  const belongings: [role: Role, claim: string, isFound: boolean][] = [
    ['PARTNER', names.partner, partnerId !== null],
    ['COORDINATOR', names.areas, fits(areas.length, areaCodes.length, ENTRIES.accountPlaces)],
    ['VILLAGE', names.villages, fits(villages.length, villageIds.length, ENTRIES.accountPlaces)],
  ];
  const unfit = belongings.find(([role, , isFound]) => roles.includes(role) && !isFound);
  if (unfit === undefined) return { rights, refusal: null };
  const [role, claim] = unfit;
  return refused(new RequestError('FORBIDDEN', { key: 'auth.unfit-claim', params: { role, claim } }));
}

const refused = (refusal: RequestError): FoundRights => ({ rights: { roles: [] }, refusal });
