-- The statements of one claim, as the hub sends them (src/pledges/claim-statements.service.ts, src/balance/judge.service.ts,
-- src/platform/idempotency.ts, src/events/outbox.ts), in the same round trips, with the same locks, triggers and guards.
-- What the hub has computed meanwhile is a constant here, or moves by the row's own value; what it gives in rows, for as many claims as
-- come together, is one row here, since pgbench makes each claim by itself.
\set need random(1, :needs)
\set partner random(1, :partners)
\set key random(1, 9000000000000000)
\set village 1 + (:need - 1) / :per_village
\startpipeline
begin;
insert into idempotency_keys (scope, operation, key, input_hash, created_at)
  values ('partner_0' || lpad(:partner::text, 25, '0'), 'claimNeed', 'key-' || :key, md5(:key::text), now())
  on conflict do nothing returning key;
\endpipeline
\startpipeline
with need as materialized (select * from needs where id = 'need_0' || lpad(:need::text, 25, '0') for update),
  village as materialized (select * from villages where id = (select village_id from need) for update),
  partner as materialized (
    select * from partners where id = 'partner_0' || lpad(:partner::text, 25, '0') and exists (select from village)
    for update)
  select * from need cross join village cross join partner;
select c.cluster_code, c.committed_rupiah::float8 as committed_rupiah
  from needs n join village_colours c on c.village_id = n.village_id
  where n.id = 'need_0' || lpad(:need::text, 25, '0');
select pol.id as policy_id, pol.rules, pol.pledge_days, n.unit_value::float8 as unit_value, n.urgent,
    (select id from (
      select p.* from partner_mandates m join partner_areas x on x.partner_id = m.partner_id
      join areas a on a.id = x.area_id and a.code = any(c.codes) join partners p on p.id = m.partner_id
      where m.sector_code = n.sector_code order by length(a.code) desc, p.created_at, p.id limit 1) as holder) as holder_id,
    v.needed_rupiah::float8 as plan_rupiah, (v.pledged_rupiah + v.committed_rupiah)::float8 as reserved_rupiah,
    coalesce(r.partner, 0)::float8 as partner_reserved_rupiah, coalesce(r.cluster, 0)::float8 as cluster_reserved_rupiah,
    case when (v.pledged_rupiah + v.committed_rupiah)::float8 / nullif(v.needed_rupiah, 0) >= (
        select (rule ->> 'limit')::float8 from jsonb_array_elements(pol.rules) as rule
        where rule ->> 'rule' = 'SPREAD') then (
      select min((w.pledged_rupiah + w.committed_rupiah)::float8 / w.needed_rupiah)
      from villages w where w.code > c.regency || '.' and w.code < c.regency || '/' and w.id <> v.id
        and w.needed_rupiah > 0 and exists (
          select from needs o where o.village_id = w.id and o.sector_code = n.sector_code and o.status = 'OPEN'))
      end as least_reserved_ratio,
    coalesce(t.open_pledges, 0) as open_pledges, coalesce(t.fulfilled_pledges, 0) as fulfilled_pledges,
    coalesce(t.all_pledges, 0) as all_pledges,
    coalesce(b.given_pending_rupiah, 0)::float8 as given_pending_rupiah,
    coalesce(b.given_posted_rupiah, 0)::float8 as given_posted_rupiah,
    coalesce(b.received_pending_rupiah, 0)::float8 as received_pending_rupiah,
    coalesce(b.received_posted_rupiah, 0)::float8 as received_posted_rupiah
  from unnest(array['need_0' || lpad(:need::text, 25, '0')]::text[]) with ordinality as k(need_id, place)
  join needs n on n.id = k.need_id
  join villages v on v.id = n.village_id
  join partners s on s.id = 'partner_0' || lpad(:partner::text, 25, '0')
  left join partner_pledges t on t.partner_id = s.id
  left join partner_balances b on b.partner_id = s.id
  cross join lateral (
    select left(v.code, 5) as regency, array[v.code, left(v.code, 8), left(v.code, 5), left(v.code, 2)] as codes) as c
  cross join lateral (
    select p.* from policies p left join areas a on a.id = p.area_id
    where p.effective_from <= now() and (p.area_id is null or a.code = any(c.codes))
    order by length(coalesce(a.code, '')) desc, p.version desc limit 1) as pol
  cross join lateral (
    select sum(x.reserved_rupiah) filter (where x.partner_id = s.id) as partner,
      sum(x.reserved_rupiah) filter (where o.cluster_code = s.cluster_code) as cluster
    from village_partners x join partners o on o.id = x.partner_id where x.village_id = v.id) as r
  order by k.place;
\endpipeline
\startpipeline
with claimed as (
    insert into pledges (id, need_id, village_id, partner_id, policy_id, quantity, unit_value, delivered, verified, status,
      expires_at, due_on, note, verdicts, version, created_at, updated_at)
    values ('pledge_0' || lpad(:key::text, 25, '0'), 'need_0' || lpad(:need::text, 25, '0'),
      'village_0' || lpad(:village::text, 25, '0'), 'partner_0' || lpad(:partner::text, 25, '0'),
      'policy_00000000000000000000000002', 1, 1000, 0, 0, 'PLEDGED', now() + interval '14 days', current_date + 14, null,
      coalesce((:snapshot)::jsonb #> '{pledge,verdicts}', '[]'), 1, now(), now())),
  needed as (
    update needs set pledged = pledged + 1, status = status, version = version + 1, updated_at = now()
    where id = 'need_0' || lpad(:need::text, 25, '0')),
  planned as (
    update villages set pledged_rupiah = pledged_rupiah + 1000, open_needs = open_needs
    where id = 'village_0' || lpad(:village::text, 25, '0')),
  told as (
    insert into outbox (kind, occurred_at, village_code, village_id, need_id, sector_code, pledge_id, partner_id, snapshot)
    values ('PLEDGE_MADE', now(), '99.01.01.0001', 'village_0' || lpad(:village::text, 25, '0'),
      'need_0' || lpad(:need::text, 25, '0'), 'sector-1', 'pledge_0' || lpad(:key::text, 25, '0'),
      'partner_0' || lpad(:partner::text, 25, '0'), (:snapshot)::jsonb)),
  noted as (
    insert into audit_pending (occurred_at, action, outcome, actor_kind, account_id, subject_ids, address, request_id,
      token_id)
    values (now(), 'claimNeed', 'DONE', 'ACCOUNT', 'account_0' || lpad(:partner::text, 25, '0'),
      array['pledge_0' || lpad(:key::text, 25, '0'), 'need_0' || lpad(:need::text, 25, '0')], '127.0.0.1',
      'request-' || :key, null))
  update idempotency_keys set answer = (:snapshot)::jsonb
  where scope = 'partner_0' || lpad(:partner::text, 25, '0') and operation = 'claimNeed' and key = 'key-' || :key;
commit;
\endpipeline
