import { expect, test } from '@jest/globals';
import pg from 'pg';
import { claim, commit, publish, report } from './support/acts.ts';
import { gql } from './support/query.ts';
import { testHub } from './support/test-hub.ts';
import { buildWorld, type Person } from './support/world.ts';

/**
 * Somebody who may not change a thing is refused before anything is locked. All rows are held by another transaction here: a
 * refusal that had to wait for one of them would never come.
 */
const hub = await testHub();
const { as, villages } = await buildWorld(hub);
const today = hub.clock.date();
const need = await publish(as.kader, { villageId: villages.cimarga.id, quantity: 100, unitValue: 1000 });
const pledged = await claim(as.semen, need.id, 1);
const committed = await commit(as.semen, (await claim(as.semen, need.id, 5)).id, today);
const delivery = await report(as.semen, committed.id, 2, today);

const newNeed = `villageId: "${villages.cimarga.id}", sector: "sanitation", title: "Jamban", unit: "unit", unitValue: 1, quantity: 1`;
const acts: [mutation: string, input: string, by: Person][] = [
  ['publishNeed', newNeed, 'auditor'],
  ['draftNeed', newNeed, 'kaderTunjungTeja'],
  ['updateNeed', `needId: "${need.id}", version: 1, title: "Sumur"`, 'semen'],
  ['cancelNeed', `needId: "${need.id}", reason: "x"`, 'coordinatorSerang'],
  ['withdrawPledge', `pledgeId: "${pledged.id}", reason: "x"`, 'kodim'],
  ['commitPledge', `pledgeId: "${pledged.id}", dueOn: "${today}"`, 'auditor'],
  ['approvePledge', `pledgeId: "${pledged.id}", reason: "x"`, 'coordinatorSerang'],
  ['declinePledge', `pledgeId: "${pledged.id}", reason: "x"`, 'kader'],
  [
    'reportDelivery',
    `pledgeId: "${committed.id}", quantity: 1, deliveredOn: "${today}", idempotencyKey: "r"`,
    'kodim',
  ],
  ['verifyDelivery', `deliveryId: "${delivery.id}"`, 'kaderTunjungTeja'],
  ['disputeDelivery', `deliveryId: "${delivery.id}", reason: "x"`, 'semen'],
];

test.each(acts)('%s of a stranger waits for no lock', async (mutation, input, by) => {
  const holder = new pg.Client({ connectionString: hub.database.url });
  await holder.connect();
  try {
    await holder.query('begin');
    for (const table of ['needs', 'villages', 'pledges', 'deliveries', 'partners', 'partner_balances']) {
      await holder.query(`select from ${table} for update`);
    }
    const answer = await as[by].request(
      gql<Record<string, { problems: { __typename: string }[] }>>(
        `mutation { ${mutation}(input: { ${input} }) { problems { __typename } } }`,
      ),
    );
    expect(answer[mutation]!.problems).toEqual([{ __typename: 'Forbidden' }]);
  } finally {
    await holder.end();
  }
});
