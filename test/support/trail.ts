import type { TestDatabase } from './test-database.ts';

/** An entry of the audit trail as the database has it, in its place or still on its way there. */
export interface Trace {
  id: number;
  occurredAt: Date;
  action: string;
  outcome: string;
  actorKind: string;
  accountId: string | null;
  subjectIds: string[];
  address: string | null;
  requestId: string | null;
  tokenId: string | null;
}

const COLUMNS = `occurred_at as "occurredAt", action, outcome, actor_kind as "actorKind", account_id as "accountId",
  subject_ids as "subjectIds", address, request_id as "requestId", token_id as "tokenId"`;

/** All acts, in the order in which they were written. One statement, so that none is missed on its way. */
export function allTraces(database: TestDatabase): Promise<Trace[]> {
  return database.sql<Trace>(`
    select id, ${COLUMNS} from audit_pending union all select pending_id, ${COLUMNS} from audit_entries order by id`);
}

/** What an act left in the audit trail. */
export async function tracesOf(database: TestDatabase, act: () => Promise<unknown>): Promise<Trace[]> {
  const before = new Set((await allTraces(database)).map(({ id }) => id));
  await act();
  return (await allTraces(database)).filter(({ id }) => !before.has(id));
}
