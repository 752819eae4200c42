import { AUDIT_LOCK } from '../platform/locks.ts';
import type { LockedWork } from '../platform/locked-loop.ts';
import type { Session } from '../platform/session.ts';
import { CHAIN_START, type ChainHead, CONTENT_COLUMNS, hashOf } from './audit-chain.ts';
import type { ChainedContent } from './audit.rules.ts';

const BATCH = 1000;

const HEAD = 'select position::float8 as position, hash from audit_entries order by position desc limit 1';

const PENDING = `select id::float8 as "pendingId", ${CONTENT_COLUMNS} from audit_pending order by id limit ${BATCH}`;

const COLUMNS =
  'occurred_at, action, outcome, actor_kind, account_id, subject_ids, address, request_id, token_id';

/**
 * Moves what is pending to its places, all of it or, when a row is no longer there, nothing: rows that leave without a
 * place are refused by the database. $1: ids, $2: hashes, $3: the place before the first.
 */
const MOVE = `
  with given as (
    select * from unnest($1::bigint[], $2::text[]) with ordinality as one(pending_id, hash, place)),
  gone as (delete from audit_pending using given where audit_pending.id = given.pending_id returning audit_pending.*)
  insert into audit_entries (position, pending_id, ${COLUMNS}, hash)
  select $3::bigint + given.place, given.pending_id, ${COLUMNS}, given.hash
  from gone join given on given.pending_id = gone.id
  where (select count(*) from gone) = cardinality($1::bigint[])`;

/**
 * Gives every act its place in the chain, moments after its commit: the order is that in which acts become visible.
 */
export function chainAudit(): LockedWork {
  let head = CHAIN_START;
  return {
    lock: AUDIT_LOCK,
    name: 'the audit trail’s chain',
    async inherit(session) {
      const [last] = await session.query<ChainHead>(HEAD);
      head = last ?? CHAIN_START;
    },
    async turn(session) {
      const next = await chain(session, head);
      const isFull = next.position - head.position === BATCH;
      head = next;
      return isFull;
    },
  };
}

/** Chains what is pending, a batch at most; answers where the chain ends now. */
async function chain(session: Session, head: ChainHead): Promise<ChainHead> {
  const pending = await session.query<Omit<ChainedContent, 'position'>>(PENDING);
  if (pending.length === 0) return head;
  let { position, hash } = head;
  const hashes: string[] = [];
  for (const content of pending) {
    position += 1;
    hash = hashOf({ ...content, position }, hash);
    hashes.push(hash);
  }
  const ids = pending.map(({ pendingId }) => pendingId);
  await session.query(MOVE, [ids, hashes, head.position]);
  return { position, hash };
}
