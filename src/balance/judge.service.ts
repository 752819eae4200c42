import { sql } from 'kysely';
import type { Outcome, Verdict } from '../kernel/problems.ts';
import type { PartnerService } from '../partners/partner.service.ts';
import type { Sql } from '../platform/database.ts';
import { type Books, type ClaimFigures, judge, worstOf } from './balance.rules.ts';
import type { PolicyRow, PolicyService } from './policy.service.ts';

/** A partner that claims. */
export interface Claimant {
  id: string;
  clusterCode: string;
}

/** A claim to be judged, before anything of it is written. */
export interface ClaimCase {
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

type VillageFigures = Pick<
  ClaimFigures,
  'planRupiah' | 'reservedRupiah' | 'partnerReservedRupiah' | 'clusterReservedRupiah' | 'leastReservedRatio'
>;
type ClaimantFigures = Books & Pick<ClaimFigures, 'openPledges' | 'fulfilledPledges' | 'allPledges'>;

const REGENCY_CODE_LENGTH = 5;

/** What a pledge holds of its need, in rupiah: all of it while it stands, the verified part once it has ended. */
const reservedValue = sql`
  case when p.status in ('AWAITING_APPROVAL', 'PLEDGED', 'COMMITTED', 'DELIVERING', 'FULFILLED')
    then p.quantity else p.verified end * p.unit_value`;

/** Judges claims by the policy in force; the same code serves claims, under their locks, previews and suggestions. */
export class JudgeService {
  private readonly partners: PartnerService;
  private readonly policies: PolicyService;

  constructor(partners: PartnerService, policies: PolicyService) {
    this.partners = partners;
    this.policies = policies;
  }

  async judge(db: Sql, claimant: Claimant, claim: ClaimCase, now: Date): Promise<Judgement> {
    return (await this.judgeAll(db, claimant, [claim], now))[0]!;
  }

  /** Judges each claim by itself, as if the others were not made; the number of statements does not grow with them. */
  async judgeAll(db: Sql, claimant: Claimant, claims: readonly ClaimCase[], now: Date): Promise<Judgement[]> {
    const policies = await this.policies.allInForce(
      claims.map(({ villageCode }) => villageCode),
      now,
      db,
    );
    const holders = await this.partners.holders(db, claims);
    const villages = await this.villageFigures(db, claimant, claims, policies);
    const { openPledges, fulfilledPledges, allPledges, ...books } = await this.claimantFigures(
      db,
      claimant.id,
    );
    return claims.map(({ claimRupiah, urgent }, index) => {
      const policy = policies[index]!;
      const ownMandate = holders[index]?.id === claimant.id;
      const counts = { openPledges, fulfilledPledges, allPledges };
      const figures = { claimRupiah, urgent, ownMandate, books, ...counts, ...villages[index]! };
      const verdicts = judge(figures, policy.rules);
      return { policy, outcome: worstOf(verdicts), verdicts };
    });
  }

  private async claimantFigures(db: Sql, partnerId: string): Promise<ClaimantFigures> {
    const { rows } = await sql<ClaimantFigures>`
      select
        count(*) filter (where p.status in ('AWAITING_APPROVAL', 'PLEDGED', 'COMMITTED', 'DELIVERING'))::int
          as open_pledges,
        count(*) filter (where p.status = 'FULFILLED')::int as fulfilled_pledges,
        count(p.id)::int as all_pledges,
        coalesce(max(b.given_pending_rupiah), 0)::float8 as given_pending_rupiah,
        coalesce(max(b.given_posted_rupiah), 0)::float8 as given_posted_rupiah,
        coalesce(max(b.received_pending_rupiah), 0)::float8 as received_pending_rupiah,
        coalesce(max(b.received_posted_rupiah), 0)::float8 as received_posted_rupiah
      from (values (${partnerId}::text)) as s(id)
      left join partner_balances b on b.partner_id = s.id
      left join pledges p on p.partner_id = s.id`.execute(db);
    return rows[0]!;
  }

  private async villageFigures(
    db: Sql,
    claimant: Claimant,
    claims: readonly ClaimCase[],
    policies: readonly PolicyRow[],
  ): Promise<VillageFigures[]> {
    const asked = claims.map(({ villageId, villageCode, sectorCode }, index) => {
      const regency = villageCode.slice(0, REGENCY_CODE_LENGTH);
      const spread = policies[index]!.rules.find(({ rule }) => rule === 'SPREAD');
      return {
        index,
        village_id: villageId,
        sector_code: sectorCode,
        spread_limit: spread?.limit ?? null,
        // A full stop is followed by a slash in collation C: between them lie all codes of the regency.
        from_code: `${regency}.`,
        to_code: `${regency}/`,
      };
    });
    const { rows } = await sql<VillageFigures & { index: number }>`
      select c.index,
        v.needed_rupiah::float8 as plan_rupiah,
        (v.pledged_rupiah + v.committed_rupiah)::float8 as reserved_rupiah,
        coalesce(r.partner, 0)::float8 as partner_reserved_rupiah,
        coalesce(r.cluster, 0)::float8 as cluster_reserved_rupiah,
        case when (v.pledged_rupiah + v.committed_rupiah)::float8 / nullif(v.needed_rupiah, 0) >= c.spread_limit then (
          select min((w.pledged_rupiah + w.committed_rupiah)::float8 / w.needed_rupiah)
          from villages w where w.code > c.from_code and w.code < c.to_code and w.id <> v.id
            and w.needed_rupiah > 0 and exists (
              select from needs n where n.village_id = w.id and n.sector_code = c.sector_code
                and n.status = 'OPEN')) end as least_reserved_ratio
      from jsonb_to_recordset(${JSON.stringify(asked)}::jsonb)
        as c(index int, village_id text, sector_code text, spread_limit float8, from_code text, to_code text)
      join villages v on v.id = c.village_id
      cross join lateral (
        select sum(${reservedValue}) filter (where p.partner_id = ${claimant.id}) as partner,
          sum(${reservedValue}) filter (where s.cluster_code = ${claimant.clusterCode}) as cluster
        from pledges p join needs n on n.id = p.need_id join partners s on s.id = p.partner_id
        where p.village_id = v.id and n.status not in ('DRAFT', 'CANCELLED')) as r
      order by c.index`.execute(db);
    return rows.map(({ index: _, ...figures }) => figures);
  }
}
