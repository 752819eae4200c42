import { expect, test } from '@jest/globals';
import { PledgeFeedDocument } from '../client/operations.ts';
import { createSinergiClient } from '../client/sinergi-client.ts';
import { Session } from '../src/platform/session.ts';
import { Chance } from './faults/chance.ts';
import { insertClaimants } from './faults/claimants.ts';
import { ObservedNeed } from './faults/observed-need.ts';
import { weakSockets } from './faults/weak-socket.ts';
import { claim } from './support/acts.ts';
import { take } from './support/listener.ts';
import { testHub, until } from './support/test-hub.ts';
import { buildWorld } from './support/world.ts';

const chance = new Chance();
const hub = await testHub();
const { database } = hub;
const { as, villages, partners, accounts } = await buildWorld(hub);
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
  expect(heard.map(({ pledge }) => pledge?.id).toSorted()).toEqual([...pledgeIds, undefined].toSorted());
  await hub.expectTrueBooks();
  await client.close();
});

/** What a reader of `id > last` would do, which the feed does not. */
function naivePoll() {
  let last = 0;
  return async (): Promise<number[]> => {
    const rows = await database.sql<{ id: number }>('select id from events where id > $1 order by id', [
      last,
    ]);
    last = rows.at(-1)?.id ?? last;
    return rows.map(({ id }) => id);
  };
}

/** The session that holds the gate says nothing meanwhile. */
const GATE_OPENS_WITHIN_MS = 60_000;

test('an event whose transaction commits late is not skipped, as a poll for higher ids would', async () => {
  const LATE = 4711;
  // Claims of one partner wait at their commit, with their event's id drawn, until the test lets them.
  await database.transaction([
    `create function wait_at_commit() returns trigger language plpgsql as
      $$ begin perform pg_advisory_xact_lock(${LATE}); return null; end $$`,
    `create constraint trigger wait_at_commit after insert on events deferrable initially deferred
      for each row when (new.partner_id = '${partners.kodim.id}') execute function wait_at_commit()`,
  ]);
  const gate = await Session.open(database.url, GATE_OPENS_WITHIN_MS);
  await gate.query('select pg_advisory_lock($1::bigint)', [LATE]);
  const [slow, quick] = await Promise.all([
    observe(),
    ObservedNeed.publish(as.coordinator, villages.sajira.id),
  ]);
  const filter = { needIds: [slow.id, quick.id] };
  const feed = as.auditor.subscribe(PledgeFeedDocument, { filter });
  await hub.feedsOpen(1);
  const poll = naivePoll();
  await poll();

  const early = claim(as.kodim, slow.id, 1);
  const waiting = `select from pg_locks where locktype = 'advisory' and objid = ${LATE} and not granted`;
  await until(async () => (await database.sql(waiting)).length === 1, 'a claim at its commit');
  const late = await claim(as.semen, quick.id, 1);
  const [first] = await take(feed, 1);
  expect(first!.pledgeFeed.pledge?.id).toBe(late.id);
  const polled = await poll();
  await gate.close();
  const held = await early;
  const [second] = await take(feed, 1);
  expect(second!.pledgeFeed.pledge?.id).toBe(held.id);

  const rows = await database.sql<{ id: number; pledge_id: string }>(
    'select id, pledge_id from events where pledge_id = any($1) order by position',
    [[late.id, held.id]],
  );
  const [lateRow, heldRow] = rows;
  expect(rows.map((row) => row.pledge_id)).toEqual([late.id, held.id]);
  expect(heldRow!.id).toBeLessThan(lateRow!.id);
  expect(polled).toEqual([lateRow!.id]);
  expect(await poll()).toEqual([]);
  await feed.return();
  await database.transaction(['drop trigger wait_at_commit on events', 'drop function wait_at_commit']);
});
