import { createHash } from 'node:crypto';
import { sql } from 'kysely';
import { addDays } from '../kernel/calendar.ts';
import { type Problem, Refused } from '../kernel/problems.ts';
import type { Database, Transaction } from './database.ts';
import { givenRows } from './given-rows.ts';
import type { Statements } from './pipeline.ts';
import { millisecondsOf, timeOf, transactionTime } from './transaction-time.ts';

export interface IdempotentRequest {
  /** Partner or account on whose behalf it is; keys of others never meet. */
  scope: string;
  operation: string;
  /** Null for a request that gave none: it is run as it is. */
  key: string | null;
  /** What was asked for. Null and absent fields count as the same. */
  input: unknown;
}

/** A request that gave a key. */
export interface KeyedRequest extends IdempotentRequest {
  key: string;
}

/** Refusals that depend on the moment: a repeated request must hear the same one. */
const REMEMBERED = new Set<Problem['kind']>([
  'WrongState',
  'StaleVersion',
  'NotEnoughRemaining',
  'BalanceRuleBroken',
]);

/** How a request ended: what it answers, or why nothing was done. */
export type Ended<T> = { value: T } | { problems: readonly Problem[] };

const isRemembered = (problems: readonly Problem[]) => problems.every(({ kind }) => REMEMBERED.has(kind));

/** A field that is null asks for the same as one that is not there. */
function hashOf(input: unknown): string {
  const ordered = JSON.stringify(input, (_, value: unknown) => {
    if (value === null || typeof value !== 'object' || Array.isArray(value)) return value;
    const given = Object.entries(value).filter(([, one]) => one !== null);
    return Object.fromEntries(given.toSorted(([a], [b]) => (a < b ? -1 : 1)));
  });
  return createHash('sha256').update(ordered).digest('hex');
}

const takenMs = sql`${millisecondsOf(sql`created_at`)} as taken_ms`;

/** The first answer of that key, or the time at which this transaction took it. Waits for a twin in flight. */
async function take<T>(
  tx: Statements,
  request: IdempotentRequest,
): Promise<{ first: Ended<T> } | { takenAt: Date }> {
  const { scope, operation, key } = request;
  const inputHash = hashOf(request.input);
  const inserted = await sql<{ takenMs: number }>`
    insert into idempotency_keys (scope, operation, key, input_hash, created_at)
    values (${scope}, ${operation}, ${key}, ${inputHash}, ${transactionTime})
    on conflict do nothing returning ${takenMs}`.execute(tx.sql);
  const [own] = inserted.rows;
  if (own !== undefined) return { takenAt: new Date(own.takenMs) };
  const found = await sql<{ inputHash: string; answer: Ended<T> }>`
    select input_hash, answer from idempotency_keys
    where scope = ${scope} and operation = ${operation} and key = ${key}`.execute(tx.sql);
  const first = found.rows[0]!;
  if (first.inputHash !== inputHash) {
    throw new Refused({
      kind: 'IdempotencyConflict',
      path: ['input', 'idempotencyKey'],
      key: 'idempotency-conflict',
    });
  }
  return { first: first.answer };
}

interface KeyRow {
  scope: string;
  operation: string;
  key: string | null;
}
const keyColumns = { scope: 'text', operation: 'text', key: 'text' } as const;
const keyOf = ({ scope, operation, key }: IdempotentRequest): KeyRow => ({ scope, operation, key });

function remember<T>(tx: Statements, answered: readonly (readonly [IdempotentRequest, Ended<T>])[]): void {
  const rows = answered.map(([request, answer]) => ({ ...keyOf(request), answer }));
  tx.atEnd(
    'answered',
    sql`
    update idempotency_keys k set answer = g.answer
    from ${givenRows(rows, { ...keyColumns, answer: 'jsonb' })} as g
    where k.scope = g.scope and k.operation = g.operation and k.key = g.key`,
  );
}

function unwrap<T>(answer: Ended<T>): T {
  if ('problems' in answer) throw new Refused(...answer.problems);
  return answer.value;
}

/** Runs its work in one transaction, again if that lost a race: `transaction` or `statements` of a database. */
type Run<Tx> = <T>(work: (tx: Tx) => Promise<T>) => Promise<T>;
/** What is done in the transaction; `now` is its time by the database's clock. */
type Work<Tx, T> = (tx: Tx, now: Date) => Promise<T>;

/** Does the work of a request that owns its key. */
type End<Tx> = <T>(tx: Tx, work: (tx: Tx) => Promise<T>) => Promise<Ended<T>>;

async function once<Tx extends Statements, T>(
  run: Run<Tx>,
  end: End<Tx>,
  request: IdempotentRequest,
  work: Work<Tx, T>,
): Promise<T> {
  /** What the key was answered first, or is answered now. */
  const answered = async (answer: Work<Tx, Ended<T>>): Promise<T> =>
    unwrap(
      await run(async (tx) => {
        const taken = await take<T>(tx, request);
        if ('first' in taken) return taken.first;
        const made = await answer(tx, taken.takenAt);
        remember(tx, [[request, made]]);
        return made;
      }),
    );
  try {
    if (request.key === null) return await run(async (tx) => work(tx, await timeOf(tx)));
    return await answered((tx, now) => end(tx, (within) => work(within, now)));
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    const { problems } = error;
    if (request.key === null || !isRemembered(problems)) throw error;
    // The refused transaction is undone; the refusal is kept by one of its own, unless a twin was quicker.
    return answered(() => Promise.resolve({ problems }));
  }
}

/** A refusal undoes the transaction, with all that it has written. */
async function undone<Tx, T>(tx: Tx, work: (tx: Tx) => Promise<T>): Promise<Ended<T>> {
  return { value: await work(tx) };
}

/** A refusal is kept in the same transaction: the work has sent no write before it, and what it meant to write is dropped. */
async function kept<T>(tx: Statements, work: (tx: Statements) => Promise<T>): Promise<Ended<T>> {
  const writes: Parameters<Statements['atEnd']>[] = [];
  try {
    const value = await work({ ...tx, atEnd: (...write) => void writes.push(write) });
    for (const write of writes) tx.atEnd(...write);
    return { value };
  } catch (error) {
    if (!(error instanceof Refused) || !isRemembered(error.problems)) throw error;
    return { problems: error.problems };
  }
}

/**
 * Runs `work` in one transaction, once per key: the same request again answers what it answered first, a refusal
 * included, whatever happened in between. `work` returns JSON. Throws Refused, also with IdempotencyConflict.
 */
export function idempotent<T>(
  database: Database,
  request: IdempotentRequest,
  work: Work<Transaction, T>,
): Promise<T> {
  return once<Transaction, T>((body) => database.transaction(body), undone, request, work);
}

/**
 * The same in a transaction of plain statements, for what must be quick. `work` sends no write before it refuses: a
 * refusal is kept in that transaction, and costs no second one.
 */
export function idempotentByStatements<T>(
  database: Database,
  request: IdempotentRequest,
  work: Work<Statements, T>,
): Promise<T> {
  return once<Statements, T>((body) => database.statements(body), kept, request, work);
}

/** When each request took its key, by the database's clock; null for one whose key was taken before. */
export type TakenKeys = readonly (Date | null)[];

/** Takes the keys that nobody has taken. Waits for twins in flight. */
async function takeAll(tx: Statements, requests: readonly KeyedRequest[]): Promise<TakenKeys> {
  const named = (row: KeyRow) => JSON.stringify([row.scope, row.operation, row.key]);
  const rows = requests.map((request) => ({
    ...keyOf(request),
    inputHash: hashOf(request.input),
  }));
  // In one order, so that of two groups with the same keys one waits for the other, and not both.
  const ordered = rows.toSorted((a, b) => (named(a) < named(b) ? -1 : 1));
  const inserted = await sql<KeyRow & { takenMs: number }>`
    insert into idempotency_keys (scope, operation, key, input_hash, created_at)
    select g.scope, g.operation, g.key, g."inputHash", ${transactionTime}
    from ${givenRows(ordered, { ...keyColumns, inputHash: 'text' })} as g
    on conflict do nothing returning scope, operation, key, ${takenMs}`.execute(tx.sql);
  const takenAt = new Map(inserted.rows.map((row) => [named(row), new Date(row.takenMs)]));
  return rows.map((row) => {
    const at = takenAt.get(named(row)) ?? null;
    // Of twins within the group the first owns the key.
    takenAt.delete(named(row));
    return at;
  });
}

/** Gives keys back, as if they had never been taken. */
function giveBack(tx: Statements, requests: readonly KeyedRequest[]): void {
  tx.atEnd(
    'given_back',
    sql`
    delete from idempotency_keys k using ${givenRows(requests.map(keyOf), keyColumns)} as g
    where k.scope = g.scope and k.operation = g.operation and k.key = g.key`,
  );
}

/** So long a group waits for keys in flight, which may wait for others themselves. */
const GROUP_WAITS_MS = 50;

/**
 * Runs several requests in one transaction of plain statements, each with a key of its own. `work` hears which of them own
 * their keys, and answers how each ended: null for those that it did not carry out, which have left nothing, and are to be run
 * by themselves. It sends no write of a request that it refuses.
 */
export function idempotentTogether<T>(
  database: Database,
  requests: readonly KeyedRequest[],
  work: (tx: Statements, taken: Promise<TakenKeys>) => Promise<readonly (Ended<T> | null)[]>,
): Promise<readonly (Ended<T> | null)[]> {
  return database.attempt(async (tx) => {
    const taking = takeAll(tx, requests);
    const [taken, ended] = await Promise.all([taking, work(tx, taking)]);
    const answered: (readonly [IdempotentRequest, Ended<T>])[] = [];
    const left: KeyedRequest[] = [];
    for (const [index, request] of requests.entries()) {
      const end = ended[index] ?? null;
      if (end !== null && ('value' in end || isRemembered(end.problems))) answered.push([request, end]);
      else if (taken[index] !== null) left.push(request);
    }
    if (left.length > 0) giveBack(tx, left);
    if (answered.length > 0) remember(tx, answered);
    return ended;
  }, GROUP_WAITS_MS);
}

const KEPT_DAYS = 30;

/** Forgets what was asked more than 30 days ago. */
export async function forgetOldKeys(database: Database): Promise<void> {
  await database.transaction(async (tx) => {
    const before = addDays(await timeOf(tx), -KEPT_DAYS);
    await sql`delete from idempotency_keys where created_at < ${before}`.execute(tx.sql);
  });
}
