import { type QueryExecutorProvider, sql } from 'kysely';
import type { Outcome, Verdict } from '../kernel/problems.ts';
import { holderOf } from '../partners/partner.service.ts';
import { type Books, type ClaimFigures, judge, worstOf } from './balance.rules.ts';
import type { Policy } from './policy.entity.ts';
import { policyRuling } from './policy.service.ts';

/** A claim to be judged, before anything of it is written. */
export interface ClaimCase {
  needId: string;
  quantity: number;
}

/** What a pledge takes from the policy that it was judged by. */
export type RulingPolicy = Pick<Policy, 'id' | 'rules' | 'pledgeDays'>;

export interface Judgement {
  policy: RulingPolicy;
  outcome: Outcome;
  verdicts: Verdict[];
}

/** All that is weighed of a claim but the claim itself, and the policy that rules. */
type CaseFigures = Omit<ClaimFigures, 'claimRupiah' | 'ownMandate' | 'books'> &
  Books & {
    policyId: string;
    rules: Policy['rules'];
    pledgeDays: number;
    unitValue: number;
    holderId: string | null;
  };

/**
 * The figures of each need's claim by the partner, in the order of the ids, in one statement: its cost does not grow with
 * the pledges of the need, of the village or of the partner. Only where V is past SPREAD's limit are the other villages
 * of its regency looked at. The ids are listed one by one, since the planner would make a new plan for each list of a
 * length that it does not know.
 */
const figuresOf = (partnerId: string, needIds: readonly string[], now: Date) => sql<CaseFigures>`
  select pol.id as policy_id, pol.rules, pol.pledge_days, n.unit_value::float8 as unit_value, n.urgent,
    (select id from (${holderOf(sql`n.sector_code`, sql`c.codes`)}) as holder) as holder_id,
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
  from unnest(array[${sql.join(needIds)}]::text[]) with ordinality as k(need_id, place)
  join needs n on n.id = k.need_id
  join villages v on v.id = n.village_id
  join partners s on s.id = ${partnerId}
  left join partner_pledges t on t.partner_id = s.id
  left join partner_balances b on b.partner_id = s.id
  cross join lateral (
    select left(v.code, 5) as regency, array[v.code, left(v.code, 8), left(v.code, 5), left(v.code, 2)] as codes) as c
  cross join lateral (${policyRuling(sql`c.codes`, now)}) as pol
  cross join lateral (
    select sum(x.reserved_rupiah) filter (where x.partner_id = s.id) as partner,
      sum(x.reserved_rupiah) filter (where o.cluster_code = s.cluster_code) as cluster
    from village_partners x join partners o on o.id = x.partner_id where x.village_id = v.id) as r
  order by k.place`;

/** Judges claims by the policy in force; the same code serves claims, under their locks, previews and suggestions. */
export class JudgeService {
  /** Null when there is no such need. */
  async judge(
    db: QueryExecutorProvider,
    partnerId: string,
    claim: ClaimCase,
    now: Date,
  ): Promise<Judgement | null> {
    return (await this.judgeAll(db, partnerId, [claim], now))[0] ?? null;
  }

  /** Judges each claim by itself, as if the others were not made. All needs are there. */
  async judgeAll(
    db: QueryExecutorProvider,
    partnerId: string,
    claims: readonly ClaimCase[],
    now: Date,
  ): Promise<Judgement[]> {
    const needIds = claims.map(({ needId }) => needId);
    const { rows } = await figuresOf(partnerId, needIds, now).execute(db);
    return rows.map(({ policyId, rules, pledgeDays, unitValue, holderId, ...figures }, index) => {
      const claimRupiah = claims[index]!.quantity * unitValue;
      const ownMandate = holderId === partnerId;
      const verdicts = judge({ ...figures, claimRupiah, ownMandate, books: figures }, rules);
      return { policy: { id: policyId, rules, pledgeDays }, outcome: worstOf(verdicts), verdicts };
    });
  }
}
