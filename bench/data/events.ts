import type pg from 'pg';

/** A table's row as snapshots show it: its columns in camelCase, whatever migrations have added to them. */
async function snapshotOf(client: Pick<pg.Client, 'query'>, table: string, alias: string): Promise<string> {
  const { rows } = await client.query<{ name: string }>(
    `select column_name as name from information_schema.columns
     where table_schema = 'public' and table_name = $1 order by ordinal_position`,
    [table],
  );
  const camelCase = (name: string) => name.replaceAll(/_(\w)/g, (_, letter: string) => letter.toUpperCase());
  const pairs = rows.map(({ name }) => `'${camelCase(name)}', ${alias}.${name}`);
  return `jsonb_build_object(${pairs.join(', ')})`;
}

/** The last event of each need, with the state that it led to; earlier ones are left out, as if they were not kept. */
export async function eventStatements(client: Pick<pg.Client, 'query'>): Promise<string[]> {
  const need = await snapshotOf(client, 'needs', 'n');
  const village = await snapshotOf(client, 'villages', 'v');
  const pledge = await snapshotOf(client, 'pledges', 'p');
  const partner = await snapshotOf(client, 'partners', 's');
  return [
    `with told as (
      insert into events (id, position, kind, occurred_at, village_code, village_id, need_id, sector_code, pledge_id,
        partner_id, snapshot)
      select row_number() over told_at, row_number() over told_at,
        case when p.id is null then 'NEED_PUBLISHED' else 'PLEDGE_MADE' end, coalesce(p.created_at, n.created_at),
        v.code, v.id, n.id, n.sector_code, p.id, p.partner_id,
        jsonb_build_object('need', ${need}, 'village', ${village} || jsonb_build_object('colours', coalesce(colours, '[]')),
          'pledge', case when p.id is not null then ${pledge} || jsonb_build_object('deliveries', '[]'::jsonb) end,
          'partner', case when p.id is not null then ${partner} end)
      from needs n join villages v on v.id = n.village_id
      left join (
        select village_id, jsonb_agg(jsonb_build_object('clusterCode', cluster_code, 'committedRupiah', committed_rupiah)
          order by committed_rupiah desc, cluster_code) as colours
        from village_colours group by village_id) as c on c.village_id = v.id
      left join lateral (select * from pledges where need_id = n.id order by id desc limit 1) as p on true
      left join partners s on s.id = p.partner_id
      window told_at as (order by coalesce(p.created_at, n.created_at), n.id)
      returning position)
    update feed_head set position = (select count(*) from told)`,
    `select setval('outbox_id_seq', (select max(id) from events))`,
  ];
}
