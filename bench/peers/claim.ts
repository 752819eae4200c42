import type pg from 'pg';
import { newId } from '../../src/platform/ids.ts';
import type { NeedRow, PledgeRow } from './batches.ts';

export interface ClaimInput {
  needId: string;
  quantity: number;
  idempotencyKey: string;
}

/** In the benchmark's province; no rule of it is judged. */
export const POLICY = 'policy_00000000000000000000000002';

const statements = {
  key: `insert into idempotency_keys (scope, operation, key, input_hash, created_at)
    values ($1, 'claimNeed', $2, md5($3), now()) on conflict do nothing`,
  need: `select quantity - pledged - committed as remaining, status, unit_value::float8 as "unitValue",
      village_id as "villageId" from needs where id = $1 for update`,
  pledge: `insert into pledges (id, need_id, village_id, partner_id, policy_id, quantity, unit_value, status, expires_at,
      due_on, verdicts, created_at, updated_at)
    values ($1, $2, $3, $4, '${POLICY}', $5, $6, 'PLEDGED', now() + interval '14 days', current_date + 14, '[]', now(), now())
    returning id, need_id as "needId", partner_id as "partnerId", quantity, status, created_at as "createdAt"`,
  moved: `update needs set pledged = pledged + $2, version = version + 1, updated_at = now(),
      status = case when pledged + committed + $2 = quantity then 'COMMITTED' else 'OPEN' end
    where id = $1 returning status`,
  village: `update villages set pledged_rupiah = pledged_rupiah + $2, open_needs = open_needs - $3 where id = $1`,
  event: `insert into outbox (kind, occurred_at, village_code, village_id, need_id, sector_code, pledge_id, partner_id,
      snapshot)
    select 'PLEDGE_MADE', now(), v.code, v.id, n.id, n.sector_code, p.id, p.partner_id,
      jsonb_build_object('need', to_jsonb(n), 'village', to_jsonb(v), 'pledge', to_jsonb(p), 'partner', to_jsonb(s))
    from pledges p join needs n on n.id = p.need_id join villages v on v.id = p.village_id
      join partners s on s.id = p.partner_id where p.id = $1`,
};

/** One claim in a transaction of prepared statements, which keeps the books as the hub does, and judges no rule. */
export async function claim(pool: pg.Pool, partnerId: string, input: ClaimInput): Promise<PledgeRow> {
  const client = await pool.connect();
  const run = <T extends object>(name: keyof typeof statements, values: unknown[]) =>
    client.query<T>({ name: `claim-${name}`, text: statements[name], values });
  try {
    await client.query('begin');
    const taken = await run('key', [partnerId, input.idempotencyKey, input.needId]);
    if (taken.rowCount === 0) throw new Error('this key is taken');
    const { rows } = await run<NeedRow & { unitValue: number }>('need', [input.needId]);
    const need = rows[0];
    if (need?.status !== 'OPEN' || need.remaining < input.quantity) throw new Error('not so much remains');
    const id = newId('pledge');
    const values = [id, input.needId, need.villageId, partnerId, input.quantity, need.unitValue];
    const pledge = (await run<PledgeRow>('pledge', values)).rows[0]!;
    const moved = (await run<{ status: string }>('moved', [input.needId, input.quantity])).rows[0]!;
    const closed = moved.status === 'OPEN' ? 0 : 1;
    await run('village', [need.villageId, input.quantity * need.unitValue, closed]);
    await run('event', [id]);
    await client.query('commit');
    return pledge;
  } catch (error) {
    await client.query('rollback');
    throw error;
  } finally {
    client.release();
  }
}
