import { type RawBuilder, sql } from 'kysely';
import type { Actor } from '../access/actor.ts';
import type { Database, Transaction } from '../platform/database.ts';
import { givenRows } from '../platform/given-rows.ts';
import {
  type Ended,
  idempotent,
  idempotentByStatements,
  type IdempotentRequest,
  idempotentTogether,
  type KeyedRequest,
  type TakenKeys,
} from '../platform/idempotency.ts';
import type { Statements } from '../platform/pipeline.ts';
import { transactionTime } from '../platform/transaction-time.ts';
import { MAX_WORD } from './audit.entity.ts';
import { type Act, contentOf } from './audit.rules.ts';

/** A change that somebody asks for. */
export interface MutationRequest<T> extends IdempotentRequest {
  actor: Actor;
  /** Ids of what was made or changed, then of what that belongs to, five at most. */
  subjects(value: T): readonly string[];
}

/** A request's name may come from outside, and must not be what the act fails on. */
const short = (word: string | null): string | null => word?.slice(0, MAX_WORD) ?? null;

const entryColumns = {
  action: 'text',
  outcome: 'text',
  actorKind: 'text',
  accountId: 'text',
  subjectIds: 'text[]',
  address: 'text',
  requestId: 'text',
  tokenId: 'text',
} as const;

function entriesOf(acts: readonly Act[]): RawBuilder<unknown> {
  const rows = acts.map((act) => {
    const { address, requestId, tokenId, ...content } = contentOf(act);
    return {
      ...content,
      address: short(address),
      requestId: short(requestId),
      tokenId: short(tokenId),
    };
  });
  return sql`
    insert into audit_pending (occurred_at, action, outcome, actor_kind, account_id, subject_ids, address, request_id,
      token_id)
    select ${transactionTime}, e.* from ${givenRows(rows, entryColumns)} as e`;
}

/** Writes an act down in the caller's own transaction, so that it and its entry are there together or not at all. */
export async function record(tx: Transaction, act: Act): Promise<void> {
  await entriesOf([act]).execute(tx.sql);
}

const actOf = <T>(request: MutationRequest<T>, value: T): Act => ({
  actor: request.actor,
  action: request.operation,
  subjectIds: request.subjects(value),
});

/** The work, and at the end of its transaction the entry of what it made. */
function noted<Tx extends Statements, T>(
  request: MutationRequest<T>,
  work: (tx: Tx, now: Date) => Promise<T>,
): (tx: Tx, now: Date) => Promise<T> {
  return async (tx, now) => {
    const value = await work(tx, now);
    tx.atEnd('noted', entriesOf([actOf(request, value)]));
    return value;
  };
}

/**
 * The one way in which somebody changes something: once per key, as `idempotent` says, and with exactly one entry in the
 * audit trail, in the same transaction. What was refused, or was answered from the first answer, leaves none. `now` is the
 * time of the transaction by the database's clock.
 */
export function mutate<T>(
  database: Database,
  request: MutationRequest<NoInfer<T>>,
  work: (tx: Transaction, now: Date) => Promise<T>,
): Promise<T> {
  return idempotent(database, request, noted(request, work));
}

/** The same in a transaction of plain statements, for what must be quick. */
export function mutateByStatements<T>(
  database: Database,
  request: MutationRequest<NoInfer<T>>,
  work: (tx: Statements, now: Date) => Promise<T>,
): Promise<T> {
  return idempotentByStatements(database, request, noted(request, work));
}

/**
 * Several changes in one transaction of plain statements, each once per key; those that were made have their own entries.
 * Null for those that `work` did not carry out.
 */
export function mutateTogether<T>(
  database: Database,
  requests: readonly (MutationRequest<NoInfer<T>> & KeyedRequest)[],
  work: (tx: Statements, taken: Promise<TakenKeys>) => Promise<readonly (Ended<T> | null)[]>,
): Promise<readonly (Ended<T> | null)[]> {
  return idempotentTogether(database, requests, async (tx, taken) => {
    const ended = await work(tx, taken);
    const acts = requests.flatMap((request, index) => {
      const end = ended[index] ?? null;
      return end !== null && 'value' in end ? [actOf(request, end.value)] : [];
    });
    if (acts.length > 0) tx.atEnd('noted', entriesOf(acts));
    return ended;
  });
}
