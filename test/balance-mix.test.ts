import { afterAll, expect, test } from '@jest/globals';
import { Generator } from '../src/seed/generator.ts';
import { synergyOf } from '../src/villages/village.rules.ts';
import { deadlocksOf, worldWith } from './balance/crowd.ts';
import { Lane, type World } from './balance/lane.ts';
import { Client, type Shared } from './balance/mix.ts';
import { seed } from './balance/seed.ts';

/** `BALANCE_OPERATIONS=10000 npm test -- balance-mix` runs as many as one has time for; `FC_SEED` draws the same acts. */
const operations = Number(process.env['BALANCE_OPERATIONS'] ?? 1500);
const CLIENTS = 16;

const lane = await Lane.open(CLIENTS);
afterAll(() => lane.close());

async function expectSynergies(world: World): Promise<void> {
  const { villages, policies } = lane.services;
  const ids = world.villages.map(({ id }) => id);
  const [rows, colours] = await Promise.all([villages.byId(ids), villages.coloursOf(ids)]);
  for (const [index, row] of rows.entries()) {
    const bars = await policies.inForce(row!.code);
    expect(row!.synergy).toBe(
      synergyOf(
        colours[index]!.map(({ committedRupiah }) => committedRupiah),
        bars,
      ),
    );
  }
}

test(
  `${operations} random operations of ${CLIENTS} clients at once: no error, no deadlock, true books`,
  async () => {
    const world = await worldWith(lane, null);
    const shared: Shared = { lane, world, needs: [], pledges: [], deliveries: [], done: {}, refused: {} };
    let left = operations;
    const clients = Array.from({ length: CLIENTS }, async (_, index) => {
      const client = new Client(shared, new Generator(seed + index));
      while (left > 0) {
        left -= 1;
        await client.act();
      }
    });
    await Promise.all(clients);
    // Not a crowd of refusals only: all sorts of work were really done.
    for (const act of ['publish', 'claim', 'commit', 'report', 'verify', 'withdraw']) {
      expect([act, (shared.done[act] ?? 0) > operations / 500]).toEqual([act, true]);
    }
    await expectSynergies(world);
    expect(await deadlocksOf(lane)).toBe(0);
    expect(await lane.faultsInBooks()).toEqual([]);
  },
  60_000 + operations * 100,
);
