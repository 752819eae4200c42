import type { EntitySchema } from '@mikro-orm/core';
import type { Logger } from 'pino';
import type { Meter } from './meter.ts';
import type { ReaderRights } from './reader-role.ts';

export interface DatabaseOptions {
  url: string;
  entities: EntitySchema[];
  migrationsDir: string;
  readerRights: ReaderRights;
  logger: Logger;
  writeConnections: number;
  readConnections: number;
  /** The real one when absent. */
  meter?: Meter | undefined;
}

/** Statements that are silent for longer have lost their connection; of a write, locks and work are within it. */
export const WRITE_SILENCE_MS = 20_000;
export const READ_SILENCE_MS = 30_000;
export const PROMPT_SILENCE_MS = 3000;
/**
 * A statement of a read takes no longer: it is cancelled, and the connection goes on. Less than READ_SILENCE_MS even for a
 * packet of several, and not for the hub’s own reads, such as proofs of the books.
 */
export const READ_TIMEOUT_MS = 5000;
/** What a connection has prepared ends with it. */
export const READ_LIFETIME_SECONDS = 600;
/** When the hub stops, what is under way may end until then. */
export const CLOSE_WITHIN_MS = 2000;
export const READ_ONLY = '-c default_transaction_read_only=on';
export const READ_SETTINGS = `${READ_ONLY} -c statement_timeout=${READ_TIMEOUT_MS}`;
/**
 * What the server does about a hub that is stopped or cut off amid its writes. A transaction waits for nothing but the
 * database, so one that holds locks in silence is ended. Those that queue for its locks on other connections of that
 * hub would each hold them for as long again, one after another: so they give up too, and a hub that is alive begins
 * them anew (retry.ts). To wait for a row is to wait for two locks, its queue's and its holder's, each so long; both
 * must be over when the holder is ended, or the next in the queue would have the row.
 */
export const WRITE_SETTINGS = '-c idle_in_transaction_session_timeout=5s -c lock_timeout=2s';
/** Requests of one moment share one look-up of who they are, so a few connections serve them all. */
export const ASKER_CONNECTIONS = 3;
/** Idle ones are closed before their silence would be taken for death. */
export const ASKER_IDLE_MS = 1000;
