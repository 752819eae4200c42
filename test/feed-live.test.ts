import { expect, test } from '@jest/globals';
import { PledgeFeedDocument } from '../client/operations.ts';
import { createSinergiClient } from '../client/sinergi-client.ts';
import type { SinergiError } from '../client/sinergi-error.ts';
import { FeedOverflow, FeedSubscription, MAX_WAITING } from '../src/feed/feed-subscription.ts';
import { Session } from '../src/platform/session.ts';
import { Chance } from './faults/chance.ts';
import { insertClaimants } from './faults/claimants.ts';
import { copyEvents, placesOf } from './faults/event-copies.ts';
import { historyOf } from './faults/feed-reading.ts';
import { ObservedNeed } from './faults/observed-need.ts';
import { weakSockets } from './faults/weak-socket.ts';
import { claim } from './support/acts.ts';
import { take } from './support/listener.ts';
import { gql } from './support/query.ts';
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

test('an event whose transaction commits late is not skipped, as a poll for higher ids would', async () => {
  const LATE = 4711;
  // Claims of one partner wait at their commit, with their event's id drawn, until the test lets them.
  await database.transaction([
    `create function wait_at_commit() returns trigger language plpgsql as
      $$ begin perform pg_advisory_xact_lock(${LATE}); return null; end $$`,
    `create constraint trigger wait_at_commit after insert on events deferrable initially deferred
      for each row when (new.partner_id = '${partners.kodim.id}') execute function wait_at_commit()`,
  ]);
  const gate = await Session.open(database.url);
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

test('a reader that falls more than 1,000 events behind gets those, then FeedOverflow with its place, and can resume there', async () => {
  const { log, tail } = hub.services;
  const need = await observe();
  const start = await log.head();
  const slow = await FeedSubscription.open(log, tail, need.filter, start);
  const first = slow.next();
  await hub.feedsOpen(1);
  await copyEvents(database, need.id, MAX_WAITING + 200);
  const got = [(await first).value!.position];
  await hub.feedsOpen(0);
  const read = async (subscription: FeedSubscription, count: number) => {
    while (got.length < count) got.push((await subscription.next()).value!.position);
  };
  await read(slow, 1 + MAX_WAITING);
  const overflow: unknown = await slow.next().catch((error: unknown) => error);
  expect(overflow).toBeInstanceOf(FeedOverflow);
  expect((overflow as FeedOverflow).position).toBe(got.at(-1));
  expect(await slow.next()).toEqual({ value: undefined, done: true });

  const resumed = await FeedSubscription.open(log, tail, need.filter, (overflow as FeedOverflow).position);
  await read(resumed, MAX_WAITING + 200);
  await resumed.return();
  expect(got).toEqual(await placesOf(database, need.id, start));
});

test('a client that stops reading is ended with FEED_OVERFLOW and the cursor from which the rest is read', async () => {
  // Long enough that what the operating system holds back is far less than what follows.
  const description = 'x'.repeat(5000);
  const text = 'abcdefgh'.replaceAll(/./g, '$&: description ');
  const heavy = gql<{ pledgeFeed: { cursor: string } }>(
    `subscription ($filter: FeedFilter, $after: Cursor) {
      pledgeFeed(filter: $filter, after: $after) { cursor need { ${text} } }
    }`,
  );
  const { id, filter, cursor } = await ObservedNeed.publish(
    as.coordinator,
    villages.cimarga.id,
    1,
    description,
  );
  const { network, client } = await weakClient();
  const feed = client.subscribe(heavy, { filter, after: cursor });
  await hub.feedsOpen(1);
  network.latest!.pause();
  await copyEvents(database, id, MAX_WAITING + 600);
  await hub.feedsOpen(0);
  network.latest!.resume();
  const cursors: string[] = [];
  const readAll = async (results: typeof feed) => {
    for await (const { pledgeFeed } of results) {
      cursors.push(pledgeFeed.cursor);
      if (cursors.length === MAX_WAITING + 600) break;
    }
  };
  const end = { code: 'FEED_OVERFLOW', errors: [{ extensions: { cursor: expect.any(String) } }] };
  const error: unknown = await readAll(feed).catch((reason: unknown) => reason);
  expect(error).toMatchObject(end);
  expect(cursors.length).toBeGreaterThan(MAX_WAITING);
  expect((error as SinergiError).errors[0]!.extensions!['cursor']).toBe(cursors.at(-1));
  await readAll(client.subscribe(heavy, { filter, after: cursors.at(-1) }));
  const history = await historyOf(as.auditor, { filter, after: cursor });
  expect(cursors).toEqual(history.map((event) => event.cursor));
  await client.close();
});
