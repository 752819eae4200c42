import { afterAll, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { Lane, memberOf } from './balance/lane.ts';
import type { Stage } from './balance/player.ts';
import { expectSuggestions } from './balance/previews.ts';
import { seed } from './balance/seed.ts';
import { stories } from './balance/steps.ts';
import { play, traced } from './balance/story.ts';

/** `BALANCE_PREVIEWS=5000` asks for more of these stories than a usual run has time for. */
const numRuns = Number(process.env['BALANCE_PREVIEWS'] ?? 16);

const lane = await Lane.open();
afterAll(() => lane.close());

test(
  'previews never differ from the claims that follow, and suggestions are what the rules say, in that order, and pass if claimed',
  async () => {
    let suggested = 0;
    const right = fc.asyncProperty(stories, fc.nat(), async (story, which) => {
      const stage = await play(lane, story, true);
      await traced(stage, async () => {
        suggested += await expectSuggestions(stage);
        await claimTheBest(stage, which);
      });
    });
    await fc.assert(right, { seed, numRuns });
    expect(suggested).toBeGreaterThan(numRuns);
    expect(await lane.faultsInBooks()).toEqual([]);
  },
  240_000 + numRuns * 2000,
);

/** What some partner is suggested first, it really gets. */
async function claimTheBest({ model }: Stage, which: number): Promise<void> {
  const partner = model.partners[which % model.partners.length]!;
  const { nodes } = await lane.suggestions.suggest(partner.id, 1, new AbortController().signal);
  const [best] = nodes;
  if (best === undefined) return;
  const input = { needId: best.id, quantity: 1, idempotencyKey: 'the best suggestion' };
  expect(await lane.services.claims.claim(memberOf(partner), input)).toMatchObject({
    status: 'PLEDGED',
    quantity: 1,
  });
}
