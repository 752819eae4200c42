import { type QueryExecutorProvider, sql } from 'kysely';
import { holderOf } from '../partners/partner.service.ts';
import { givenRows, placed } from '../platform/given-rows.ts';
import { policyRuling } from './policy.service.ts';
import { type ClaimInTurn, type Judgement, type RulingPolicy, ClaimTurns } from './claim-turns.rules.ts';

/** A claim to be judged, before anything of it is written. */
export interface ClaimCase {
  needId: string;
  partnerId: string;
  quantity: number;
}

type CaseFigures = Omit<ClaimInTurn, 'claimRupiah' | 'policy' | 'partnerId'> & {
  /** Of the claim among those that were asked about. */
  place: number;
  policyId: string;
  rules: RulingPolicy['rules'];
  pledgeDays: number;
  unitValue: number;
};

const caseColumns = {
  place: 'int',
  needId: 'text',
  partnerId: 'text',
} as const;

/**
 * The figures of each claim whose need is there, in the order of the claims, in one statement: its cost does not grow with
 * the pledges of the need, of the village or of the partner. Only where V is past SPREAD's limit are the other villages
 * of its regency looked at.
 */
const figuresOf = (claims: readonly ClaimCase[]) => sql<CaseFigures>`
  select k.place, pol.id as policy_id, pol.rules, pol.pledge_days, n.unit_value::float8 as unit_value, n.urgent,
    (select id from (${holderOf(sql`n.sector_code`, sql`c.codes`)}) as holder) as holder_id,
    v.id as village_id, c.regency, s.cluster_code,
    v.needed_rupiah::float8 as plan_rupiah, (v.pledged_rupiah + v.committed_rupiah)::float8 as reserved_rupiah,
    coalesce(r.partner, 0)::float8 as partner_reserved_rupiah,
    coalesce(r.cluster, 0)::float8 as cluster_reserved_rupiah,
    case when (v.pledged_rupiah + v.committed_rupiah)::float8 / nullif(v.needed_rupiah, 0) >= (
        select (rule ->> 'limit')::float8 from jsonb_array_elements(pol.rules) as rule
        where rule ->> 'rule' = 'SPREAD') then (
      select min((w.pledged_rupiah + w.committed_rupiah)::float8 / w.needed_rupiah)
      -- A full stop is followed by a slash in collation C: between them lie all codes of the regency.
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
  from ${givenRows(placed(claims), caseColumns)} as k
  join needs n on n.id = k."needId"
  join villages v on v.id = n.village_id
  join partners s on s.id = k."partnerId"
  left join partner_pledges t on t.partner_id = s.id
  left join partner_balances b on b.partner_id = s.id
  cross join lateral (
    select left(v.code, 5) as regency, array[v.code, left(v.code, 8), left(v.code, 5), left(v.code, 2)] as codes) as c
  cross join lateral (${policyRuling(sql`c.codes`)}) as pol
  cross join lateral (
    select sum(x.reserved_rupiah) filter (where x.partner_id = s.id) as partner,
      sum(x.reserved_rupiah) filter (where o.cluster_code = s.cluster_code) as cluster
    from village_partners x join partners o on o.id = x.partner_id where x.village_id = v.id) as r
  order by k.place`;

/** Judges claims by the policy in force; the same code serves claims, under their locks, previews and suggestions. */
export class JudgeService {
  /** Judges a claim by itself. Null when there is no such need. */
  async judge(db: QueryExecutorProvider, claim: ClaimCase): Promise<Judgement | null> {
    return (await this.inTurn(db, [claim])).judge(0);
  }

  /** Judges each claim by itself, as if the others were not made; null where there is no such need. */
  async judgeAll(db: QueryExecutorProvider, claims: readonly ClaimCase[]): Promise<(Judgement | null)[]> {
    const turns = await this.inTurn(db, claims);
    return claims.map((_, index) => turns.judge(index));
  }

  /** Claims to be judged one after another, each as if those were made before it of which the caller says so. */
  async inTurn(db: QueryExecutorProvider, claims: readonly ClaimCase[]): Promise<ClaimTurns> {
    const { rows } = await figuresOf(claims).execute(db);
    const found: (ClaimInTurn | null)[] = claims.map(() => null);
    for (const { place, policyId, rules, pledgeDays, unitValue, ...figures } of rows) {
      const { partnerId, quantity } = claims[place]!;
      const policy = { id: policyId, rules, pledgeDays };
      found[place] = { ...figures, partnerId, policy, claimRupiah: quantity * unitValue };
    }
    return new ClaimTurns(found);
  }
}
