import { type RawBuilder, sql } from 'kysely';
import type { Sql } from '../platform/database.ts';
import { givenRows } from '../platform/given-rows.ts';
import { transactionTime } from '../platform/transaction-time.ts';
import type { RuleSetting } from './policy.entity.ts';
import { type Candidate, type PartnerFigures, type Reach, reachOf } from './suggestion.rules.ts';

/** A partner to whom needs are suggested, and how far it reaches in each area that has a policy. */
export interface Claimant {
  id: string;
  clusterCode: string;
  /** By the code of the area; the empty code is that of the whole country. */
  reaches: readonly { code: string; reach: Reach }[];
}

type PartnerRow = PartnerFigures & { clusterCode: string; areaCodes: string[] };
type RulesRow = { code: string; rules: RuleSetting[] };

const isWithin = (code: string, area: string) => area === '' || code === area || code.startsWith(`${area}.`);

/** The policies that rule in some place of these areas: those of areas within, and the one that covers each from above. */
function rulingIn(areaCodes: readonly string[], policies: readonly RulesRow[]): RulesRow[] {
  const covering = areaCodes.map((area) =>
    policies
      .filter(({ code }) => isWithin(area, code))
      .toSorted((a, b) => b.code.length - a.code.length)
      .at(0),
  );
  const within = policies.filter(({ code }) => areaCodes.some((area) => isWithin(code, area)));
  return [...new Set([...covering, ...within])].filter((policy) => policy !== undefined);
}

/** What is known of a partner before any need is looked at; null where no claim of it would pass, whatever it claims. */
export async function claimantOf(db: Sql, partnerId: string): Promise<Claimant | null> {
  const { rows: partners } = await sql<PartnerRow>`
    select s.cluster_code,
      array(select a.code from partner_areas x join areas a on a.id = x.area_id where x.partner_id = s.id) as area_codes,
      coalesce(t.open_pledges, 0) as open_pledges, coalesce(t.fulfilled_pledges, 0) as fulfilled_pledges,
      coalesce(t.all_pledges, 0) as all_pledges,
      coalesce(b.given_pending_rupiah, 0)::float8 as given_pending_rupiah,
      coalesce(b.given_posted_rupiah, 0)::float8 as given_posted_rupiah,
      coalesce(b.received_pending_rupiah, 0)::float8 as received_pending_rupiah,
      coalesce(b.received_posted_rupiah, 0)::float8 as received_posted_rupiah
    from partners s left join partner_pledges t on t.partner_id = s.id
    left join partner_balances b on b.partner_id = s.id where s.id = ${partnerId}`.execute(db);
  const { rows: policies } = await sql<RulesRow>`
    select distinct on (p.area_id) coalesce(a.code, '') as code, p.rules
    from policies p left join areas a on a.id = p.area_id where p.effective_from <= ${transactionTime}
    order by p.area_id, p.version desc`.execute(db);
  const partner = partners[0]!;
  const reaches = rulingIn(partner.areaCodes, policies).map(({ code, rules }) => ({
    code,
    reach: reachOf(partner, rules),
  }));
  if (reaches.every(({ reach }) => reach === 'NOTHING')) return null;
  return { id: partnerId, clusterCode: partner.clusterCode, reaches };
}

/**
 * Opens a cursor over the open needs that the partner itself may claim, the best first. Villages are weighed once each, and
 * holders are looked up once for each village and sector of the partner or of a creditor, since there may be very many
 * needs. Only what ranks a need is sorted.
 */
export async function openCandidates(db: Sql, { id, clusterCode, reaches }: Claimant): Promise<void> {
  const reachIn = (level: RawBuilder<unknown>, code: RawBuilder<unknown>) =>
    sql`left join reaches ${level} on ${level}.code = ${code}`;
  await sql`
    declare candidates no scroll cursor for
    with reaches as materialized (
      select * from ${givenRows(reaches, { code: 'text', reach: 'text' })} as r),
    creditors as materialized (
      select other from (
        select supporter_id as other, amount_rupiah as owed from ledger_entries
          where holder_id = ${id} and kind = 'POST'
        union all
        select holder_id, -amount_rupiah from ledger_entries where supporter_id = ${id} and kind = 'POST'
      ) as posted group by other having sum(owed) > 0),
    near as materialized (
      select v.id, v.code, v.committed_rupiah::float8 / nullif(v.needed_rupiah, 0) as coverage,
        not exists (select from village_colours c where c.village_id = v.id
          and c.cluster_code = ${clusterCode} and c.committed_rupiah > 0) as adds_colour,
        coalesce(r4.reach, r3.reach, r2.reach, r1.reach, r0.reach) as reach
      from villages v
      ${reachIn(sql`r0`, sql`''`)} ${reachIn(sql`r1`, sql`left(v.code, 2)`)} ${reachIn(sql`r2`, sql`left(v.code, 5)`)}
      ${reachIn(sql`r3`, sql`left(v.code, 8)`)} ${reachIn(sql`r4`, sql`v.code`)}
      where v.open_needs > 0 and exists (
        select from partner_areas x join areas a on a.id = x.area_id
        where x.partner_id = ${id} and (v.code = a.code or v.code like a.code || '.%'))),
    holders as materialized (select other from creditors union all select ${id}),
    mandated as materialized (
      select a.code, m.sector_code, m.partner_id, p.created_at
      from partner_mandates m join partner_areas x on x.partner_id = m.partner_id
      join areas a on a.id = x.area_id join partners p on p.id = m.partner_id
      where m.sector_code in (
        select sector_code from partner_mandates where partner_id in (select other from holders))),
    held as materialized (
      select village_id, sector_code, partner_id from (
        select distinct on (v.id, m.sector_code) v.id as village_id, m.sector_code, m.partner_id
        from near v
        cross join lateral unnest(array[v.code, left(v.code, 8), left(v.code, 5), left(v.code, 2)]) as around (code)
        join mandated m on m.code = around.code
        order by v.id, m.sector_code, length(m.code) desc, m.created_at, m.partner_id) as first
      where partner_id in (select other from holders))
    select n.id, nullif(h.partner_id, ${id}) as creditor_id, v.adds_colour, v.coverage, n.urgent, n.due_on
    from needs n join near v on v.id = n.village_id
    left join held h on h.village_id = n.village_id and h.sector_code = n.sector_code
    where n.status = 'OPEN' and (v.reach = 'EVERYTHING'
      or v.reach = 'MANDATES_OF_OTHERS' and h.partner_id is distinct from ${id})
    order by nullif(h.partner_id, ${id}) is null, v.adds_colour desc, v.coverage, n.urgent desc,
      n.due_on nulls last, n.id`.execute(db);
}

/** So many more of them. */
export async function nextCandidates(db: Sql, count: number): Promise<Candidate[]> {
  return (await sql<Candidate>`fetch ${sql.raw(String(count))} from candidates`.execute(db)).rows;
}
