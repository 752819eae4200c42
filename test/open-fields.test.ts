// What the open subscriptions of one account, or one address, may cost together at one event.
import { expect, test } from '@jest/globals';
import { followFeed } from '../client/follow-feed.ts';
import type { SinergiError } from '../client/sinergi-error.ts';
import { OpenedReaders } from './faults/opened-readers.ts';
import { RawReader } from './faults/raw-reader.ts';
import { publish } from './support/acts.ts';
import { Asker } from './support/asker.ts';
import { testHub } from './support/test-hub.ts';
import { buildWorld } from './support/world.ts';
import { until } from './support/until.ts';

const MAX = 10_000;
const hub = await testHub({
  publicRead: true,
  environment: { OPEN_FIELDS_PER_ACCOUNT: String(MAX), TRUSTED_PROXIES: '127.0.0.1' },
});
const { accounts, as, villages } = await buildWorld(hub);
const opened = new OpenedReaders(hub);

/** 4,904 fields an event, so that two may be open. */
const FIELDS = 4904;
const needs = `needs(first: 100) { nodes { ${'id '.repeat(48)} } }`;
const large = `subscription ($after: Cursor) { pledgeFeed(after: $after) { village { current { ${needs} } } } }`;
const board = `subscription ($id: ID!) { villageBoard(villageId: $id) { ${needs} } }`;
const refusal = (counted: number) => ({
  message: expect.stringContaining('end some of them first'),
  extensions: { code: 'TOO_MANY_OPERATIONS', limit: 'openFieldsPerAccount', counted, max: MAX },
});

const openStream = async (accountId: string) => {
  const leave = new AbortController();
  const response = await fetch(`${hub.url}/graphql/stream`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      authorization: `Bearer ${await hub.tokenOf(accountId)}`,
    },
    body: JSON.stringify({ query: large }),
    signal: leave.signal,
  });
  return { response, leave };
};

/** 9,902 fields: for it there is room where nothing else is open. */
const whole = `subscription ($id: ID!) { villageBoard(villageId: $id) { needs(first: 100) { nodes { ${'id '.repeat(98)} } } } }`;

/** Waits until nothing is counted any more. */
async function nothingCounted(accountId: string): Promise<void> {
  const asker = new Asker(hub.url, await hub.tokenOf(accountId));
  const asked = { query: whole, variables: { id: villages.cimarga.id } };
  await until(
    async () => (await asker.ask('websocket', asked)).errors === undefined,
    'room for all that may be open',
  );
  await hub.feedsOpen(0);
}

test('one account’s subscriptions are counted over all its connections and transports, and one too many is refused', async () => {
  const [reader, other] = [await opened.of(accounts.auditor), await opened.of(accounts.auditor)];
  const first = reader.subscribe(large);
  await hub.feedsOpen(1);
  const { leave } = await openStream(accounts.auditor);
  await hub.feedsOpen(2);
  const asker = new Asker(hub.url, await hub.tokenOf(accounts.auditor));
  for (const transport of ['websocket', 'stream'] as const) {
    const { errors } = await asker.ask(transport, large);
    expect(errors).toMatchObject([refusal(3 * FIELDS)]);
    expect(errors![0]!.extensions).not.toHaveProperty('retryAfterSeconds');
  }
  const small = other.subscribe('subscription { pledgeFeed { kind } }');
  await hub.feedsOpen(3);
  other.complete(small);
  const another = await opened.of(accounts.coordinator);
  another.subscribe(large);
  await hub.feedsOpen(3);
  reader.complete(first);
  await hub.feedsOpen(2);
  other.subscribe(large);
  await hub.feedsOpen(3);
  leave.abort();
});

test('a small subscription counts 100 fields', async () => {
  const reader = await opened.of(accounts.auditor);
  const ids = Array.from({ length: 101 }, () => '');
  const connections = [reader, await opened.of(accounts.auditor)];
  const asked = ids.map((_, index) =>
    connections[index % 2]!.subscribe('subscription { pledgeFeed { kind } }'),
  );
  await hub.feedsOpen(100);
  const refused = connections.flatMap(({ messages }) => messages.filter(({ type }) => type === 'next'));
  expect(refused).toMatchObject([{ payload: { errors: [refusal(101 * 100)] } }]);
  expect(asked).toContain(refused[0]!.id);
});

test.each<[what: string, room: number, query: string, variables: object]>([
  ['a long text', 4, `subscription { pledgeFeed { ${'kind '.repeat(700)} } }`, {}],
  ['long variables', 3, 'subscription { pledgeFeed { kind } }', { pad: 'x'.repeat(32_000) }],
])('a subscription with %s counts what it keeps', async (_, room, query, variables) => {
  const reader = await opened.of(accounts.auditor);
  for (let index = 0; index < room; index += 1) reader.subscribe(query, variables);
  await hub.feedsOpen(room);
  expect(await reader.answerTo(reader.subscribe(query, variables))).toMatchObject({
    payload: { errors: [{ extensions: { code: 'TOO_MANY_OPERATIONS', limit: 'openFieldsPerAccount' } }] },
  });
});

test('who has not signed in is counted by the network address', async () => {
  const id = villages.cimarga.id;
  const reader = await RawReader.open(hub.url, null);
  reader.subscribe(board, { id });
  reader.subscribe(board, { id });
  await hub.feedsOpen(2);
  const nobody = new Asker(hub.url, null);
  const asked = { query: board, variables: { id } };
  const { errors } = await nobody.ask('websocket', asked);
  expect(errors).toMatchObject([{ extensions: { limit: 'openFieldsPerAccount' } }]);
  const elsewhere = await nobody.ask('websocket', asked, { 'x-forwarded-for': '192.0.2.1' });
  expect(elsewhere.data).toHaveProperty('villageBoard');
  reader.socket.terminate();
  await reader.closed;
});

test('who follows the feed comes back when there is room again: those whose lines were lost may still count', async () => {
  // So that the follower has a place from which to go on.
  await publish(as.kader, { villageId: villages.cimarga.id });
  await hub.feedStamped();
  const reader = await opened.of(accounts.admin);
  const first = reader.subscribe(whole, { id: villages.cimarga.id });
  await hub.feedsOpen(1);
  const lost: SinergiError[] = [];
  const followed = followFeed(await hub.client(accounts.admin), {
    retryMs: 10,
    maxRetryMs: 10,
    onLost: (error) => lost.push(error),
  });
  const heard = followed.next();
  await until(() => lost.length > 1, 'a follower who was refused twice');
  expect(new Set(lost.map(({ code }) => code))).toEqual(new Set(['TOO_MANY_OPERATIONS']));
  reader.complete(first);
  await hub.feedsOpen(1);
  const need = await publish(as.kader, { villageId: villages.cimarga.id });
  expect((await heard).value).toMatchObject({ kind: 'NEED_PUBLISHED', need: { needId: need.id } });
  await followed.return();
});

const CYCLES = 20;
const cycles: [how: string, cycle: (accountId: string) => Promise<void>][] = [
  [
    'its reader completes it',
    async (accountId) => {
      const reader = await opened.of(accountId);
      for (const id of [reader.subscribe(large), reader.subscribe(large)]) reader.complete(id);
      await opened.breakOff(reader);
    },
  ],
  [
    'its id is used again at once',
    async (accountId) => {
      const reader = await opened.of(accountId);
      for (let turn = 0; turn < 3; turn += 1) {
        reader.subscribe(large, {}, 'same');
        reader.complete('same');
      }
      await opened.breakOff(reader);
    },
  ],
  [
    'its connection is broken off before it is open, or just then',
    async (accountId) => {
      const reader = await opened.of(accountId);
      reader.subscribe(large);
      reader.subscribe(large);
      reader.socket.close();
      await reader.closed;
    },
  ],
  [
    'its stream is left',
    async (accountId) => {
      const { leave } = await openStream(accountId);
      leave.abort();
    },
  ],
  [
    'it is refused',
    async (accountId) => {
      const reader = await opened.of(accountId);
      const refused = reader.subscribe(large, { after: 'nonsense' });
      expect(await reader.answerTo(refused)).toMatchObject({
        payload: { errors: [{ extensions: { code: 'BAD_USER_INPUT' } }] },
      });
      await opened.breakOff(reader);
    },
  ],
];

test.each(cycles)('nothing stays counted when %s', async (_, cycle) => {
  for (let turn = 0; turn < CYCLES; turn += 1) {
    await cycle(accounts.auditor);
    await nothingCounted(accounts.auditor);
  }
});

test('nothing stays counted when the hub ends it', async () => {
  for (let turn = 0; turn < 3; turn += 1) {
    const seconds = 60;
    const reader = await RawReader.open(hub.url, await hub.tokenOf(accounts.auditor, seconds));
    reader.subscribe(large);
    reader.subscribe(large);
    await hub.feedsOpen(2);
    await hub.clock.moveTo(new Date(hub.clock.now().getTime() + (seconds + 1) * 1000));
    expect((await reader.closed).code).toBe(4401);
  }
  await nothingCounted(accounts.auditor);
});

test('the hub had nothing to complain of', () => expect(hub.complaints).toEqual([]));
