import { runInNewContext } from 'node:vm';
import { describe, expect, test } from '@jest/globals';
import { build } from 'esbuild';
import { type FeedEvent, FeedGap, type followFeed } from '../client/follow-feed.ts';
import type { createSinergiClient } from '../client/sinergi-client.ts';
import { Chance } from './faults/chance.ts';
import { copyEvents } from './faults/event-copies.ts';
import { cursors, errorOf, FeedTrial, follow, take } from './faults/feed-trial.ts';
import { weakSockets } from './faults/weak-socket.ts';
import { TcpProxy } from './support/tcp-proxy.ts';
import { until } from './support/until.ts';

interface Sinergi {
  createSinergiClient: typeof createSinergiClient;
  followFeed: typeof followFeed;
}

const chance = new Chance();
const trial = await FeedTrial.begin();

describe('a followed feed tells every event once, in order,', () => {
  test('through 30 cuts', async () => {
    const need = await trial.observe();
    const network = weakSockets();
    const { events, lost } = follow(trial.clientOf({ webSocket: network.webSocket }), need);
    const heard: FeedEvent[] = [];
    for (let cut = 0; cut < 30; cut += 1) {
      const more = 1 + chance.whole(4);
      const claims = trial.claimTimes(need, more);
      // Somewhere amid what is being told.
      heard.push(...(await take(events, chance.whole(more + 1))));
      network.cut();
      await claims;
      heard.push(...(await take(events, (await need.history()).length - heard.length)));
    }
    await events.return();
    expect(cursors(heard)).toEqual(cursors(await need.history()));
    expect(lost.length).toBeGreaterThanOrEqual(20);
    expect(new Set(lost)).toEqual(new Set(['CONNECTION_LOST']));
  });

  test.each([
    [1000, '', 'CONNECTION_LOST'],
    [1001, 'The hub is stopping; connect again.', 'CONNECTION_LOST'],
    [1011, '', 'CONNECTION_LOST'],
    [4403, 'Your permissions have changed; connect again.', 'PERMISSIONS_CHANGED'],
    [4413, '{"code":"FEED_OVERFLOW","cursor":"ZmVlZDox"}', 'FEED_OVERFLOW'],
    [4503, 'Too many connections; try again later.', 'CONNECTION_LOST'],
  ])('when the hub closes with %d %s', async (code, reason, told) => {
    const need = await trial.observe();
    const { proxy, client } = await trial.throughProxy();
    const { events, lost } = follow(client, need);
    await trial.claimTimes(need, 1);
    const heard = await take(events, 1);
    proxy.sever(code, reason);
    await trial.claimTimes(need, 2);
    heard.push(...(await take(events, 2)));
    await events.return();
    expect(cursors(heard)).toEqual(cursors(await need.history()));
    expect(lost).toEqual([told]);
    expect(proxy.begunAfter).toEqual([need.cursor, heard[0]!.cursor]);
  });

  test('when the wire dies without a word', async () => {
    const need = await trial.observe();
    const wire = trial.kept(await TcpProxy.to(trial.hub.url));
    const { events, lost } = follow(trial.clientOf({ url: wire.url, silenceMs: 200 }), need);
    await trial.claimTimes(need, 1);
    const heard = await take(events, 1);
    wire.silence();
    await trial.claimTimes(need, 1);
    heard.push(...(await take(events, 1)));
    await events.return();
    expect(cursors(heard)).toEqual(cursors(await need.history()));
    expect(lost).toContain('CONNECTION_LOST');
  });

  test('when nobody is there at the beginning, or nobody answers', async () => {
    const need = await trial.observe();
    const wire = await TcpProxy.to(trial.hub.url);
    await wire.close();
    const { events, lost } = follow(trial.clientOf({ url: wire.url, silenceMs: 200 }), need, { after: null });
    const first = events.next();
    await until(() => lost.length >= 3, 'three tries');
    expect(new Set(lost)).toEqual(new Set(['UNREACHABLE']));
    await events.return();
    expect(await first).toEqual({ value: undefined, done: true });
  });

  test('to a reader so slow that the rest has to stay with the hub', async () => {
    const need = await trial.observe();
    const { proxy, client } = await trial.throughProxy();
    const { events, lost } = follow(client, need);
    await copyEvents(trial.hub.database, need.id, 2500);
    const heard = await take(events, 1);
    await trial.hub.feedStamped();
    // What the hub has sent comes in while the reader is busy with the first event.
    await until(() => proxy.completed > 0, 'a client that has had enough');
    heard.push(...(await take(events, 2499)));
    await events.return();
    expect(cursors(heard)).toEqual(cursors(await need.history()));
    expect(lost[0]).toBe('FEED_OVERFLOW');
  });
});

describe('a gap', () => {
  test('is found by the event before, and filled from the last cursor', async () => {
    const need = await trial.observe();
    const { proxy, client } = await trial.throughProxy();
    proxy.drops = (_, index) => index === 2;
    const { events, lost } = follow(client, need);
    await trial.claimTimes(need, 6);
    const heard = await take(events, 6);
    await events.return();
    expect(cursors(heard)).toEqual(cursors(await need.history()));
    expect(lost).toEqual(['FEED_GAP']);
    expect(proxy.begunAfter).toEqual([need.cursor, heard[1]!.cursor]);
  });

  test('is found at the very first event', async () => {
    const need = await trial.observe();
    const { proxy, client } = await trial.throughProxy();
    proxy.drops = (_, index) => index === 0;
    const { events, lost } = follow(client, need);
    await trial.claimTimes(need, 2);
    expect(cursors(await take(events, 2))).toEqual(cursors(await need.history()));
    await events.return();
    expect(lost).toEqual(['FEED_GAP']);
  });

  test('that stays is thrown after three more tries, and nothing behind it is told', async () => {
    const need = await trial.observe();
    await trial.claimTimes(need, 3);
    const [first, second, third] = cursors(await need.history());
    const { proxy, client } = await trial.throughProxy();
    proxy.drops = ({ cursor }) => cursor === second;
    const { events, lost } = follow(client, need);
    expect(cursors(await take(events, 1))).toEqual([first]);
    const error = await errorOf(events.next());
    expect(error).toBeInstanceOf(FeedGap);
    expect(error).toMatchObject({
      code: 'FEED_GAP',
      cursor: first,
      message: expect.stringContaining(`after ${first} came ${third}, which follows ${second}`),
    });
    expect(lost).toEqual(['FEED_GAP', 'FEED_GAP', 'FEED_GAP']);
    expect(proxy.begunAfter).toEqual([need.cursor, first, first, first]);
    expect(await events.next()).toEqual({ value: undefined, done: true });
    await trial.hub.feedsOpen(0);
  });
});

test('a followed feed needs nothing but what browsers have', async () => {
  const bundle = await build({
    stdin: {
      contents: `export { createSinergiClient } from './sinergi-client.js';
        export { followFeed } from './follow-feed.js';`,
      resolveDir: new URL('../client/', import.meta.url).pathname,
    },
    bundle: true,
    write: false,
    // Where an import of Node's own modules fails.
    platform: 'browser',
    format: 'iife',
    globalName: 'sinergi',
  });
  const timers = { setTimeout, clearTimeout, performance };
  const browser = { ...timers, AbortController, AbortSignal, fetch, WebSocket, URL };
  const context: typeof browser & { sinergi?: Sinergi } = { ...browser };
  runInNewContext(bundle.outputFiles[0]!.text, context);
  const { createSinergiClient: create, followFeed: followInBrowser } = context.sinergi!;
  const need = await trial.observe();
  const client = trial.kept(create({ url: trial.hub.url, token: trial.token }));
  const events = followInBrowser(client, { filter: need.filter, after: need.cursor });
  await trial.claimTimes(need, 2);
  expect(cursors(await take(events, 2))).toEqual(cursors(await need.history()));
  await events.return();
  await trial.hub.feedsOpen(0);
});
