import { sql } from 'kysely';
import type { Database } from '../platform/database.ts';
import { catalogueProof, fixNames } from './catalogue.service.ts';
import { eventProofs } from './event-proofs.service.ts';
import { figureProofs } from './figure-proofs.service.ts';
import type { Breach, Proof } from './proof.service.ts';
import { columnsOf } from './row-json.service.ts';

export interface ProofResult {
  name: string;
  breaches: Breach[];
  /** The number of all breaches; `breaches` holds the first 20. */
  count: number;
}

const SHOWN = 20;

/** Called as each proof begins: its name, its place from 1, and the number of proofs. */
export type ProofListener = (name: string, place: number, of: number) => void;

/**
 * Proves the books from the facts, one proof after the other, over one snapshot of the database, so that a hub
 * at work causes no false alarm. PostgreSQL computes the sums, and sorts and groups on disk what does not fit its
 * work_mem; only the first breaches are read. So memory does not grow with the database.
 */
export async function* verifyBooks(
  database: Database,
  begins: ProofListener = () => undefined,
): AsyncGenerator<ProofResult> {
  const snapshot = await database.systemReads
    .startTransaction()
    .setIsolationLevel('repeatable read')
    .execute();
  try {
    await fixNames(snapshot);
    const proofs: Proof[] = [
      await catalogueProof(),
      ...figureProofs,
      ...eventProofs(await columnsOf(snapshot, ['needs', 'pledges', 'deliveries'])),
    ];
    for (const [index, { name, breaches }] of proofs.entries()) {
      begins(name, index + 1, proofs.length);
      const { rows } = await sql<Breach & { count: number }>`
        select key, expected, found, count(*) over () as count from (${breaches}) as b
        order by key limit ${SHOWN}`.execute(snapshot);
      yield { name, breaches: rows.map(({ count: _, ...breach }) => breach), count: rows[0]?.count ?? 0 };
    }
  } finally {
    await snapshot.rollback().execute();
  }
}
