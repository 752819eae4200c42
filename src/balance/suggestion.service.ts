import { sql } from 'kysely';
import { partnerAskedAbout } from '../access/access.rules.ts';
import type { Reader } from '../access/reader.ts';
import { addDays, dateInBanten } from '../kernel/calendar.ts';
import type { Clock } from '../kernel/clock.ts';
import type { PartnerService } from '../partners/partner.service.ts';
import { assertPageSize } from '../platform/page.ts';
import type { Database, Sql } from '../platform/database.ts';
import type { NeedRow } from '../needs/fact.ts';
import type { JudgeService } from './judge.service.ts';

export type SuggestionReason = 'SUPPORTS_CREDITOR' | 'ADDS_COLOUR' | 'LEAST_COVERED' | 'URGENT' | 'DUE_SOON';

/** Why a need is suggested to a partner; the first reason weighs most. */
export interface Suggestion {
  reasons: SuggestionReason[];
  /** Whose mandate it falls under, when the partner owes support to it. */
  creditorId: string | null;
  /** What the village's commitments cover of its plan. */
  coverage: number;
}

export type SuggestedNeed = NeedRow & { suggestion: Suggestion };

interface Candidate extends NeedRow {
  creditorId: string | null;
  addsColour: boolean;
  coverage: number;
}

/** A partner to whom needs are suggested. */
interface Claimant {
  id: string;
  clusterCode: string;
}

/** Candidates are fetched so many at a time, and no more than this are judged in all. */
const BATCH = 100;
const MAX_JUDGED = 500;
const DUE_SOON_DAYS = 30;

/**
 * Open needs in a partner's areas whose claim of 1 would pass, best first: support to a partner it owes, then a
 * colour the village lacks, then the least covered village, then urgent, then soonest due.
 */
export class SuggestionService {
  private readonly database: Database;
  private readonly judge: JudgeService;

  private readonly partners: PartnerService;
  private readonly clock: Clock;

  constructor(database: Database, judge: JudgeService, partners: PartnerService, clock: Clock) {
    this.database = database;
    this.judge = judge;
    this.partners = partners;
    this.clock = clock;
  }

  /** For one's own partner, or for any when one oversees. Throws FORBIDDEN or BAD_USER_INPUT. */
  async for(reader: Reader, partnerId: string | null, first: number): Promise<SuggestedNeed[]> {
    assertPageSize(first);
    const partner = await this.partners.find(partnerAskedAbout(reader, partnerId), 'partnerId');
    return this.suggest(partner, first, this.clock.now());
  }

  async suggest(claimant: Claimant, first: number, now: Date): Promise<SuggestedNeed[]> {
    const db = this.database.reads;
    const passing: SuggestedNeed[] = [];
    for (let offset = 0; offset < MAX_JUDGED && passing.length < first; offset += BATCH) {
      const candidates = await this.candidates(db, claimant, offset);
      // Most pass, so that those that are asked for are found among twice as many.
      for (let from = 0; from < candidates.length && passing.length < first; from += 2 * first) {
        const some = candidates.slice(from, from + 2 * first);
        const passed = await this.passingOf(db, claimant, some);
        passing.push(...passed.slice(0, first - passing.length).map((one) => explained(one, now)));
      }
      if (candidates.length < BATCH) break;
    }
    return passing;
  }

  private async passingOf(
    db: Sql,
    claimant: Claimant,
    candidates: readonly Candidate[],
  ): Promise<Candidate[]> {
    const partnerId = claimant.id;
    const cases = candidates.map(({ id }) => ({ needId: id, partnerId, quantity: 1 }));
    const judgements = await this.judge.judgeAll(db, cases);
    return candidates.filter((_, index) => ['PASS', 'ADVISE'].includes(judgements[index]!.outcome));
  }

  /**
   * One batch of open needs, the best first. Villages are weighed once each, and holders are looked up once for each
   * village and sector of a creditor, since there may be very many needs.
   */
  private async candidates(db: Sql, claimant: Claimant, offset: number): Promise<Candidate[]> {
    const { rows } = await sql<Candidate>`
      with creditors as materialized (
        select other from (
          select supporter_id as other, amount_rupiah as owed from ledger_entries
            where holder_id = ${claimant.id} and kind = 'POST'
          union all
          select holder_id, -amount_rupiah from ledger_entries where supporter_id = ${claimant.id} and kind = 'POST'
        ) as posted group by other having sum(owed) > 0),
      near as materialized (
        select v.id, v.code, v.committed_rupiah::float8 / nullif(v.needed_rupiah, 0) as coverage,
          not exists (select from village_colours c where c.village_id = v.id
            and c.cluster_code = ${claimant.clusterCode} and c.committed_rupiah > 0) as adds_colour
        from villages v where v.open_needs > 0 and exists (
          select from partner_areas x join areas a on a.id = x.area_id
          where x.partner_id = ${claimant.id} and (v.code = a.code or v.code like a.code || '.%'))),
      mandated as materialized (
        select a.code, m.sector_code, m.partner_id, p.created_at
        from partner_mandates m join partner_areas x on x.partner_id = m.partner_id
        join areas a on a.id = x.area_id join partners p on p.id = m.partner_id
        where m.sector_code in (
          select sector_code from partner_mandates where partner_id in (select other from creditors))),
      held as materialized (
        select village_id, sector_code, partner_id from (
          select distinct on (v.id, m.sector_code) v.id as village_id, m.sector_code, m.partner_id
          from near v
          cross join lateral unnest(array[v.code, left(v.code, 8), left(v.code, 5), left(v.code, 2)]) as around (code)
          join mandated m on m.code = around.code
          order by v.id, m.sector_code, length(m.code) desc, m.created_at, m.partner_id) as holders
        where partner_id in (select other from creditors))
      select n.*, h.partner_id as creditor_id, v.adds_colour, v.coverage
      from needs n join near v on v.id = n.village_id
      left join held h on h.village_id = n.village_id and h.sector_code = n.sector_code
      where n.status = 'OPEN'
      order by h.partner_id is null, v.adds_colour desc, v.coverage, n.urgent desc, n.due_on nulls last, n.id
      limit ${BATCH} offset ${offset}`.execute(db);
    return rows;
  }
}

function explained(candidate: Candidate, now: Date): SuggestedNeed {
  const { creditorId, addsColour, coverage, ...need } = candidate;
  const soon = dateInBanten(addDays(now, DUE_SOON_DAYS));
  const reasons: SuggestionReason[] = [];
  if (creditorId !== null) reasons.push('SUPPORTS_CREDITOR');
  if (addsColour) reasons.push('ADDS_COLOUR');
  reasons.push('LEAST_COVERED');
  if (need.urgent) reasons.push('URGENT');
  if (need.dueOn !== null && need.dueOn <= soon) reasons.push('DUE_SOON');
  return { ...need, suggestion: { reasons, creditorId, coverage } };
}
