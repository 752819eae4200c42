import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { afterAll, expect, test } from '@jest/globals';
import { print } from 'graphql';
import { PledgeFeedDocument, VillageBoardDocument } from '../client/operations.ts';
import { anonymous } from '../src/access/actor.ts';
import { createLogger } from '../src/platform/logger.ts';
import { Connections } from '../src/platform/live/connections.ts';
import { copyEvents, placesOf } from './faults/event-copies.ts';
import { historyOf } from './faults/feed-reading.ts';
import { ObservedNeed } from './faults/observed-need.ts';
import { OpenedReaders } from './faults/opened-readers.ts';
import { RawReader } from './faults/raw-reader.ts';
import { claim } from './support/acts.ts';
import { insertAccount } from './support/inserts.ts';
import { TcpProxy } from './support/tcp-proxy.ts';
import { testHub } from './support/test-hub.ts';
import { buildWorld } from './support/world.ts';
import { until } from './support/until.ts';

// Readers stop reading for as long as it takes to write what they miss; their silence is the subject of another hub.
const hub = await testHub({ environment: { CONNECTIONS_PER_ACCOUNT: '12', HEARTBEAT_SECONDS: '120' } });
const { database, clock } = hub;
const { live, tail } = hub.services;
const { as, villages, partners, accounts } = await buildWorld(hub);
const query = print(PledgeFeedDocument);
const boardQuery = print(VillageBoardDocument);
/** Long enough that what the operating system holds back is far less than what follows. */
const heavyQuery = `subscription ($filter: FeedFilter, $after: Cursor) {
  pledgeFeed(filter: $filter, after: $after) { cursor need { ${'abcdefgh'.replaceAll(/./g, '$&: description ')} } }
}`;
type Heavy = { pledgeFeed: { cursor: string } };

const children = new Set<ChildProcess>();
afterAll(() => {
  for (const child of children) child.kill('SIGKILL');
});

const opened = new OpenedReaders(hub);

const observe = (description?: string) =>
  ObservedNeed.publish(as.coordinator, villages.cimarga.id, 1000, description);

test('a reader whose process is stopped costs the others nothing, and no more is kept for it than fits its bounds', async () => {
  const need = await observe('x'.repeat(5000));
  const variables = { filter: need.filter, after: need.cursor };
  const path = fileURLToPath(new URL('./faults/stopped-reader.js', import.meta.url));
  const token = await hub.tokenOf(accounts.auditor);
  const child = spawn(process.execPath, [path, hub.url, token, heavyQuery, JSON.stringify(variables)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  children.add(child);
  let printed = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (printed += text));
  await until(() => printed.includes('subscribed'), 'a subscriber');
  await hub.feedsOpen(1);
  const others = await Promise.all([opened.of(accounts.semen), opened.of(accounts.kodim)]);
  const ids = others.map((reader) => reader.subscribe(heavyQuery, variables));
  await hub.feedsOpen(3);
  child.kill('SIGSTOP');
  // Some 60 MB for each reader, in bursts of 4 MB that a quick one takes.
  for (let burst = 1; burst <= 15; burst += 1) {
    await copyEvents(database, need.id, 100);
    await until(
      () => others.every((reader, index) => reader.resultsOf(ids[index]!).length >= burst * 100),
      'the others to read on',
    );
  }
  await hub.feedsOpen(2);
  child.kill('SIGCONT');
  await once(child, 'close');
  const end = JSON.parse(printed.split('\n')[1]!) as { code: number; count: number; cursor: string };
  // What the two kernels hold for a connection, and the hub's bounded part: not all the rest of it.
  expect(end.count).toBeLessThan(500);
  // Closed for its slowness, or broken off because it did not even answer that.
  expect([4413, 1006]).toContain(end.code);
  const resumed = await opened.of(accounts.auditor);
  const rest = resumed.subscribe(heavyQuery, { ...variables, after: end.cursor });
  const places = await placesOf(database, need.id, 0);
  const history = await historyOf(as.auditor, { filter: need.filter, after: end.cursor });
  await until(() => resumed.resultsOf(rest).length >= history.length, 'the rest');
  expect(resumed.resultsOf<Heavy>(rest).map(({ pledgeFeed }) => pledgeFeed.cursor)).toEqual(
    history.map(({ cursor }) => cursor),
  );
  expect(places.length).toBe(1501);
});

test('a reader that was live and lets more than 4 MiB wait is closed with 4413, and the reason names the cursor after which it goes on', async () => {
  const need = await observe('x'.repeat(5000));
  const variables = { filter: need.filter, after: need.cursor };
  const slow = await opened.of(accounts.auditor);
  const id = slow.subscribe(heavyQuery, variables);
  await hub.feedsOpen(1);
  slow.socket.pause();
  await copyEvents(database, need.id, 600);
  await hub.feedsOpen(0);
  slow.socket.resume();
  const { code, reason } = await slow.closed;
  expect(code).toBe(4413);
  const said = JSON.parse(reason) as { code: string; cursor: string };
  const got = slow.resultsOf<Heavy>(id).map(({ pledgeFeed }) => pledgeFeed.cursor);
  expect(said).toEqual({ code: 'FEED_OVERFLOW', cursor: got.at(-1) });
  const rest = await historyOf(as.auditor, { filter: need.filter, after: said.cursor });
  const all = await historyOf(as.auditor, variables);
  expect([...got, ...rest.map(({ cursor }) => cursor)]).toEqual(all.map(({ cursor }) => cursor));
});

test('a slow reader of history is not closed: it gets all of it, page by page, as it reads', async () => {
  const need = await observe('x'.repeat(5000));
  // More than the buffers of both ends can take in, or the reader would be live before it is slow.
  await copyEvents(database, need.id, 2600);
  await hub.feedStamped();
  const slow = await opened.of(accounts.auditor);
  slow.socket.pause();
  const id = slow.subscribe(heavyQuery, { filter: need.filter, after: need.cursor });
  await hub.feedsOpen(1);
  // Live events come meanwhile, more than may wait.
  await copyEvents(database, need.id, 1100);
  await hub.feedStamped();
  slow.socket.resume();
  await until(() => slow.resultsOf(id).length >= 3700, 'all of it');
  const all = await historyOf(as.auditor, { filter: need.filter, after: need.cursor });
  expect(slow.resultsOf<Heavy>(id).map(({ pledgeFeed }) => pledgeFeed.cursor)).toEqual(
    all.map(({ cursor }) => cursor),
  );
});

test('of a board only the last state waits for a slow reader, and nobody is closed for it', async () => {
  const need = await observe();
  const reader = await opened.of(accounts.auditor);
  const id = reader.subscribe(boardQuery, { villageId: villages.cimarga.id });
  await until(() => reader.resultsOf(id).length > 0, 'the board');
  reader.socket.pause();
  await copyEvents(database, need.id, 300);
  await claim(as.semen, need.id, 7);
  reader.socket.resume();
  const pledgedOf = () => {
    const board = reader.resultsOf<{ villageBoard: { needs: { nodes: { id: string; pledged: number }[] } } }>(
      id,
    );
    return board.at(-1)!.villageBoard.needs.nodes.find((one) => one.id === need.id)?.pledged;
  };
  await until(() => pledgedOf() === 7, 'the last state');
});

test('a connection whose network has died is broken off after two heartbeats', async () => {
  const watchful = await testHub({ database, clock, environment: { HEARTBEAT_SECONDS: '1' } });
  const proxy = await TcpProxy.to(watchful.url);
  const reader = await RawReader.open(proxy.url, await watchful.tokenOf(accounts.auditor));
  reader.subscribe(query);
  await watchful.feedsOpen(1);
  proxy.silence();
  await watchful.feedsOpen(0);
  await proxy.close();
});

test('10,000 subscriptions that come and go on a few connections leave no listener behind', async () => {
  const CONNECTIONS = 5;
  const CYCLES = 10_000;
  const readers = await Promise.all(Array.from({ length: CONNECTIONS }, () => opened.of(accounts.auditor)));
  const cycle = async (reader: RawReader, index: number) => {
    const id =
      index % 3 === 0
        ? reader.subscribe(boardQuery, { villageId: villages.cimarga.id })
        : reader.subscribe(query, { filter: { needIds: index % 3 === 1 ? null : [] } });
    // Some are ended before they have begun.
    if (index % 5 === 0) await new Promise((resolve) => setImmediate(resolve));
    reader.complete(id);
    // What is sent on a connection is read in order, so this one is answered when all before it are begun.
    if (index % 40 === 0) {
      const asked = reader.subscribe('{ clusters { code } }');
      await until(() => reader.resultsOf(asked).length > 0, 'an answer');
      reader.messages.length = 0;
    }
  };
  await Promise.all(
    readers.map(async (reader) => {
      for (let index = 0; index < CYCLES / CONNECTIONS; index += 1) await cycle(reader, index);
    }),
  );
  await hub.feedsOpen(0);
  await until(() => live.groupCount === 0 && tail.topicCount === 0, 'no group and no topic');
});

test('one connection carries 100 operations at once, and the next is refused by its own error', async () => {
  const reader = await opened.of(accounts.auditor);
  const ids = Array.from({ length: 100 }, () => reader.subscribe(query));
  await hub.feedsOpen(100);
  const refused = reader.subscribe(query);
  await until(() => reader.messages.some(({ type, id }) => type === 'error' && id === refused), 'a refusal');
  expect(reader.messages.find(({ id }) => id === refused)!.payload).toMatchObject([
    { message: expect.stringContaining('100'), extensions: { code: 'TOO_MANY_OPERATIONS' } },
  ]);
  reader.complete(ids[0]!);
  await hub.feedsOpen(99);
  reader.subscribe(query);
  await hub.feedsOpen(100);
});

test('an account has so many connections and no more, and another account its own', async () => {
  const readers = await Promise.all(Array.from({ length: 12 }, () => opened.of(accounts.dinkes)));
  const refused = await opened.of(accounts.dinkes);
  expect((await refused.closed).code).toBe(4503);
  const other = await opened.of(accounts.dindik);
  expect(other.messages[0]!.type).toBe('connection_ack');
  await opened.breakOff(readers[0]!);
  await until(async () => {
    const again = await opened.of(accounts.dinkes);
    const isIn = again.socket.readyState === again.socket.OPEN;
    if (isIn) readers.push(again);
    return isIn;
  }, 'room for one more');
});

test('a hub without room for one more connection lets nobody in, and counts those who leave', () => {
  const never = () => Promise.reject(new Error('nobody asks'));
  const connections = new Connections({ most: 2, mostPerAccount: 2 }, never, clock, createLogger('silent'));
  const from = (accountId: string) => ({
    actor: { ...anonymous, accountId },
    expiresAt: null,
    address: '127.0.0.1',
    end: () => undefined,
  });
  const [one, two, three] = [from('a'), from('b'), from('c')];
  expect([connections.add(one), connections.add(two), connections.add(three)]).toEqual([true, true, false]);
  connections.remove(one);
  connections.remove(one);
  expect([connections.size, connections.hasRoom, connections.add(three)]).toEqual([1, true, true]);
});

const member = () =>
  insertAccount(database, {
    email: `member-${clock.now().getTime()}-${Math.random()}@sinergi.test`,
    roles: ['PARTNER'],
    partnerId: partners.semen.id,
  });

test.each<[what: string, change: string, code: number]>([
  ['is disabled', 'update accounts set disabled_at = now() where id = $1', 4401],
  ['loses its role', `delete from account_roles where account_id = $1`, 4403],
  ['gets another role', `insert into account_roles (account_id, role) values ($1, 'AUDITOR')`, 4403],
])('the feed of an account that %s is closed', async (_, change, code) => {
  const account = await member();
  const reader = await opened.of(account);
  reader.subscribe(query);
  await hub.feedsOpen(1);
  await database.sql(change, [account]);
  expect((await reader.closed).code).toBe(code);
  await hub.feedsOpen(0);
});

test('the feed of a token that expires is closed, on WebSocket and stream', async () => {
  const token = await hub.tokenOf(accounts.auditor, 3600);
  const reader = await RawReader.open(hub.url, token);
  reader.subscribe(query);
  const stream = await fetch(`${hub.url}/graphql/stream`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    body: JSON.stringify({ query }),
  });
  await hub.feedsOpen(2);
  await clock.moveTo(new Date(clock.now().getTime() + 3_601_000));
  expect((await reader.closed).code).toBe(4401);
  expect(await stream.text()).toContain('UNAUTHENTICATED');
  await hub.feedsOpen(0);
});

test('the hub had nothing to complain of', () => expect(hub.complaints).toEqual([]));
