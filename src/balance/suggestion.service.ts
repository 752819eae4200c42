import { sql } from 'kysely';
import { partnerAskedAbout } from '../access/access.rules.ts';
import type { Reader } from '../access/reader.ts';
import type { Clock } from '../kernel/clock.ts';
import type { NeedRow } from '../needs/fact.ts';
import type { PartnerService } from '../partners/partner.service.ts';
import type { Database, Sql } from '../platform/database.ts';
import { assertPageSize } from '../platform/page.ts';
import { sqlState } from '../platform/retry.ts';
import { SharedTurns } from '../platform/shared-turns.ts';
import { claimantOf, nextCandidates, openCandidates } from './candidates.service.ts';
import type { JudgeService } from './judge.service.ts';
import { type Candidate, explained, isSuggested, type Suggestion } from './suggestion.rules.ts';

export type SuggestedNeed = NeedRow & { suggestion: Suggestion };

/** Needs whose claim of 1 would pass, best first. */
export interface SuggestedNeeds {
  nodes: SuggestedNeed[];
  /** False where the time was over before so many were found, or all had been judged: more of them may pass. */
  complete: boolean;
}

interface Search {
  partnerId: string;
  first: number;
  now: Date;
  signal: AbortSignal;
}

/** So long a search may take. */
const SEARCH_MS = 1000;
/** So many are judged in one statement at most; the first judges as many as are likely to do. */
const MAX_BATCH = 500;
/** SQLSTATE of a statement that took longer than it may. */
const OUT_OF_TIME = '57014';

/**
 * Open needs in a partner's areas whose claim of 1 would pass, best first: support to a partner it owes, then a
 * colour the village lacks, then the least covered village, then urgent, then soonest due.
 */
export class SuggestionService {
  private readonly database: Database;
  private readonly judge: JudgeService;
  private readonly partners: PartnerService;
  private readonly clock: Clock;
  private readonly searchMs: number;
  /** One search at a time for each partner. */
  private readonly turns = new SharedTurns<SuggestedNeeds>();

  /** A search may take `searchMs`. */
  constructor(
    database: Database,
    judge: JudgeService,
    partners: PartnerService,
    clock: Clock,
    searchMs = SEARCH_MS,
  ) {
    this.database = database;
    this.judge = judge;
    this.partners = partners;
    this.clock = clock;
    this.searchMs = searchMs;
  }

  /** For one's own partner, or for any when one oversees. Throws FORBIDDEN or BAD_USER_INPUT. */
  async for(
    reader: Reader,
    partnerId: string | null,
    first: number,
    signal: AbortSignal,
  ): Promise<SuggestedNeeds> {
    const partner = await this.partners.find(partnerAskedAbout(reader, partnerId), 'partnerId');
    return this.suggest(partner.id, first, signal);
  }

  /**
   * The best `first` of a partner that is there. Searches that wait for one of the same partner share the next. Throws
   * BAD_USER_INPUT for a bad page size.
   */
  async suggest(partnerId: string, first: number, signal: AbortSignal): Promise<SuggestedNeeds> {
    assertPageSize(first);
    const { nodes, complete } = await this.turns.take(partnerId, first, signal, (most, whileWanted) =>
      this.search({ partnerId, first: most, now: this.clock.now(), signal: whileWanted }),
    );
    return { nodes: nodes.slice(0, first), complete: complete || nodes.length >= first };
  }

  /** All of it sees the same moment. */
  private search(search: Search): Promise<SuggestedNeeds> {
    const deadline = performance.now() + this.searchMs;
    const reads = this.database.reads.transaction().setIsolationLevel('repeatable read');
    const found: Candidate[] = [];
    return reads.execute(async (db) => {
      const claimant = await claimantOf(db, search.partnerId);
      if (claimant === null) return { nodes: [], complete: true };
      // What was found before the time is over can still be read.
      await sql`savepoint search`.execute(db);
      const complete = await this.collect(db, search, deadline, found, () => openCandidates(db, claimant));
      if (!complete) await sql`rollback to savepoint search`.execute(db);
      await sql`set local statement_timeout to default`.execute(db);
      return { nodes: await needsOf(db, found, search.now), complete };
    });
  }

  /** Fills `found`; false where the time was over before it was full or everything had been judged. */
  private async collect(
    db: Sql,
    { partnerId, first, signal }: Search,
    deadline: number,
    found: Candidate[],
    open: () => Promise<void>,
  ): Promise<boolean> {
    const inTime = async <T>(work: () => Promise<T>): Promise<T> => {
      const left = Math.max(1, Math.ceil(deadline - performance.now()));
      await sql`set local statement_timeout = ${sql.raw(String(left))}`.execute(db);
      return work();
    };
    try {
      await inTime(open);
      for (let size = 2 * first; found.length < first; size = Math.min(2 * size, MAX_BATCH)) {
        signal.throwIfAborted();
        if (performance.now() >= deadline) return false;
        const some = await inTime(() => nextCandidates(db, size));
        const cases = some.map(({ id }) => ({ needId: id, partnerId, quantity: 1 }));
        const judged = await inTime(() => this.judge.judgeAll(db, cases));
        const passing = some.filter((_, index) => isSuggested(judged[index]!.outcome));
        found.push(...passing.slice(0, first - found.length));
        if (some.length < size) return true;
      }
      return true;
    } catch (error) {
      if (sqlState(error) !== OUT_OF_TIME || signal.aborted) throw error;
      return false;
    }
  }
}

async function needsOf(db: Sql, found: readonly Candidate[], now: Date): Promise<SuggestedNeed[]> {
  if (found.length === 0) return [];
  const ids = found.map(({ id }) => id);
  const { rows } = await sql<NeedRow>`select * from needs where id = any(${ids})`.execute(db);
  const byId = new Map(rows.map((row) => [row.id, row]));
  return found.map((one) => ({ ...byId.get(one.id)!, suggestion: explained(one, now) }));
}
