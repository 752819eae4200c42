import { expect, test } from '@jest/globals';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { print } from 'graphql';
import { type FeedEvent, FeedRestored, followFeed, type Following } from '../client/follow-feed.ts';
import {
  AuditTrailDocument,
  FeedDocument,
  PledgeFeedDocument,
  VillageBoardDocument,
} from '../client/operations.ts';
import type { SinergiClient } from '../client/sinergi-client.ts';
import { SinergiError } from '../client/sinergi-error.ts';
import { historyOf, lastCursor } from './faults/feed-reading.ts';
import { cursors, errorOf, take } from './faults/feed-trial.ts';
import { type HistoryHub, RestoredHubs } from './faults/restored-hubs.ts';
import { until } from './support/until.ts';

const hubs = await RestoredHubs.begin();
const { original, world } = hubs;

/** Where an error says that both histories agree; the error itself when it says something else. */
function sharedIn(error: unknown): unknown {
  if (!(error instanceof SinergiError) || error.code !== 'FEED_RESTORED') return error;
  return error.errors[0]!.extensions!['position'];
}

const askedAfter = (as: SinergiClient, after: string, latest = false) =>
  errorOf(as.request(FeedDocument, { after, latest }));

async function subscribedAfter(as: SinergiClient, after: string): Promise<unknown> {
  const results = as.subscribe(PledgeFeedDocument, { after });
  return errorOf(results.next()).finally(() => results.return());
}

/** The same over a stream, as a reader that comes back. */
async function streamedAfter({ hub }: HistoryHub, after: string): Promise<unknown> {
  const token = await hub.tokenOf(world.accounts.auditor);
  const response = await fetch(`${hub.url}/graphql/stream`, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${token}`,
      'content-type': 'application/json',
      accept: 'text/event-stream',
      'last-event-id': after,
    },
    body: JSON.stringify({ query: print(PledgeFeedDocument) }),
  });
  const [, data] = /^data: (.*)$/m.exec(await response.text())!;
  const { errors } = JSON.parse(data!) as { errors: { extensions: { code: string; position: number } }[] };
  return errors[0]!.extensions.code === 'FEED_RESTORED' ? errors[0]!.extensions.position : errors;
}

/** What every cursor of a history is answered elsewhere: null where it is good, or the position that it is sent back to. */
async function answersTo(events: readonly FeedEvent[], at: HistoryHub): Promise<unknown[]> {
  const answers: unknown[] = [];
  for (const { cursor } of events) {
    const error = await errorOf(at.auditor.request(FeedDocument, { after: cursor, first: 1 }));
    const isAnswered = error instanceof Error && error.message.startsWith('it was answered');
    answers.push(isAnswered ? null : sharedIn(error));
  }
  return answers;
}

/** Follows everything, keeps what stands, and notes where it was sent back to. */
function keepBooks(as: SinergiClient, more: Following = {}) {
  const kept: FeedEvent[] = [];
  const sentBackTo: number[] = [];
  const lost: string[] = [];
  const leave = new AbortController();
  const following = {
    retryMs: 1,
    maxRetryMs: 50,
    signal: leave.signal,
    onLost: ({ code }: SinergiError) => void lost.push(code),
    onRestored: ({ position }: FeedRestored) => {
      sentBackTo.push(position);
      kept.splice(0, kept.length, ...kept.filter((event) => event.position <= position));
    },
    ...more,
  };
  const running = (async () => {
    for await (const event of followFeed(as, following)) kept.push(event);
  })();
  return { kept, sentBackTo, lost, stop: () => (leave.abort(), running) };
}

/** The last state of a village's board, through the failures of its subscription. */
function watchBoard(as: SinergiClient, villageId: string) {
  const watching: { shown: string | null; stop(): Promise<void> } = { shown: null, stop: () => running };
  const leave = new AbortController();
  const watch = async (): Promise<void> => {
    const results = as.subscribe(VillageBoardDocument, { villageId });
    leave.signal.addEventListener('abort', () => void results.return());
    try {
      for await (const { villageBoard } of results) watching.shown = JSON.stringify(villageBoard);
    } catch (error) {
      if (!(error instanceof SinergiError)) throw error;
    }
    await nextTurn();
    if (!leave.signal.aborted) await watch();
  };
  const running = watch();
  watching.stop = () => (leave.abort(), running);
  return watching;
}

test('after a restore to an earlier point, a cursor of what was lost is sent back to the last shared position, however far the feed has gone on, on every way; all others are good', async () => {
  await original.claimTimes(10);
  const backup = await hubs.backUp();
  const fork = await original.head();
  await original.claimTimes(65);
  const lostHistory = await historyOf(original.auditor);
  const last = lostHistory.at(-1)!.cursor;
  const restored = await hubs.restore(backup);

  const expected = lostHistory.map(({ position }) => (position > fork ? fork : null));
  expect(await answersTo(lostHistory, restored)).toEqual(expected);
  for (const claims of [0, 115]) {
    await restored.claimTimes(claims);
    const { auditor } = restored;
    expect(sharedIn(await askedAfter(auditor, last))).toBe(fork);
    expect(sharedIn(await askedAfter(auditor, last, true))).toBe(fork);
    expect(sharedIn(await subscribedAfter(auditor, last))).toBe(fork);
    expect(await streamedAfter(restored, last)).toBe(fork);
  }
  expect(await answersTo(lostHistory, restored)).toEqual(expected);

  // Who goes on from where he is sent has the restored history, whole.
  const error = (await errorOf(restored.auditor.request(FeedDocument, { after: last }))) as SinergiError;
  const { cursor } = error.errors[0]!.extensions as { cursor: string };
  const whole = [...lostHistory.slice(0, fork), ...(await historyOf(restored.auditor, { after: cursor }))];
  expect(whole).toEqual(await historyOf(restored.auditor));

  // And the other way: the first database is there again after all.
  const newHistory = await historyOf(restored.auditor);
  expect(await answersTo(newHistory, original)).toEqual(
    newHistory.map(({ position }) => (position > fork ? fork : null)),
  );
});

test('so does a cursor of the audit trail whose entry was lost; those of entries that both have are good', async () => {
  const acts = async (at: HistoryHub, first: number, after?: string) =>
    (await at.auditor.request(AuditTrailDocument, { first, after })).auditTrail;
  await original.hub.actsChained();
  const [last] = (await acts(original, 1)).nodes;
  const shared = (await acts(original, 1)).pageInfo.endCursor!;
  const backup = await hubs.backUp();
  await original.claimTimes(3);
  await original.hub.actsChained();
  const lost = (await acts(original, 1)).pageInfo.endCursor!;
  const restored = await hubs.restore(backup);
  await restored.claimTimes(5);
  await restored.hub.actsChained();
  expect(await errorOf(acts(restored, 1, lost))).toMatchObject({ code: 'AUDIT_RESTORED' });
  const before = (await acts(restored, 1, shared)).nodes;
  expect(before).toMatchObject([{ position: last!.position - 1 }]);
});

test('a restore that loses nothing disturbs nobody', async () => {
  const before = await historyOf(original.auditor);
  const restored = await hubs.restore(await hubs.backUp());
  expect(await answersTo(before, restored)).toEqual(before.map(() => null));
  const books = keepBooks(restored.auditor, { after: before.at(-1)!.cursor });
  await restored.claimTimes(5);
  await until(() => books.kept.length === 5, 'five events');
  await books.stop();
  expect([...before, ...books.kept]).toEqual(await historyOf(restored.auditor));
  expect(books.kept[0]!.previousCursor).toBe(before.at(-1)!.cursor);
  expect(books.sentBackTo).toEqual([]);
});

test('a follower whose hub was restored goes back to the last shared position, and then has what the feed has', async () => {
  const fork = await original.head();
  const backup = await hubs.backUp();
  await original.claimTimes(7);
  const start = await historyOf(original.auditor);
  const restored = await hubs.restore(backup);
  const books = keepBooks(restored.auditor, { after: start.at(-1)!.cursor });
  books.kept.push(...start);
  await restored.claimTimes(12);
  const history = await historyOf(restored.auditor);
  await until(() => books.kept.length === history.length, 'the restored history');
  await books.stop();
  expect(books.kept).toEqual(history);
  expect(books.sentBackTo).toEqual([fork]);

  const alone = followFeed(restored.auditor, { after: start.at(-1)!.cursor });
  const error = await errorOf(alone.next());
  expect(error).toBeInstanceOf(FeedRestored);
  expect(error).toMatchObject({ code: 'FEED_RESTORED', position: fork, cursor: history[fork - 1]!.cursor });
});

test('a failover that loses nothing disturbs no live reader', async () => {
  const start = await historyOf(original.auditor);
  const books = keepBooks(original.auditor, { after: start.at(-1)!.cursor });
  await original.hub.feedsOpen(1);
  for (let times = 0; times < 3; times += 1) {
    await original.claimTimes(3);
    // All connections are broken, and the relay begins anew.
    await hubs.backUp();
  }
  await original.claimTimes(3);
  await until(() => books.kept.length === 12, 'all events');
  await books.stop();
  expect([...start, ...books.kept]).toEqual(await historyOf(original.auditor));
  expect(books.sentBackTo).toEqual([]);
});

test('a failover that loses commits sends the live readers back that have heard of them, and no others; states are shown anew', async () => {
  const { hub, auditor, filter, villageId } = original;
  const elsewhere = await original.tellElsewhere(world.as.coordinator, world.villages.sajira.id);
  const start = await historyOf(auditor);
  const fork = start.length;
  const books = keepBooks(auditor, { after: start.at(-1)!.cursor });
  const narrow = keepBooks(auditor, { filter: { needIds: [elsewhere] }, after: start.at(-1)!.cursor });
  const board = watchBoard(auditor, villageId);
  await hub.feedsOpen(3);
  await until(() => board.shown !== null, 'the board');
  const { shown } = board;
  const backup = await hubs.backUp();
  await original.claimTimes(9);
  await until(() => books.kept.length === 9, 'what is going to be lost');
  await until(() => board.shown !== shown, 'the board with what is going to be lost');

  await hub.database.changeWith(backup);
  await until(() => books.sentBackTo.length > 0, 'a reader that is sent back');
  expect(books.sentBackTo).toEqual([fork]);
  expect(books.kept).toEqual([]);
  await until(() => board.shown === shown, 'the board as it was');
  await board.stop();

  await original.claimTimes(20);
  const history = await historyOf(auditor);
  await until(() => books.kept.length === 20, 'the events of the restored feed');
  expect(books.kept).toEqual(history.slice(fork));
  await books.stop();
  await narrow.stop();
  expect(narrow.sentBackTo).toEqual([]);
  expect(cursors(await historyOf(auditor, { filter, after: start.at(-1)!.cursor }))).toEqual(
    cursors(history.slice(fork)),
  );
});

test('a cursor is short enough to be told in the reason of a close, and one of an older version is refused', async () => {
  for (const { cursor } of await historyOf(original.auditor)) expect(cursor.length).toBeLessThanOrEqual(84);
  const old = Buffer.from('feed:5349').toString('base64url');
  expect(await askedAfter(original.auditor, old)).toMatchObject({ code: 'BAD_USER_INPUT' });
  expect(await lastCursor(original.auditor)).not.toBeNull();
  const events = followFeed(original.auditor, { after: old });
  expect(await errorOf(take(events, 1))).toMatchObject({ code: 'BAD_USER_INPUT' });
});
