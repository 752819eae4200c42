import { sql } from 'kysely';
import type { Outcome, Verdict } from '../kernel/problems.ts';
import type { PartnerService } from '../partners/partner.service.ts';
import type { Sql } from '../platform/database.ts';
import { type ClaimFigures, judge, worstOf } from './balance.rules.ts';
import type { PolicyRow, PolicyService } from './policy.service.ts';

/** A claim to be judged, before anything of it is written. */
export interface ClaimCase {
  partnerId: string;
  clusterCode: string;
  villageId: string;
  villageCode: string;
  sectorCode: string;
  urgent: boolean;
  claimRupiah: number;
}

export interface Judgement {
  policy: PolicyRow;
  outcome: Outcome;
  verdicts: Verdict[];
}

/** What a pledge holds of its need, in rupiah: all of it while it stands, the verified part once it has ended. */
const reservedValue = sql`
  case when p.status in ('AWAITING_APPROVAL', 'PLEDGED', 'COMMITTED', 'DELIVERING', 'FULFILLED')
    then p.quantity else p.verified end * p.unit_value`;

/** Judges claims by the policy in force; the same code serves claims, under their locks, and previews, without. */
export class JudgeService {
  private readonly partners: PartnerService;
  private readonly policies: PolicyService;

  constructor(partners: PartnerService, policies: PolicyService) {
    this.partners = partners;
    this.policies = policies;
  }

  async judge(db: Sql, claim: ClaimCase, now: Date): Promise<Judgement> {
    const policy = await this.policies.inForce(claim.villageCode, now, db);
    const figures = await this.figuresOf(db, claim);
    const verdicts = judge(figures, policy.rules);
    return { policy, outcome: worstOf(verdicts), verdicts };
  }

  private async figuresOf(db: Sql, claim: ClaimCase): Promise<ClaimFigures> {
    const [holder] = await this.partners.holders(db, [claim]);
    const { rows } = await sql<Omit<ClaimFigures, 'books' | 'claimRupiah' | 'urgent' | 'ownMandate'> & ClaimFigures['books']>`
      select
        v.needed_rupiah::float8 as plan_rupiah,
        (v.pledged_rupiah + v.committed_rupiah)::float8 as reserved_rupiah,
        coalesce(r.partner, 0)::float8 as partner_reserved_rupiah,
        coalesce(r.cluster, 0)::float8 as cluster_reserved_rupiah,
        (select min((w.pledged_rupiah + w.committed_rupiah)::float8 / w.needed_rupiah)
          from villages w where w.code like ${`${claim.villageCode.slice(0, 5)}.%`} and w.id <> v.id
            and w.needed_rupiah > 0 and exists (
              select from needs n where n.village_id = w.id and n.sector_code = ${claim.sectorCode}
                and n.status = 'OPEN')) as least_reserved_ratio,
        c.open_pledges::int, c.fulfilled_pledges::int, c.all_pledges::int,
        coalesce(b.given_pending_rupiah, 0)::float8 as given_pending_rupiah,
        coalesce(b.given_posted_rupiah, 0)::float8 as given_posted_rupiah,
        coalesce(b.received_pending_rupiah, 0)::float8 as received_pending_rupiah,
        coalesce(b.received_posted_rupiah, 0)::float8 as received_posted_rupiah
      from villages v
      left join partner_balances b on b.partner_id = ${claim.partnerId}
      cross join lateral (
        select sum(${reservedValue}) filter (where p.partner_id = ${claim.partnerId}) as partner,
          sum(${reservedValue}) filter (where s.cluster_code = ${claim.clusterCode}) as cluster
        from pledges p join needs n on n.id = p.need_id join partners s on s.id = p.partner_id
        where p.village_id = v.id and n.status not in ('DRAFT', 'CANCELLED')) as r
      cross join (
        select count(*) filter (where p.status in ('AWAITING_APPROVAL', 'PLEDGED', 'COMMITTED', 'DELIVERING'))
            as open_pledges,
          count(*) filter (where p.status = 'FULFILLED') as fulfilled_pledges,
          count(*) as all_pledges
        from pledges p where p.partner_id = ${claim.partnerId}) as c
      where v.id = ${claim.villageId}`.execute(db);
    const { givenPendingRupiah, givenPostedRupiah, receivedPendingRupiah, receivedPostedRupiah, ...figures } = rows[0]!;
    return {
      ...figures,
      claimRupiah: claim.claimRupiah,
      urgent: claim.urgent,
      ownMandate: holder?.id === claim.partnerId,
      books: { givenPendingRupiah, givenPostedRupiah, receivedPendingRupiah, receivedPostedRupiah },
    };
  }
}
