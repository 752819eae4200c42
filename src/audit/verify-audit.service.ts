import { sql } from 'kysely';
import type { Database, Sql } from '../platform/database.ts';
import { CHAIN_START, type ChainHead, CONTENT_COLUMNS, hashOf } from './audit-chain.ts';
import type { ChainedContent } from './audit.rules.ts';

/** The first place at which the chain is not what it was. */
export interface ChainFault {
  /**
   * MISSING: no entry has this place, and others come after it. ALTERED: its hash is not that of its content and of the
   * entry before it. REWRITTEN: it is not the entry whose hash was kept elsewhere. CUT_OFF: the chain once had this
   * place, and ends before it.
   */
  kind: 'MISSING' | 'ALTERED' | 'REWRITTEN' | 'CUT_OFF';
  position: number;
}

export interface ChainReport {
  fault: ChainFault | null;
  /** The last entry that was found true, which stands for all before it. */
  head: ChainHead;
  /** Acts that have no place in the chain yet. */
  pending: number;
}

type StoredEntry = ChainedContent & { hash: string };

const BATCH = 2000;

/** All entries by their places, a batch at a time. */
async function* entriesOf(snapshot: Sql): AsyncGenerator<StoredEntry> {
  let after = 0;
  while (true) {
    const { rows } = await sql<StoredEntry>`
      select position, pending_id, hash, ${sql.raw(CONTENT_COLUMNS)} from audit_entries
      where position > ${after} order by position limit ${BATCH}`.execute(snapshot);
    yield* rows;
    if (rows.length < BATCH) return;
    after = rows.at(-1)!.position;
  }
}

/** What is wrong with `entry` as the next one after `head`. */
function faultOf(entry: StoredEntry, head: ChainHead, kept: ReadonlyMap<number, string>): ChainFault | null {
  const position = head.position + 1;
  if (entry.position !== position) return { kind: 'MISSING', position };
  if (hashOf(entry, head.hash) !== entry.hash) return { kind: 'ALTERED', position };
  const keptHash = kept.get(position);
  if (keptHash !== undefined && keptHash !== entry.hash) return { kind: 'REWRITTEN', position };
  return null;
}

/**
 * Proves the audit trail from its first entry to its last, over one snapshot of the database, a batch at a time, and
 * stops at the first fault. Heads that were kept elsewhere prove what the chain cannot prove by itself: that nobody
 * wrote it anew, and that its end is still there. `counts` hears how many entries were proved so far.
 */
export async function verifyAudit(
  database: Database,
  keptHeads: readonly ChainHead[] = [],
  counts: (proved: number) => void = () => undefined,
): Promise<ChainReport> {
  const kept = new Map(keptHeads.map(({ position, hash }) => [position, hash]));
  const snapshot = await database.systemReads
    .startTransaction()
    .setIsolationLevel('repeatable read')
    .execute();
  try {
    const waiting = await sql<{ count: number }>`select count(*) as count from audit_pending`.execute(
      snapshot,
    );
    const pending = waiting.rows[0]!.count;
    let head = CHAIN_START;
    for await (const entry of entriesOf(snapshot)) {
      const fault = faultOf(entry, head, kept);
      if (fault !== null) return { fault, head, pending };
      const { position, hash } = entry;
      head = { position, hash };
      counts(position);
    }
    const isCutOff = Math.max(0, ...kept.keys()) > head.position;
    return { fault: isCutOff ? { kind: 'CUT_OFF', position: head.position + 1 } : null, head, pending };
  } finally {
    await snapshot.rollback().execute();
  }
}
