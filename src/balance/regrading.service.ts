import { type RawBuilder, sql } from 'kysely';
import type { Database, Transaction } from '../platform/database.ts';
import { policyRuling } from './policy.service.ts';

/** Villages within an area, everywhere when null, whose level is not the one that the policy in force gives them. */
function misgraded(areaCode: string | null): RawBuilder<{ id: string; level: string }> {
  const within =
    areaCode === null ? sql`true` : sql`(v.code = ${areaCode} or v.code like ${`${areaCode}.%`})`;
  return sql`
    select v.id, g.level from villages v
    cross join lateral (select array[v.code, left(v.code, 8), left(v.code, 5), left(v.code, 2)] as codes) as k
    cross join lateral (${policyRuling(sql`k.codes`)}) as bars
    cross join lateral (
      select count(*) as colours from village_colours where village_id = v.id and committed_rupiah > 0) as c
    cross join lateral (select case
      when c.colours = 0 then 'UNTOUCHED' when c.colours = 1 then 'SINGLE_COLOUR'
      when c.colours >= bars.synergy_colours and v.diversity >= bars.synergy_diversity then 'SYNERGY'
      else 'MULTI_COLOUR' end as level) as g
    where ${within} and v.synergy <> g.level`;
}

/** Gives the villages of an area the levels of the policy that rules them now. Locks them in the order of their ids. */
export async function regrade(tx: Transaction, areaCode: string | null): Promise<void> {
  const within = areaCode === null ? sql`true` : sql`(code = ${areaCode} or code like ${`${areaCode}.%`})`;
  await sql`select id from villages where ${within} order by id for no key update`.execute(tx.sql);
  // A statement of its own, so that it sees all that was committed until the last lock was there.
  await sql`
    update villages v set synergy = m.level from (${misgraded(areaCode)}) as m where v.id = m.id`.execute(
    tx.sql,
  );
}

/** The same for a policy whose time has come; locks nothing where another node was quicker. */
export async function regradeIfNeeded(database: Database, areaCode: string | null): Promise<void> {
  const { rows } = await sql`${misgraded(areaCode)} limit 1`.execute(database.reads);
  if (rows.length > 0) await database.transaction((tx) => regrade(tx, areaCode));
}
