import { expect, test } from '@jest/globals';
import { sql } from 'kysely';
import { figuresOf } from '../src/villages/coverage.service.ts';
import { claim, commit, publish, withdraw } from './support/acts.ts';
import { testHub } from './support/test-hub.ts';
import { buildWorld } from './support/world.ts';
import { until } from './support/until.ts';

const hub = await testHub();
const { as, villages } = await buildWorld(hub);
const partners = [as.perkim, as.dinkes, as.dindik, as.kodim, as.semen];

/** How many areas have figures, kept and on their way, that are not what their villages come to: one statement, one instant. */
async function differing(): Promise<number> {
  const { rows } = await sql<{ differing: number }>`
    select count(*)::int as differing from (values ('36'), ('36.02'), ('36.02.11'), ('36.02.11.2005'), ('36.04')) as area(code)
    cross join lateral (${figuresOf(sql`area.code`)}) as kept
    cross join lateral (
      select count(*) as villages, coalesce(sum(v.pledged_rupiah), 0) as pledged,
        coalesce(sum(v.committed_rupiah), 0) as committed, coalesce(sum(v.open_needs), 0) as open_needs,
        count(*) filter (where v.synergy = 'SINGLE_COLOUR') as single_colour
      from villages v where v.code = area.code or v.code like area.code || '.%') as summed
    where (kept.villages, kept.pledged_rupiah, kept.committed_rupiah, kept.open_needs, kept.single_colour)
      is distinct from (summed.villages, summed.pledged, summed.committed, summed.open_needs, summed.single_colour)`.execute(
    hub.services.database.reads,
  );
  return rows[0]!.differing;
}

test('the figures of areas are what their villages come to at every instant, while facts move them and folds take them in', async () => {
  const progress = { isOver: false };
  const facts = Promise.all(
    partners.map(async (partner, index) => {
      const village = Object.values(villages)[index % 2]!;
      for (let round = 0; round < 12; round += 1) {
        const need = await publish(as.coordinator, { villageId: village.id, quantity: 3 });
        const pledge = await claim(partner, need.id, 2);
        if (round % 3 === 0) await withdraw(partner, pledge.id);
        else await commit(partner, pledge.id, hub.clock.date(10));
      }
    }),
  ).finally(() => (progress.isOver = true));
  let looks = 0;
  while (!progress.isOver) {
    expect(await differing()).toBe(0);
    looks += 1;
  }
  await facts;
  expect(looks).toBeGreaterThan(5);
  expect(await differing()).toBe(0);
  await until(
    async () => (await hub.database.sql('select from area_changes limit 1')).length === 0,
    'folded changes',
  );
  expect(await differing()).toBe(0);
  await hub.expectTrueBooks();
});
