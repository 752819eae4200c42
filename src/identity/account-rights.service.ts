import { sql } from 'kysely';
import { Area } from '../areas/area.entity.ts';
import type { InputCheck } from '../kernel/input-check.ts';
import { storable } from '../kernel/text.ts';
import { Partner } from '../partners/partner.entity.ts';
import type { Transaction } from '../platform/database.ts';
import { Village } from '../villages/village.entity.ts';
import type { GivenRights } from './rights.rules.ts';

/** Faults of what is named and is not there. Throws Refused with all faults. */
export async function assertRightsExist(
  tx: Transaction,
  check: InputCheck,
  { partnerId, areaCodes, villageIds }: GivenRights,
): Promise<void> {
  if (partnerId != null && (await tx.em.count(Partner, { id: partnerId })) === 0) {
    check.fault('partnerId', 'input.unknown-partner');
  }
  const areas = await tx.em.find(Area, { code: { $in: storable(areaCodes ?? []) } });
  areaCodes?.forEach((code, index) => {
    if (areas.some((area) => area.code === code)) return;
    check.fault(`areaCodes.${index}`, 'input.unknown-area', { code: code.slice(0, 60) });
  });
  const villages = await tx.em.find(Village, { id: { $in: [...(villageIds ?? [])] } });
  villageIds?.forEach((id, index) => {
    if (!villages.some((village) => village.id === id)) {
      check.fault(`villageIds.${index}`, 'input.unknown-village');
    }
  });
  check.done();
}

/** Gives the account these rights and no others. */
export async function writeRights(tx: Transaction, accountId: string, rights: GivenRights): Promise<void> {
  const [areaCodes, villageIds] = [[...(rights.areaCodes ?? [])], [...(rights.villageIds ?? [])]];
  const roles = [...rights.roles];
  await sql`update accounts set partner_id = ${rights.partnerId ?? null} where id = ${accountId}`.execute(
    tx.sql,
  );
  await sql`delete from account_roles where account_id = ${accountId} and role <> all(${roles})`.execute(
    tx.sql,
  );
  await sql`
    insert into account_roles (account_id, role) select ${accountId}, unnest(${roles}::text[])
    on conflict do nothing`.execute(tx.sql);
  await sql`delete from account_areas where account_id = ${accountId}`.execute(tx.sql);
  await sql`
    insert into account_areas (account_id, area_id)
    select ${accountId}, id from areas where code = any(${areaCodes})`.execute(tx.sql);
  await sql`delete from account_villages where account_id = ${accountId}`.execute(tx.sql);
  await sql`
    insert into account_villages (account_id, village_id)
    select ${accountId}, unnest(${villageIds}::text[])`.execute(tx.sql);
}
