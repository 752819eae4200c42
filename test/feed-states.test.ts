import { expect, test } from '@jest/globals';
import { createSinergiClient } from '../client/sinergi-client.ts';
import type { SinergiError } from '../client/sinergi-error.ts';
import type { SubscriptionResults } from '../client/subscription-results.ts';
import {
  BalanceChangedDocument,
  PledgeFeedDocument,
  VillageBoardDocument,
  type VillageBoardSubscription,
} from '../client/operations.ts';
import { Chance } from './faults/chance.ts';
import { copyEvents } from './faults/event-copies.ts';
import { ObservedNeed } from './faults/observed-need.ts';
import { weakSockets } from './faults/weak-socket.ts';
import { claim } from './support/acts.ts';
import { take } from './support/listener.ts';
import { testHub } from './support/test-hub.ts';
import { buildWorld } from './support/world.ts';
import { until } from './support/until.ts';

const chance = new Chance();
const hub = await testHub();
const { database } = hub;
const { as, villages, partners, accounts } = await buildWorld(hub);
const { id: villageId } = villages.cimarga;
const need = await ObservedNeed.publish(as.coordinator, villageId);

type Board = VillageBoardSubscription['villageBoard'];

/** The states up to the one that shows so many claimed units. */
async function boardsUntil(
  results: SubscriptionResults<VillageBoardSubscription>,
  pledged: number,
): Promise<Board[]> {
  const boards: Board[] = [];
  while (boards.at(-1)?.needs.nodes[0]!.pledged !== pledged) {
    boards.push(...(await take(results, 1)).map(({ villageBoard }) => villageBoard));
  }
  return boards;
}

test('villageBoard shows the village at once and after each change, a burst in a few states, the last of them always', async () => {
  const board = as.auditor.subscribe(VillageBoardDocument, { villageId });
  const [now] = await boardsUntil(board, 0);
  expect(now).toMatchObject({ id: villageId, needs: { nodes: [{ id: need.id, remaining: 1000 }] } });
  await claim(as.semen, need.id, 1);
  await boardsUntil(board, 1);

  let pledged = 1;
  for (let burst = 0; burst < 3; burst += 1) {
    const begin = performance.now();
    pledged += 20;
    const claims = Array.from({ length: 20 }, () => claim(as.semen, need.id, 1));
    const boards = await boardsUntil(board, pledged);
    // Five a second, and one that was due.
    expect(boards.length).toBeLessThanOrEqual(2 + (performance.now() - begin) / 200);
    const counts = boards.map(({ needs }) => needs.nodes[0]!.pledged);
    expect(counts).toEqual(counts.toSorted((a, b) => a - b));
    await Promise.all(claims);
  }
  await board.return();
  await hub.feedsOpen(0);
});

test('a state that cannot be read ends its subscription, and nothing of it is left', async () => {
  const board = as.auditor.subscribe(VillageBoardDocument, { villageId });
  await take(board, 1);
  await database.transaction(['alter table villages rename to villages_away']);
  await copyEvents(database, need.id, 1);
  await expect(board.next()).rejects.toMatchObject({ code: 'INTERNAL_SERVER_ERROR' });
  await hub.feedsOpen(0);
  await database.transaction(['alter table villages_away rename to villages']);
  const again = as.auditor.subscribe(VillageBoardDocument, { villageId });
  await take(again, 1);
  await again.return();
});

test('a history that cannot be read for a while is gone on with afterwards', async () => {
  const lost: SinergiError[] = [];
  await hub.feedStamped();
  await database.transaction(['alter view shown.events rename to events_away']);
  const heard = need.follow(as.auditor, { onLost: (error) => lost.push(error) });
  await until(() => lost.length > 0, 'a failure');
  await database.transaction(['alter view shown.events_away rename to events']);
  expect(new Set(lost.map(({ code }) => code))).toEqual(new Set(['INTERNAL_SERVER_ERROR']));
  await need.end();
  expect(await heard).toEqual(await need.history());
});

async function readOut(results: SubscriptionResults<unknown>): Promise<void> {
  for (let ended = false; !ended;) ended = (await results.next()).done === true;
}

test('1,000 subscriptions that come and go, at every moment of their life, leave nothing behind', async () => {
  const network = weakSockets();
  const token = await hub.tokenOf(accounts.auditor);
  const client = createSinergiClient({ url: hub.url, token, webSocket: network.webSocket });
  const { cursor } = (await need.history()).at(-1)!;
  const subscribe = (index: number): SubscriptionResults<unknown> => {
    if (index % 3 === 0) {
      return client.subscribe(PledgeFeedDocument, { after: index % 2 === 0 ? cursor : null });
    }
    if (index % 3 === 1) return client.subscribe(VillageBoardDocument, { villageId });
    return client.subscribe(BalanceChangedDocument, { partnerId: partners.semen.id });
  };
  for (let round = 0; round < 10; round += 1) {
    const open = Array.from({ length: 100 }, (_, index) => subscribe(index));
    // Ended when all are open, when some are, at once, or by a connection that breaks.
    const enough = [100, chance.whole(100), 0][round % 3]!;
    await until(() => hub.services.live.readerCount >= enough, `${enough} open feeds`);
    if (round % 2 === 0) await Promise.all(open.map((results) => results.return()));
    else {
      await until(network.cut, 'a connection to be cut');
      await Promise.all(
        open.map((results) => expect(readOut(results)).rejects.toMatchObject({ code: 'CONNECTION_LOST' })),
      );
    }
    await hub.feedsOpen(0);
  }
  await client.close();
});
