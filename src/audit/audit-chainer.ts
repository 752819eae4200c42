import type { Logger } from 'pino';
import { AUDIT_LOCK } from '../platform/database.ts';
import { Session } from '../platform/session.ts';
import { CHAIN_START, type ChainHead, CONTENT_COLUMNS, hashOf } from './audit-chain.ts';
import type { ChainedContent } from './audit.rules.ts';

const POLL_MS = 250;
const BATCH = 1000;
const RECONNECT_MS = 500;
const SILENCE_MS = 3000;
const STOP_WITHIN_MS = 1000;

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
 * Gives every act its place in the chain, moments after its commit: the order is that in which acts become visible. One
 * of these runs on every node; the one whose connection holds the advisory lock chains, the others wait to inherit it.
 * The lock lives and dies with the connection that chains.
 */
export class AuditChainer {
  private readonly url: string;
  private readonly logger: Logger;
  private session: Session | null = null;
  private stopped = false;
  private wakeUp: (() => void) | null = null;
  private running: Promise<void> | null = null;

  constructor(url: string, logger: Logger) {
    this.url = url;
    this.logger = logger;
  }

  start(): void {
    this.running ??= this.run();
  }

  /** Chains once more what is pending, for a second at most. */
  async stop(): Promise<void> {
    this.stopped = true;
    this.wakeUp?.();
    const late = setTimeout(() => void this.session?.close(), STOP_WITHIN_MS);
    await this.running;
    clearTimeout(late);
  }

  private async run(): Promise<void> {
    while (!this.stopped) {
      try {
        await this.serve();
      } catch (error) {
        this.logger.warn({ err: error }, 'the audit trail could not be chained, and is tried again');
        await this.pause(RECONNECT_MS);
      }
    }
  }

  private async serve(): Promise<void> {
    const session = await Session.open(this.url, SILENCE_MS);
    this.session = session;
    try {
      // A holder that is stopped or cut off falls silent; the server then ends its session, and the lock is free.
      await session.query(`set idle_session_timeout = ${SILENCE_MS}`);
      let head: ChainHead | null = null;
      do {
        head ??= await this.inherit(session);
        const before: ChainHead | null = head;
        if (head !== null) head = await this.chain(session, head);
        const isFull = head !== null && head.position - before!.position === BATCH;
        if (!isFull) await this.pause(POLL_MS);
      } while (!this.stopped);
      if (head !== null) await this.chain(session, head);
    } finally {
      await session.close();
    }
  }

  /** The chain's end when the lock was free, and from now on is this session's. */
  private async inherit(session: Session): Promise<ChainHead | null> {
    const [row] = await session.query<{ held: boolean }>('select pg_try_advisory_lock($1) as held', [
      AUDIT_LOCK,
    ]);
    if (!row!.held) return null;
    const [head] = await session.query<ChainHead>(HEAD);
    return head ?? CHAIN_START;
  }

  /** Chains what is pending, a batch at most; answers where the chain ends now. */
  private async chain(session: Session, head: ChainHead): Promise<ChainHead> {
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

  private pause(ms: number): Promise<void> {
    if (this.stopped) return Promise.resolve();
    return new Promise((resolve) => {
      const timer = setTimeout(() => this.wakeUp?.(), ms);
      this.wakeUp = () => {
        clearTimeout(timer);
        this.wakeUp = null;
        resolve();
      };
    });
  }
}
