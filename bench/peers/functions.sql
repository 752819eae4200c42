-- What PostGraphile and the limit need in the database: custom queries, computed columns and a custom mutation, in the
-- way of https://postgraphile.org/postgraphile/5/functions.

create function villages_of(area_code text) returns setof villages language sql stable as $$
  select * from villages where code > area_code || '.' and code < area_code || '/' order by code
$$;

create function needs_remaining(need needs) returns int language sql stable as $$
  select need.quantity - need.pledged - need.committed
$$;

create type area_coverage as (
  needed float8, pledged float8, committed float8, delivered float8, verified float8, open_needs int);

create function areas_coverage(area areas) returns area_coverage language sql stable as $$
  select coalesce(sum(needed_rupiah), 0)::float8, coalesce(sum(pledged_rupiah), 0)::float8,
    coalesce(sum(committed_rupiah), 0)::float8, coalesce(sum(delivered_rupiah), 0)::float8,
    coalesce(sum(verified_rupiah), 0)::float8, coalesce(sum(open_needs), 0)::int
  from villages where code >= area.code and code < area.code || '/'
$$;

create type area_synergy as (villages int, untouched int, single_colour int, multi_colour int, synergy int);

create function areas_synergy(area areas) returns area_synergy language sql stable as $$
  select count(*)::int, (count(*) filter (where synergy = 'UNTOUCHED'))::int,
    (count(*) filter (where synergy = 'SINGLE_COLOUR'))::int, (count(*) filter (where synergy = 'MULTI_COLOUR'))::int,
    (count(*) filter (where synergy = 'SYNERGY'))::int
  from villages where code >= area.code and code < area.code || '/'
$$;

-- Places of pledges that the function makes: after those of the set, and in order.
create sequence claim_numbers start 1000000000000;

-- One claim that keeps the books as the hub does, and judges no rule.
create function claim_need(need_id text, partner_id text, quantity int, idempotency_key text) returns pledges
language plpgsql as $$
#variable_conflict use_column
declare need needs; village villages; claimant partners; made pledges;
begin
  insert into idempotency_keys (scope, operation, key, input_hash, created_at)
    values (claim_need.partner_id, 'claimNeed', claim_need.idempotency_key, md5(claim_need.need_id), now())
    on conflict do nothing;
  if not found then raise exception 'this key is taken'; end if;
  select * into need from needs where id = claim_need.need_id for update;
  if need.status is distinct from 'OPEN' or need.quantity - need.pledged - need.committed < claim_need.quantity then
    raise exception 'not so much remains';
  end if;
  insert into pledges (id, need_id, village_id, partner_id, policy_id, quantity, unit_value, status, expires_at, due_on,
      verdicts, created_at, updated_at)
    values ('pledge_0' || lpad(nextval('claim_numbers')::text, 25, '0'), need.id, need.village_id, claim_need.partner_id,
      'policy_00000000000000000000000002', claim_need.quantity, need.unit_value, 'PLEDGED', now() + interval '14 days',
      current_date + 14, '[]', now(), now())
    returning * into made;
  update needs set pledged = pledged + made.quantity, version = version + 1, updated_at = now(),
      status = case when pledged + committed + made.quantity = quantity then 'COMMITTED' else 'OPEN' end
    where id = need.id returning * into need;
  update villages set pledged_rupiah = pledged_rupiah + made.quantity * made.unit_value,
      open_needs = open_needs - case need.status when 'OPEN' then 0 else 1 end
    where id = need.village_id returning * into village;
  select * into claimant from partners where id = claim_need.partner_id;
  insert into outbox (kind, occurred_at, village_code, village_id, need_id, sector_code, pledge_id, partner_id, snapshot)
    values ('PLEDGE_MADE', now(), village.code, village.id, need.id, need.sector_code, made.id, made.partner_id,
      jsonb_build_object('need', to_jsonb(need), 'village', to_jsonb(village), 'pledge', to_jsonb(made),
        'partner', to_jsonb(claimant)));
  return made;
end $$;

-- The same with its whole answer, for the limit. A function of its own sees what the claim has changed.
create function claim_answer(need_id text, partner_id text, quantity int, idempotency_key text) returns json
language plpgsql as $$
declare made pledges := claim_need(need_id, partner_id, quantity, idempotency_key);
begin
  return (select json_build_object('data', json_build_object('claimNeed', json_build_object(
      'pledge', json_build_object('id', made.id, 'status', made.status, 'quantity', made.quantity,
        'need', json_build_object('id', n.id, 'remaining', n.quantity - n.pledged - n.committed)),
      'problems', json_build_array())))
    from needs n where n.id = made.need_id);
end $$;
