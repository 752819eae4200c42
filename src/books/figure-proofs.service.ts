import { sql } from 'kysely';
import type { Breach, Proof } from './proof.service.ts';

/** Every figure that is kept beside what it sums: the facts summed anew. */

const signed = sql`case kind when 'PEND' then amount_rupiah else -amount_rupiah end`;

const sumsToZero = sql<Breach>`
  select 'all partners' as key, given::text as expected, received::text as found from (
    select coalesce(sum(given_pending_rupiah), 0) || ' pending, ' || coalesce(sum(given_posted_rupiah), 0) || ' posted' as given,
      coalesce(sum(received_pending_rupiah), 0) || ' pending, ' || coalesce(sum(received_posted_rupiah), 0) || ' posted' as received
    from partner_balances) as totals where given <> received`;

const balancesEqualEntries = sql<Breach>`
  with entries as (
    select partner_id, sum(gp) as gp, sum(gd) as gd, sum(rp) as rp, sum(rd) as rd from (
      select supporter_id as partner_id, ${signed} as gp, case kind when 'POST' then amount_rupiah else 0 end as gd,
        0 as rp, 0 as rd from ledger_entries
      union all
      select holder_id, 0, 0, ${signed}, case kind when 'POST' then amount_rupiah else 0 end from ledger_entries
    ) as sides group by partner_id)
  select coalesce(e.partner_id, b.partner_id) as key,
    concat_ws('/', coalesce(e.gp, 0), coalesce(e.gd, 0), coalesce(e.rp, 0), coalesce(e.rd, 0)) as expected,
    concat_ws('/', coalesce(b.given_pending_rupiah, 0), coalesce(b.given_posted_rupiah, 0),
      coalesce(b.received_pending_rupiah, 0), coalesce(b.received_posted_rupiah, 0)) as found
  from entries e full join partner_balances b on b.partner_id = e.partner_id
  where (coalesce(e.gp, 0), coalesce(e.gd, 0), coalesce(e.rp, 0), coalesce(e.rd, 0)) is distinct from
    (coalesce(b.given_pending_rupiah, 0), coalesce(b.given_posted_rupiah, 0),
      coalesce(b.received_pending_rupiah, 0), coalesce(b.received_posted_rupiah, 0))`;

const entriesEqualPledges = sql<Breach>`
  with entries as (
    select pledge_id, sum(amount_rupiah) filter (where kind = 'PEND') as pend,
      coalesce(sum(amount_rupiah) filter (where kind = 'POST'), 0) as post,
      coalesce(sum(amount_rupiah) filter (where kind = 'VOID'), 0) as void
    from ledger_entries group by pledge_id)
  select coalesce(p.id, e.pledge_id) as key,
    concat_ws('/', p.quantity * p.unit_value, p.verified * p.unit_value,
      case when p.status in ('COMMITTED', 'DELIVERING') then 0 else (p.quantity - p.verified) * p.unit_value end) as expected,
    concat_ws('/', e.pend, e.post, e.void) as found
  from entries e full join (select * from pledges where holder_id is not null) as p on p.id = e.pledge_id
  where (p.quantity * p.unit_value, p.verified * p.unit_value,
      case when p.status in ('COMMITTED', 'DELIVERING') then 0 else (p.quantity - p.verified) * p.unit_value end)
    is distinct from (e.pend, e.post, e.void)`;

const entriesFitParties = sql<Breach>`
  select e.kind || ' ' || e.id || ' of ' || e.pledge_id as key,
    concat_ws(' to ', coalesce(p.partner_id, 'no pledge'), p.holder_id) as expected,
    concat_ws(' to ', e.supporter_id, e.holder_id) as found
  from ledger_entries e left join pledges p on p.id = e.pledge_id
  where (e.supporter_id, e.holder_id) is distinct from (p.partner_id, p.holder_id)`;

const needsEqualPledges = sql<Breach>`
  with sums as (
    select need_id, sum(quantity) filter (where status in ('AWAITING_APPROVAL', 'PLEDGED')) as pledged,
      sum(case when status in ('COMMITTED', 'DELIVERING', 'FULFILLED') then quantity else verified end)
        filter (where status not in ('AWAITING_APPROVAL', 'PLEDGED')) as committed,
      sum(delivered) as delivered, sum(verified) as verified
    from pledges group by need_id)
  select n.id as key, concat_ws('/', coalesce(s.pledged, 0), coalesce(s.committed, 0), coalesce(s.delivered, 0),
      coalesce(s.verified, 0)) as expected,
    concat_ws('/', n.pledged, n.committed, n.delivered, n.verified) as found
  from needs n left join sums s on s.need_id = n.id
  where (n.pledged, n.committed, n.delivered, n.verified) is distinct from
    (coalesce(s.pledged, 0), coalesce(s.committed, 0), coalesce(s.delivered, 0), coalesce(s.verified, 0))`;

/** The sums that triggers keep: each row that differs from what is summed anew. */
const needSumsEqualPledges = sql<Breach>`
  with sums as (
    select need_id, coalesce(sum(quantity) filter (where status in ('AWAITING_APPROVAL', 'PLEDGED')), 0) as pledged,
      coalesce(sum(case when status in ('COMMITTED', 'DELIVERING', 'FULFILLED') then quantity else verified end)
        filter (where status not in ('AWAITING_APPROVAL', 'PLEDGED')), 0) as committed,
      sum(delivered) as delivered, sum(verified) as verified
    from pledges group by need_id)
  select coalesce(s.need_id, k.need_id) as key, concat_ws('/', s.pledged, s.committed, s.delivered, s.verified) as expected,
    concat_ws('/', k.pledged, k.committed, k.delivered, k.verified) as found
  from sums s full join need_sums k on k.need_id = s.need_id
  where (s.pledged, s.committed, s.delivered, s.verified)
    is distinct from (k.pledged, k.committed, k.delivered, k.verified)`;

const sharesEqualPledges = sql<Breach>`
  with sums as (
    select p.village_id, p.partner_id, coalesce(sum(p.unit_value * case
        when p.status in ('AWAITING_APPROVAL', 'PLEDGED', 'COMMITTED', 'DELIVERING', 'FULFILLED') then p.quantity
        else p.verified end) filter (where n.status <> 'CANCELLED'), 0) as reserved
    from pledges p join needs n on n.id = p.need_id group by p.village_id, p.partner_id)
  select coalesce(k.village_id, s.village_id) || ' ' || coalesce(k.partner_id, s.partner_id) as key,
    coalesce(s.reserved, 0)::text as expected, coalesce(k.reserved_rupiah, 0)::text as found
  from sums s full join village_partners k on k.village_id = s.village_id and k.partner_id = s.partner_id
  where coalesce(s.reserved, 0) <> coalesce(k.reserved_rupiah, 0)`;

const countsEqualPledges = sql<Breach>`
  with sums as (
    select partner_id, count(*) filter (where status in ('AWAITING_APPROVAL', 'PLEDGED', 'COMMITTED', 'DELIVERING')) as open,
      count(*) filter (where status = 'FULFILLED') as fulfilled, count(*) as total
    from pledges group by partner_id)
  select coalesce(s.partner_id, k.partner_id) as key, concat_ws('/', s.open, s.fulfilled, s.total) as expected,
    concat_ws('/', k.open_pledges, k.fulfilled_pledges, k.all_pledges) as found
  from sums s full join partner_pledges k on k.partner_id = s.partner_id
  where (s.open, s.fulfilled, s.total) is distinct from (k.open_pledges, k.fulfilled_pledges, k.all_pledges)`;

const pledgesEqualDeliveries = sql<Breach>`
  with sums as (
    select pledge_id, sum(quantity) filter (where status <> 'DISPUTED') as delivered,
      sum(quantity) filter (where status = 'VERIFIED') as verified
    from deliveries group by pledge_id)
  select p.id as key, concat_ws('/', coalesce(s.delivered, 0), coalesce(s.verified, 0)) as expected,
    concat_ws('/', p.delivered, p.verified) as found
  from pledges p left join sums s on s.pledge_id = p.id
  where (p.delivered, p.verified) is distinct from (coalesce(s.delivered, 0), coalesce(s.verified, 0))`;

const villagesEqualNeeds = sql<Breach>`
  with sums as (
    select village_id, sum(unit_value * quantity) as needed, sum(unit_value * pledged) as pledged,
      sum(unit_value * committed) as committed, sum(unit_value * delivered) as delivered,
      sum(unit_value * verified) as verified, count(*) filter (where status = 'OPEN') as open
    from needs where status not in ('DRAFT', 'CANCELLED') group by village_id)
  select v.id as key, concat_ws('/', coalesce(s.needed, 0), coalesce(s.pledged, 0), coalesce(s.committed, 0),
      coalesce(s.delivered, 0), coalesce(s.verified, 0), coalesce(s.open, 0)) as expected,
    concat_ws('/', v.needed_rupiah, v.pledged_rupiah, v.committed_rupiah, v.delivered_rupiah, v.verified_rupiah,
      v.open_needs) as found
  from villages v left join sums s on s.village_id = v.id
  where (coalesce(s.needed, 0), coalesce(s.pledged, 0), coalesce(s.committed, 0), coalesce(s.delivered, 0),
      coalesce(s.verified, 0), coalesce(s.open, 0))
    is distinct from (v.needed_rupiah, v.pledged_rupiah, v.committed_rupiah, v.delivered_rupiah, v.verified_rupiah,
      v.open_needs)`;

const coloursEqualPledges = sql<Breach>`
  with sums as (
    select p.village_id, s.cluster_code, sum(p.unit_value *
        case when p.status in ('COMMITTED', 'DELIVERING', 'FULFILLED') then p.quantity else p.verified end) as committed
    from pledges p join partners s on s.id = p.partner_id join needs n on n.id = p.need_id
    where p.status not in ('AWAITING_APPROVAL', 'PLEDGED') and n.status <> 'CANCELLED'
    group by p.village_id, s.cluster_code)
  select coalesce(c.village_id, s.village_id) || ' ' || coalesce(c.cluster_code, s.cluster_code) as key,
    coalesce(s.committed, 0)::text as expected, coalesce(c.committed_rupiah, 0)::text as found
  from sums s full join village_colours c on c.village_id = s.village_id and c.cluster_code = s.cluster_code
  where coalesce(s.committed, 0) <> coalesce(c.committed_rupiah, 0)`;

const planEqualsVillages = sql<Breach>`
  select 'programme' as key, total::text as expected, needed_rupiah::text as found
  from programme_plan, (select coalesce(sum(needed_rupiah), 0) as total from villages) as v
  where needed_rupiah <> total`;

const areasEqualVillages = sql<Breach>`
  with sums as (
    select area.code, count(*) as villages, sum(v.needed_rupiah) as needed, sum(v.pledged_rupiah) as pledged,
      sum(v.committed_rupiah) as committed, sum(v.delivered_rupiah) as delivered, sum(v.verified_rupiah) as verified,
      sum(v.open_needs) as open, count(*) filter (where v.synergy = 'UNTOUCHED') as untouched,
      count(*) filter (where v.synergy = 'SINGLE_COLOUR') as single, count(*) filter (where v.synergy = 'MULTI_COLOUR') as multi,
      count(*) filter (where v.synergy = 'SYNERGY') as synergy
    from villages v
    cross join lateral (values (v.code), (left(v.code, 8)), (left(v.code, 5)), (left(v.code, 2))) as area(code)
    group by area.code),
  parts as (
    select area_code as code, villages, needed_rupiah, pledged_rupiah, committed_rupiah, delivered_rupiah, verified_rupiah,
      open_needs, untouched, single_colour, multi_colour, synergy from area_figures
    union all
    select area.code, c.villages, c.needed_rupiah, c.pledged_rupiah, c.committed_rupiah, c.delivered_rupiah,
      c.verified_rupiah, c.open_needs, c.untouched, c.single_colour, c.multi_colour, c.synergy
    from area_changes c cross join lateral (
      values (c.village_code), (left(c.village_code, 8)), (left(c.village_code, 5)), (left(c.village_code, 2))) as area(code)),
  kept as (
    select code, sum(villages) as villages, sum(needed_rupiah) as needed, sum(pledged_rupiah) as pledged,
      sum(committed_rupiah) as committed, sum(delivered_rupiah) as delivered, sum(verified_rupiah) as verified,
      sum(open_needs) as open, sum(untouched) as untouched, sum(single_colour) as single, sum(multi_colour) as multi,
      sum(synergy) as synergy
    from parts group by code)
  select coalesce(s.code, k.code) as key,
    concat_ws('/', s.villages, s.needed, s.pledged, s.committed, s.delivered, s.verified, s.open, s.untouched, s.single,
      s.multi, s.synergy) as expected,
    concat_ws('/', k.villages, k.needed, k.pledged, k.committed, k.delivered, k.verified, k.open, k.untouched, k.single,
      k.multi, k.synergy) as found
  from sums s full join kept k on k.code = s.code
  where (s.villages, s.needed, s.pledged, s.committed, s.delivered, s.verified, s.open, s.untouched, s.single, s.multi,
      s.synergy)
    is distinct from (k.villages, k.needed, k.pledged, k.committed, k.delivered, k.verified, k.open, k.untouched,
      k.single, k.multi, k.synergy)`;

export const figureProofs: readonly Proof[] = [
  { name: 'Over all partners, support given equals support received', breaches: sumsToZero },
  { name: 'Each partner’s balance equals its ledger entries', breaches: balancesEqualEntries },
  { name: 'Each pledge’s PEND equals POST, VOID and what is pending', breaches: entriesEqualPledges },
  { name: 'Each ledger entry is between its pledge’s partner and holder', breaches: entriesFitParties },
  { name: 'Each need’s counters equal its pledges', breaches: needsEqualPledges },
  { name: 'Each pledge’s counters equal its deliveries', breaches: pledgesEqualDeliveries },
  { name: 'Each village’s figures equal its needs', breaches: villagesEqualNeeds },
  { name: 'Each village’s colours equal its pledges', breaches: coloursEqualPledges },
  { name: 'The programme’s plan equals its villages', breaches: planEqualsVillages },
  { name: 'Each area’s figures equal its villages', breaches: areasEqualVillages },
  { name: 'The sums of each need equal its pledges', breaches: needSumsEqualPledges },
  { name: 'Each partner’s share of a village equals its pledges', breaches: sharesEqualPledges },
  { name: 'Each partner’s counts equal its pledges', breaches: countsEqualPledges },
];
