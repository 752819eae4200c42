import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { expect, test } from '@jest/globals';
import type { Batch } from './balance/model-worker.ts';
import { seed } from './balance/seed.ts';

/**
 * Random stories of every operation by several partners, played on the hub's services and on a model that knows
 * only the rules' text (test/balance/model.ts). `BALANCE_SEQUENCES=100000 npm test -- balance-model` plays as many
 * as one has time for; `FC_SEED` repeats a run.
 *
 * They are played by threads, outside of Jest's sandbox, where the same takes half as long again.
 */
const sequences = Number(process.env['BALANCE_SEQUENCES'] ?? 1000);
const THREADS = 2;
/** A database grows with its stories, and is then left for a new one. */
const MOST_IN_A_BATCH = 500;

/** Resolves when the thread has ended, with its exit code; rejects with what it threw. */
async function played(batch: Batch): Promise<number> {
  const worker = new Worker(new URL('./balance/model-worker.js', import.meta.url), {
    workerData: batch,
    env: { ...process.env },
  });
  const [code] = (await once(worker, 'exit')) as [number];
  return code;
}

test(
  `in ${sequences} random stories the hub does what the rules say, step by step`,
  async () => {
    const size = Math.min(MOST_IN_A_BATCH, Math.ceil(sequences / THREADS));
    const batches = Array.from({ length: Math.ceil(sequences / size) }, (_, index) => ({
      seed: seed + index * 1000,
      count: size,
    }));
    const threads = Array.from({ length: THREADS }, async () => {
      for (let batch = batches.shift(); batch !== undefined; batch = batches.shift()) {
        expect(await played(batch)).toBe(0);
      }
    });
    await Promise.all(threads);
  },
  240_000 + sequences * 1000,
);
