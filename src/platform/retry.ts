import { setTimeout as sleep } from 'node:timers/promises';

/**
 * SQLSTATEs of transactions that lost a race and may simply be run again: a serialisation failure, a deadlock, a lock
 * that was not had in time.
 */
const RETRYABLE = new Set(['40001', '40P01', '55P03']);
const MAX_TRIES = 8;

/** The SQLSTATE of an error of PostgreSQL, or of one that was caused by it. */
export function sqlState(error: unknown): string | undefined {
  for (let cause = error; cause instanceof Error; cause = cause.cause) {
    if ('code' in cause && typeof cause.code === 'string' && /^[0-9A-Z]{5}$/.test(cause.code)) {
      return cause.code;
    }
  }
  return undefined;
}

/** Runs `work` again when PostgreSQL ended it for one of these. */
export async function retryLostRaces<T>(work: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await work();
    } catch (error) {
      const state = sqlState(error);
      if (state === undefined || !RETRYABLE.has(state) || attempt === MAX_TRIES) throw error;
      await sleep(Math.random() * 2 ** attempt * 2);
    }
  }
}
