import { type RawBuilder, sql } from 'kysely';
import type { Breach, Proof } from './proof.service.ts';
import { rowJson, type TableColumns } from './row-json.service.ts';

/** What was committed a moment ago is still in the outbox; its ids continue in the feed. */
const told = sql`(select id, need_id, pledge_id, snapshot, words from events
  union all select id, need_id, pledge_id, snapshot, words from outbox)`;

const feedIsContiguous = sql<Breach>`
  select 'feed' as key, head.position || ' places' as expected, given || ' places to ' || last as found
  from feed_head as head, (
    select count(*) as given, coalesce(max(position), 0) as last from events) as e
  where (given, last) is distinct from (head.position, head.position)`;

/**
 * Compares rows with what events show of them. `rows` selects `key`, `row` and `shown`; null for either side that is
 * not there. Fields that an event of an earlier version does not have are not compared.
 */
function differences(rows: RawBuilder<unknown>): RawBuilder<Breach> {
  return sql<Breach>`
    select key, coalesce(expected, 'no row') as expected, coalesce(found, 'no row') as found from (
      select key,
        case when shown is null then 'an event' else string_agg(field || ' ' || (shown -> field), ', ' order by field) end
          as expected,
        case when shown is null then 'none' when "row" is null then null
          else string_agg(field || ' ' || coalesce("row" -> field, 'null'), ', ' order by field) end as found
      from (${rows}) as compared left join lateral jsonb_object_keys(shown) as field
        on "row" is null or ("row" ? field and shown -> field is distinct from "row" -> field)
      group by key, shown, "row"
      having shown is null or "row" is null or count(field) > 0) as differing`;
}

function needsAsTold(columns: TableColumns): RawBuilder<Breach> {
  return differences(sql`
    with last as (select max(id) as id, need_id from ${told} as t group by need_id)
    select coalesce(n.id, l.need_id) as key, case when n.id is not null then ${rowJson(columns, 'needs', 'n')} end as row,
      t.snapshot -> 'need' as shown
    from last l join ${told} as t on t.id = l.id
    full join (select * from needs where published_at is not null) as n on n.id = l.need_id`);
}

/** The last event of each pledge, with what it says in confidence. */
const lastOfPledges = sql`
  select l.pledge_id, t.snapshot -> 'pledge' as pledge, t.words
  from (select max(id) as id, pledge_id from ${told} as t where pledge_id is not null group by pledge_id) as l
  join ${told} as t on t.id = l.id`;

function pledgesAsTold(columns: TableColumns): RawBuilder<Breach> {
  return differences(sql`
    select coalesce(p.id, l.pledge_id) as key, case when p.id is not null then ${rowJson(columns, 'pledges', 'p')} end as row,
      l.pledge || jsonb_build_object('note', l.words -> 'note', 'reason', l.words -> 'reason') as shown
    from (${lastOfPledges}) as l full join pledges p on p.id = l.pledge_id`);
}

function deliveriesAsTold(columns: TableColumns): RawBuilder<Breach> {
  return differences(sql`
    select coalesce(d.id, l.shown ->> 'id') as key,
      case when d.id is not null then ${rowJson(columns, 'deliveries', 'd')} end as row, l.shown
    from (
      select one.delivery || coalesce(last.words -> 'deliveries' -> (one.place - 1)::int, '{}') as shown
      from (${lastOfPledges}) as last
      cross join jsonb_array_elements(last.pledge -> 'deliveries') with ordinality as one (delivery, place)) as l
    full join deliveries d on d.id = l.shown ->> 'id'`);
}

/** What a pledge keeps from its claim to its end, and each event of it must show; as text, which is quick to compare. */
const KEPT: readonly (readonly [field: string, column: string])[] = [
  ['needId', 'p.need_id'],
  ['villageId', 'p.village_id'],
  ['partnerId', 'p.partner_id'],
  ['policyId', 'p.policy_id'],
  ['quantity', 'p.quantity::text'],
  ['unitValue', 'p.unit_value::text'],
  ['verdicts', 'p.verdicts::text'],
];
const keptShown = sql.raw(KEPT.map(([field]) => `t.snapshot -> 'pledge' ->> '${field}'`).join(', '));
const keptColumns = sql.raw(KEPT.map(([, column]) => column).join(', '));

const eventsEqualClaims = sql<Breach>`
  select 'event ' || t.id || ' of ' || t.pledge_id as key, concat_ws(' ', ${keptColumns}) as expected,
    concat_ws(' ', ${keptShown}) as found
  from ${told} as t join pledges p on p.id = t.pledge_id
  where (${keptShown}) is distinct from (${keptColumns})`;

/** Who finds an event by its columns must read of the same things in it. */
const addressesEqualSnapshots = sql<Breach>`
  select 'event ' || id as key,
    concat_ws(' ', village_code, village_id, need_id, sector_code, pledge_id, partner_id) as expected,
    concat_ws(' ', snapshot #>> '{village,code}', snapshot #>> '{village,id}', snapshot #>> '{need,id}',
      snapshot #>> '{need,sectorCode}', snapshot #>> '{pledge,id}', snapshot #>> '{partner,id}') as found
  from (select * from outbox union all
    select id, kind, occurred_at, village_code, village_id, need_id, sector_code, pledge_id, partner_id, snapshot, words
    from events) as e
  where (village_code, village_id, need_id, sector_code, pledge_id, partner_id) is distinct from
      (snapshot #>> '{village,code}', snapshot #>> '{village,id}', snapshot #>> '{need,id}',
        snapshot #>> '{need,sectorCode}', snapshot #>> '{pledge,id}', snapshot #>> '{partner,id}')
    or snapshot #>> '{need,villageId}' is distinct from village_id
    or snapshot #>> '{pledge,needId}' <> need_id or snapshot #>> '{pledge,partnerId}' <> partner_id`;

/** The feed against the rows that it tells of, whole, column by column. */
export function eventProofs(columns: TableColumns): Proof[] {
  return [
    { name: 'The feed’s places are contiguous', breaches: feedIsContiguous },
    { name: 'Each event is filed under what it shows', breaches: addressesEqualSnapshots },
    { name: 'The last event of each need shows the need as it stands', breaches: needsAsTold(columns) },
    { name: 'The last event of each pledge shows the pledge as it stands', breaches: pledgesAsTold(columns) },
    {
      name: 'The last event of each pledge shows its deliveries as they stand',
      breaches: deliveriesAsTold(columns),
    },
    { name: 'Each event of a pledge shows what was claimed', breaches: eventsEqualClaims },
  ];
}
