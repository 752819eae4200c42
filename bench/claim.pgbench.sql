-- The statements of one claim, as the hub sends them, with the same locks and the same deferred guards.
\set need random(1, :needs)
\set partner random(1, :partners)
\set key random(1, 9000000000000000)
\set village 1 + (:need - 1) / :per_village
begin;
insert into idempotency_keys (scope, operation, key, input_hash, created_at)
  values ('partner_0' || lpad(:partner::text, 25, '0'), 'claimNeed', 'key-' || :key, md5(:key::text), now())
  on conflict do nothing returning key;
select * from needs where id = 'need_0' || lpad(:need::text, 25, '0') limit 1 for update;
select * from villages where id = 'village_0' || lpad(:village::text, 25, '0') limit 1 for update;
select * from village_colours where village_id = 'village_0' || lpad(:village::text, 25, '0') order by cluster_code;
select * from partners where id in ('partner_0' || lpad(:partner::text, 25, '0')) order by id for update;
select distinct on (k.index) k.index, p.*
  from jsonb_to_recordset(jsonb_build_array(jsonb_build_object('index', 0, 'codes', array['99.01.01.0001', '99.01.01', '99.01', '99'])))
    as k(index int, codes text[])
  cross join policies p left join areas a on a.id = p.area_id
  where p.effective_from <= now() and (p.area_id is null or a.code = any(k.codes))
  order by k.index, length(coalesce(a.code, '')) desc, p.version desc;
select distinct on (k.index) k.index, p.*
  from jsonb_to_recordset(jsonb_build_array(jsonb_build_object('index', 0, 'sector_code', 'sector-' || (1 + :need % 24),
    'codes', array['99.01.01.0001', '99.01.01', '99.01', '99']))) as k(index int, sector_code text, codes text[])
  join partner_mandates m on m.sector_code = k.sector_code
  join partner_areas pa on pa.partner_id = m.partner_id
  join areas a on a.id = pa.area_id and a.code = any(k.codes)
  join partners p on p.id = m.partner_id
  order by k.index, length(a.code) desc, p.created_at, p.id;
select c.index, v.needed_rupiah::float8 as plan_rupiah, (v.pledged_rupiah + v.committed_rupiah)::float8 as reserved_rupiah,
    coalesce(r.partner, 0)::float8 as partner_reserved_rupiah, coalesce(r.cluster, 0)::float8 as cluster_reserved_rupiah,
    case when (v.pledged_rupiah + v.committed_rupiah)::float8 / nullif(v.needed_rupiah, 0) >= c.spread_limit then (
      select min((w.pledged_rupiah + w.committed_rupiah)::float8 / w.needed_rupiah)
      from villages w where w.code > c.from_code and w.code < c.to_code and w.id <> v.id
        and w.needed_rupiah > 0 and exists (
          select from needs n where n.village_id = w.id and n.sector_code = c.sector_code
            and n.status = 'OPEN')) end as least_reserved_ratio
  from jsonb_to_recordset(jsonb_build_array(jsonb_build_object('index', 0,
    'village_id', 'village_0' || lpad(:village::text, 25, '0'), 'sector_code', 'sector-' || (1 + :need % 24),
    'spread_limit', 0.7, 'from_code', '99.01.', 'to_code', '99.01/')))
    as c(index int, village_id text, sector_code text, spread_limit float8, from_code text, to_code text)
  join villages v on v.id = c.village_id
  cross join lateral (
    select sum(case when p.status in ('AWAITING_APPROVAL', 'PLEDGED', 'COMMITTED', 'DELIVERING', 'FULFILLED')
          then p.quantity else p.verified end * p.unit_value)
          filter (where p.partner_id = 'partner_0' || lpad(:partner::text, 25, '0')) as partner,
      sum(case when p.status in ('AWAITING_APPROVAL', 'PLEDGED', 'COMMITTED', 'DELIVERING', 'FULFILLED')
          then p.quantity else p.verified end * p.unit_value)
          filter (where s.cluster_code = 'cluster-' || (1 + :partner % 8)) as cluster
    from pledges p join needs n on n.id = p.need_id join partners s on s.id = p.partner_id
    where p.village_id = v.id and n.status not in ('DRAFT', 'CANCELLED')) as r
  order by c.index;
select count(*) filter (where p.status in ('AWAITING_APPROVAL', 'PLEDGED', 'COMMITTED', 'DELIVERING'))::int as open_pledges,
    count(*) filter (where p.status = 'FULFILLED')::int as fulfilled_pledges, count(p.id)::int as all_pledges,
    coalesce(max(b.given_pending_rupiah), 0)::float8, coalesce(max(b.given_posted_rupiah), 0)::float8,
    coalesce(max(b.received_pending_rupiah), 0)::float8, coalesce(max(b.received_posted_rupiah), 0)::float8
  from (values ('partner_0' || lpad(:partner::text, 25, '0'))) as s(id)
  left join partner_balances b on b.partner_id = s.id
  left join pledges p on p.partner_id = s.id;
insert into pledges (id, need_id, village_id, partner_id, policy_id, quantity, unit_value, delivered, verified, status,
    expires_at, due_on, verdicts, version, created_at, updated_at)
  values ('pledge_0' || lpad(:key::text, 25, '0'), 'need_0' || lpad(:need::text, 25, '0'),
    'village_0' || lpad(:village::text, 25, '0'), 'partner_0' || lpad(:partner::text, 25, '0'),
    'policy_00000000000000000000000002', 1, 1000, 0, 0, 'PLEDGED', now() + interval '14 days', current_date + 14,
    '[]', 1, now(), now());
update villages set pledged_rupiah = pledged_rupiah + 1000 where id = 'village_0' || lpad(:village::text, 25, '0');
update needs set pledged = pledged + 1, version = version + 1, updated_at = now()
  where id = 'need_0' || lpad(:need::text, 25, '0');
select id, pledge_id, quantity, delivered_on::text, status, note, reason, evidence
  from deliveries where pledge_id = 'pledge_0' || lpad(:key::text, 25, '0') order by id;
insert into events (kind, occurred_at, village_code, village_id, need_id, sector_code, pledge_id, partner_id, snapshot)
  values ('PLEDGE_MADE', now(), '99.01.01.0001', 'village_0' || lpad(:village::text, 25, '0'),
    'need_0' || lpad(:need::text, 25, '0'), 'sector-1', 'pledge_0' || lpad(:key::text, 25, '0'),
    'partner_0' || lpad(:partner::text, 25, '0'), (:snapshot)::jsonb);
update idempotency_keys set answer = (:snapshot)::jsonb
  where scope = 'partner_0' || lpad(:partner::text, 25, '0') and operation = 'claimNeed' and key = 'key-' || :key;
commit;
