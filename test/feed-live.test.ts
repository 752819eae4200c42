import { expect, test } from '@jest/globals';
import { createSinergiClient } from '../client/sinergi-client.ts';
import { Chance } from './faults/chance.ts';
import { insertClaimants } from './faults/claimants.ts';
import { ObservedNeed } from './faults/observed-need.ts';
import { weakSockets } from './faults/weak-socket.ts';
import { claim } from './support/acts.ts';
import { testHub } from './support/test-hub.ts';
import { buildWorld } from './support/world.ts';
import { until } from './support/until.ts';

const chance = new Chance();
const hub = await testHub();
const { database } = hub;
const { as, villages, accounts } = await buildWorld(hub);
const members = await insertClaimants(database, 'economy', 8);
const claimants = await Promise.all(members.map((account) => hub.client(account)));

const observe = () => ObservedNeed.publish(as.coordinator, villages.cimarga.id);

async function weakClient() {
  const network = weakSockets();
  const token = await hub.tokenOf(accounts.auditor);
  const client = createSinergiClient({ url: hub.url, token, webSocket: network.webSocket });
  return { network, client };
}

test('a subscriber that is cut off 50 times during 600 concurrent claims, and resumes, hears exactly the history', async () => {
  const need = await observe();
  const { network, client } = await weakClient();
  let lost = 0;
  const onLost = () => (lost += 1);
  const follower = need.follow(client, { onLost });
  let answered = 0;
  const claims = Array.from({ length: 600 }, async (_, index) => {
    const pledge = await claim(claimants[index % 8]!, need.id, 1);
    answered += 1;
    return pledge.id;
  });
  const moments = Array.from({ length: 50 }, () => chance.whole(590)).toSorted((a, b) => a - b);
  let seen = 0;
  for (const moment of moments) {
    await until(
      () => answered >= moment && network.begun > seen,
      `claim ${moment} and a connection to be cut`,
    );
    seen = network.begun;
    await new Promise((resolve) => setTimeout(resolve, chance.whole(20)));
    network.cut();
  }
  const pledgeIds = await Promise.all(claims);
  await need.end();
  const heard = await follower;
  expect(lost).toBeGreaterThanOrEqual(50);
  expect(heard).toEqual(await need.history());
  expect(heard.map(({ pledge }) => pledge?.pledgeId).toSorted()).toEqual(
    [...pledgeIds, undefined].toSorted(),
  );
  await hub.expectTrueBooks();
  await client.close();
});
