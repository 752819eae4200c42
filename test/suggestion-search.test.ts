import { afterAll, expect, test } from '@jest/globals';
import { SuggestionService } from '../src/balance/suggestion.service.ts';
import { newId } from '../src/platform/ids.ts';
import { defaultPolicy, Lane, memberOf, type World } from './balance/lane.ts';
import type { ModelVillage } from './balance/model.ts';
import { lockTable } from './support/held-lock.ts';

const lane = await Lane.open();
afterAll(() => lane.close());

const never = new AbortController().signal;

/** An open need without anything pledged. */
function need(village: ModelVillage, unitValue: number, quantity: number) {
  const id = newId('need');
  const what = { sector: 'market', title: id, unit: 'unit', urgent: false };
  return { ...what, id, villageId: village.id, unitValue, quantity };
}

/**
 * A partner holds exactly its share, 60%, of a village with 621 open needs: none of them passes. All of them rank before
 * the one need that does pass, whose village is better covered.
 */
async function worldOfRefusals(): Promise<{ world: World; passing: string }> {
  const { world } = await lane.newWorld();
  const [full, other] = world.villages;
  const large = need(full!, 1_000_000, 69);
  const small = Array.from({ length: 620 }, () => need(full!, 50_000, 1));
  const passing = need(other!, 1_000_000, 100);
  await lane.insertNeeds([large, ...small, passing]);
  const { claims, pledges } = lane.services;
  const [green, red] = [memberOf(world.partners[3]!), memberOf(world.partners[4]!)];
  await claims.claim(red, { needId: large.id, quantity: 60, idempotencyKey: 'sixty' });
  const { id } = await claims.claim(green, { needId: passing.id, quantity: 50, idempotencyKey: 'fifty' });
  await pledges.commit(green, { pledgeId: id, dueOn: lane.clock.date(10) });
  return { world, passing: passing.id };
}

const { world, passing } = await worldOfRefusals();
const claimant = world.partners[4]!.id;

test('a need that passes is found behind hundreds that do not', async () => {
  const { nodes, complete } = await lane.suggestions.suggest(claimant, 5, never);
  expect(nodes.map(({ id }) => id)).toEqual([passing]);
  expect(complete).toBe(true);
});

test('a search says so where its time was over before it had looked at every need', async () => {
  const { database, judge, partners, clock } = { ...lane.services, clock: lane.clock };
  const hurried = new SuggestionService(database, judge, partners, clock, 0);
  expect(await hurried.suggest(claimant, 5, never)).toEqual({ nodes: [], complete: false });
});

test('searches of one partner that ask for more and for less are each answered by the same ranking', async () => {
  const green = world.partners[3]!.id;
  const asked = [1, 7, 30, 7];
  const found = await Promise.all(asked.map((first) => lane.suggestions.suggest(green, first, never)));
  expect(found.map(({ nodes }) => nodes.length)).toEqual(asked);
  const [, , most] = found.map(({ nodes }) => nodes.map(({ id }) => id));
  for (const { nodes } of found) expect(most!.slice(0, nodes.length)).toEqual(nodes.map(({ id }) => id));
});

test('where the partner itself is past what a policy allows, no need is looked at', async () => {
  const none = { ...defaultPolicy, capacity: 0, permille: { ...defaultPolicy.permille, fulfilled: 1000 } };
  await lane.insertPolicy(world.regency, none);
  const unlock = await lockTable(lane.database, 'needs');
  expect(await lane.suggestions.suggest(claimant, 5, never)).toEqual({ nodes: [], complete: true });
  await unlock();
});
