import { id } from '../world.ts';
import { BEGUN, villageArea } from './people.ts';
import {
  NEEDS_OF_BUSY,
  NEEDS_OF_QUIET,
  PARTNERS_PER_REGENCY,
  PLEDGES_OF_BUSY,
  REGENCIES_PER_PROVINCE,
  SECTORS,
  type Shape,
  UNBEGUN,
  UNPLEDGED,
  villageCodeSql,
} from './shape.ts';

/** Of every need: so many units, of so many rupiah each. Large, so that a run's claims never empty one. */
const QUANTITY = 1_000_000;
const UNIT_VALUE = 1000;
/** Of a pledge that takes a part: up to nine times this. */
const PART = 10_000;
/** Spreads the pledges of one need over the years, as any number would that shares no factor with the needs'. */
const STRIDE = 7919;

/** When open pledges expire, so that the hub's own clock ends none while it is measured. */
const NEVER = `timestamptz '2099-01-01T00:00:00Z'`;

/** What is to be: one row a need, one row a pledge, in numbers. */
function plan(shape: Shape): string[] {
  const { busyVillages, busyNeeds, quietPledges, villagesPerRegency, villages } = shape;
  const busyPartner = `r * ${PARTNERS_PER_REGENCY} + 1 + (n + 3 * k) % ${PARTNERS_PER_REGENCY}`;
  const holder = `r * ${PARTNERS_PER_REGENCY} + 1 + (s + ${PARTNERS_PER_REGENCY - 1}) % ${PARTNERS_PER_REGENCY}`;
  return [
    `create temp table need_plan as
      select n, v, (v - 1) / ${villagesPerRegency} as r, 1 + n % ${SECTORS} as s from (
        select n, 1 + (n - 1) / ${NEEDS_OF_BUSY} as v from generate_series(1, ${busyNeeds}) n
        union all
        select ${busyNeeds} + (q - q / ${UNBEGUN} - 1) * ${NEEDS_OF_QUIET} + j, ${busyVillages} + q
        from generate_series(1, ${villages - busyVillages}) q, generate_series(1, ${NEEDS_OF_QUIET}) j
        where q % ${UNBEGUN} <> 0) as placed`,
    `create temp table pledge_plan as
      select number, n, v, r, status, partner, quantity, case status when 'FULFILLED' then quantity else 0 end as verified,
        case when status in ('COMMITTED', 'FULFILLED') and partner <> holder then holder end as holder
      from (select *, ${holder} as holder,
        case when n > ${busyNeeds} and status <> 'PLEDGED' then ${QUANTITY} else ${PART} * (1 + number % 9) end as quantity
      from (
        select ${quietPledges} + (k - 1) * ${busyNeeds} + 1 + n::bigint * ${STRIDE} % ${busyNeeds} as number, n, v, r, s,
          (array['FULFILLED', 'COMMITTED', 'PLEDGED', 'EXPIRED', 'PLEDGED'])[k] as status, ${busyPartner} as partner
        from need_plan, generate_series(1, ${PLEDGES_OF_BUSY}) k where n <= ${busyNeeds}
        union all
        select q - q / ${UNPLEDGED}, n, v, r, s, (array['PLEDGED', 'COMMITTED', 'FULFILLED', 'PLEDGED'])[1 + n % 4],
          ${busyPartner}
        from (select *, n - ${busyNeeds} as q, 1 as k from need_plan where n > ${busyNeeds}) as quiet
        where q % ${UNPLEDGED} <> 0) as placed) as weighed`,
    `create temp table counted_plan as
      select n, v, s, coalesce(pledges, 0) as pledges, coalesce(pledged, 0) as pledged,
        coalesce(committed, 0) as committed, coalesce(verified, 0) as verified,
        case when verified = ${QUANTITY} then 'FULFILLED' when pledged + committed = ${QUANTITY} then 'COMMITTED'
          else 'OPEN' end as status
      from need_plan left join (
        select n, count(*)::int as pledges, sum(verified)::int as verified,
          sum(case status when 'PLEDGED' then quantity else 0 end)::int as pledged,
          sum(case when status in ('COMMITTED', 'FULFILLED') then quantity else 0 end)::int as committed
        from pledge_plan group by n) as sums using (n)`,
    `create temp table colour_plan as
      select v, 1 + partner % ${PARTNERS_PER_REGENCY} as cluster, sum(quantity::bigint * ${UNIT_VALUE}) as committed
      from pledge_plan where status in ('COMMITTED', 'FULFILLED') group by 1, 2`,
    'analyze pledge_plan, counted_plan, colour_plan',
  ];
}

/** Villages and their colours, with the figures that their needs will have. */
function villageStatements(shape: Shape): string[] {
  return [
    `insert into villages
      select ${id('village', 'v')}, ${villageArea('v')}, ${villageCodeSql('v', shape)}, 'Village ' || v,
        coalesce(needs, 0) * ${QUANTITY} * ${UNIT_VALUE}, coalesce(pledged, 0) * ${UNIT_VALUE},
        coalesce(committed, 0) * ${UNIT_VALUE}, coalesce(verified, 0) * ${UNIT_VALUE},
        coalesce(verified, 0) * ${UNIT_VALUE}, coalesce(open, 0), coalesce(diversity, 0),
        case when colours is null then 'UNTOUCHED' when colours = 1 then 'SINGLE_COLOUR'
          when diversity >= 1.5 then 'SYNERGY' else 'MULTI_COLOUR' end
      from generate_series(1, ${shape.villages}) v
      left join (
        select v, count(*) as needs, sum(pledged) as pledged, sum(committed) as committed, sum(verified) as verified,
          count(*) filter (where status = 'OPEN') as open
        from counted_plan group by v) as n using (v)
      left join (
        select v, count(*) as colours,
          trunc(power(sum(committed), 2) * 1e12 / sum(power(committed, 2)))::float8 / 1e12 as diversity
        from colour_plan group by v) as c using (v)
      order by v`,
    `insert into village_colours
      select ${id('village', 'v')}, 'cluster-' || cluster, committed from colour_plan order by v, cluster`,
    'update programme_plan set needed_rupiah = (select sum(needed_rupiah) from villages)',
  ];
}

/** The facts: needs with their counters, pledges with their deliveries and ledger entries, and what partners owe. */
const facts: readonly string[] = [
  `insert into needs (id, village_id, sector_code, title, description, unit, unit_value, quantity, pledged, committed,
      delivered, verified, urgent, status, version, created_at, updated_at, published_at)
    select ${id('need', 'n')}, ${id('village', 'v')}, 'sector-' || s, 'Need ' || n || ' of village ' || v,
      'What village ' || v || ' cannot do alone, by the plan of its own people', 'unit', ${UNIT_VALUE}, ${QUANTITY},
      pledged, committed, verified, verified, n % 17 = 0, status, 1 + pledges, ${BEGUN}, ${BEGUN}, ${BEGUN}
    from counted_plan order by n`,
  `insert into pledges (id, need_id, village_id, partner_id, holder_id, policy_id, quantity, unit_value, delivered,
      verified, status, expires_at, due_on, verdicts, version, created_at, updated_at)
    select ${id('pledge', 'number')}, ${id('need', 'n')}, ${id('village', 'v')}, ${id('partner', 'partner')},
      ${id('partner', 'holder')}, case when r < ${REGENCIES_PER_PROVINCE} then ${id('policy', '2')} else ${id('policy', '1')} end,
      quantity, ${UNIT_VALUE}, verified, verified, status, case when status in ('PLEDGED', 'COMMITTED') then ${NEVER} end,
      '2026-12-31', '[]', 1, ${BEGUN} + number * interval '10 s', ${BEGUN} + number * interval '10 s'
    from pledge_plan order by number`,
  `insert into deliveries (id, pledge_id, quantity, delivered_on, status, evidence, created_at, decided_at)
    select ${id('delivery', 'number')}, ${id('pledge', 'number')}, quantity, '2026-06-30', 'VERIFIED', '{}',
      ${BEGUN}, ${BEGUN}
    from pledge_plan where verified > 0 order by number`,
  `insert into ledger_entries (kind, pledge_id, supporter_id, holder_id, amount_rupiah, created_at)
    select kind, ${id('pledge', 'number')}, ${id('partner', 'partner')}, ${id('partner', 'holder')},
      quantity::bigint * ${UNIT_VALUE}, ${BEGUN}
    from pledge_plan join (values (1, 'PEND'), (2, 'POST')) as kinds(place, kind) on kind = 'PEND' or verified > 0
    where holder is not null order by number, place`,
  `insert into partner_balances
    select partner, sum(given - given_posted), sum(given_posted), sum(received - received_posted), sum(received_posted)
    from (
      select supporter_id as partner, case kind when 'PEND' then amount_rupiah else 0 end as given,
        case kind when 'POST' then amount_rupiah else 0 end as given_posted, 0 as received, 0 as received_posted
      from ledger_entries
      union all
      select holder_id, 0, 0, case kind when 'PEND' then amount_rupiah else 0 end,
        case kind when 'POST' then amount_rupiah else 0 end
      from ledger_entries) as sides
    group by partner`,
];

/** Needs, pledges and the books that follow from them, in the order of their references. */
export function bookStatements(shape: Shape): string[] {
  return [...plan(shape), ...villageStatements(shape), ...facts];
}
