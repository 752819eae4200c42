import { deepStrictEqual } from 'node:assert';
import { workerData } from 'node:worker_threads';
import fc from 'fast-check';
import { Lane } from './lane.ts';
import { stories } from './steps.ts';
import { play } from './story.ts';

/** Random stories for one thread. */
export interface Batch {
  seed: number;
  count: number;
}

/** So many at the same time, each on a database of its own, for which it waits half of the time. */
const LANES = 2;

async function playOn(seed: number, numRuns: number): Promise<void> {
  const lane = await Lane.open();
  try {
    const right = fc.asyncProperty(stories, async (story) => void (await play(lane, story)));
    await fc.assert(right, { seed, numRuns, includeErrorInReport: true });
    deepStrictEqual(await lane.faultsInBooks(), []);
  } finally {
    await lane.close();
  }
}

// Throws what is wrong: the first story that fails, as short as it can be made, or what the books tell.
const { seed, count } = workerData as Batch;
const lanes = Array.from({ length: LANES }, (_, lane) => playOn(seed + lane, Math.ceil(count / LANES)));
await Promise.all(lanes);
