import { afterAll, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { Lane } from './balance/lane.ts';
import { seed } from './balance/seed.ts';
import { stories } from './balance/steps.ts';
import { play } from './balance/story.ts';

/**
 * Random stories of every operation by several partners, played on the hub's services and on a model that knows
 * only the rules' text (test/balance/model.ts). `BALANCE_SEQUENCES=100000 npm test -- balance-model` plays as many
 * as one has time for; `FC_SEED` repeats a run.
 */
const sequences = Number(process.env['BALANCE_SEQUENCES'] ?? 60);
const LANES = 4;
/** A database grows with its worlds, and is then left for a new one. */
const SEQUENCES_A_DATABASE = 1000;

const open = new Set<Lane>();
afterAll(async () => {
  for (const lane of open) await lane.close();
});

async function playOn(laneSeed: number, numRuns: number): Promise<void> {
  const lane = await Lane.open();
  open.add(lane);
  await fc.assert(
    fc.asyncProperty(stories, async (story) => void (await play(lane, story))),
    {
      seed: laneSeed,
      numRuns,
    },
  );
  expect(await lane.faultsInBooks()).toEqual([]);
  open.delete(lane);
  await lane.close();
}

test(
  `in ${sequences} random stories the hub does what the rules say, step by step`,
  async () => {
    const parts: number[] = [];
    for (let left = Math.ceil(sequences / LANES) * LANES; left > 0; left -= SEQUENCES_A_DATABASE) {
      parts.push(Math.min(left, SEQUENCES_A_DATABASE));
    }
    const rounds = parts.flatMap((part) => Array.from({ length: LANES }, () => Math.ceil(part / LANES)));
    const workers = Array.from({ length: LANES }, async (_, worker) => {
      for (let round = worker; round < rounds.length; round += LANES) {
        await playOn(seed + round, rounds[round]!);
      }
    });
    await Promise.all(workers);
  },
  240_000 + sequences * 1000,
);
