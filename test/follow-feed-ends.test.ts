import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, test } from '@jest/globals';
import type { FeedEvent } from '../client/follow-feed.ts';
import { cursors, errorOf, FeedTrial, follow, take } from './faults/feed-trial.ts';
import { until } from './support/until.ts';

const trial = await FeedTrial.begin();

describe('a followed feed ends at once', () => {
  const soon = async (ended: Promise<IteratorResult<FeedEvent, undefined>>) => {
    const end = await Promise.race([ended, sleep(5000, 'still waiting', { ref: false })]);
    expect(end).toEqual({ value: undefined, done: true });
  };

  test('when it is aborted or left while it waits for an event, also at the hub', async () => {
    const need = await trial.observe();
    const stopping = new AbortController();
    const aborted = follow(trial.clientOf(), need, { signal: stopping.signal });
    const left = follow(trial.clientOf(), need);
    const waiting = [aborted.events.next(), left.events.next()];
    await trial.hub.feedsOpen(2);
    stopping.abort();
    await left.events.return();
    for (const next of waiting) await soon(next);
    await trial.hub.feedsOpen(0);
    expect([aborted.lost, left.lost]).toEqual([[], []]);
  });

  test('when it is aborted with events that were not read yet, which stay unread', async () => {
    const need = await trial.observe();
    await trial.claimTimes(need, 3);
    const stopping = new AbortController();
    const { events } = follow(trial.clientOf(), need, { signal: stopping.signal });
    await take(events, 1);
    stopping.abort();
    await soon(events.next());
    await trial.hub.feedsOpen(0);
  });

  test('when it is aborted before it began', async () => {
    const { events } = follow(trial.clientOf(), await trial.observe(), {
      signal: AbortSignal.abort(),
      after: null,
    });
    await soon(events.next());
  });

  test('when it is aborted while it waits to try again', async () => {
    const stopping = new AbortController();
    let tries = 0;
    const patient = { retryMs: 3_600_000, signal: stopping.signal, onLost: () => (tries += 1) };
    const nobody = trial.clientOf({ url: 'http://127.0.0.1:1' });
    const ended = follow(nobody, await trial.observe(), patient).events.next();
    await until(() => tries === 1, 'a try in vain');
    stopping.abort();
    await soon(ended);
  });

  test('when it is aborted while it waits for a fresh token', async () => {
    const need = await trial.observe();
    const stopping = new AbortController();
    let isAsked = false;
    const freshToken = () => {
      isAsked = true;
      return new Promise<string>(() => undefined);
    };
    const client = trial.clientOf({ token: 'none', freshToken });
    const ended = follow(client, need, { signal: stopping.signal }).events.next();
    await until(() => isAsked, 'a question for a token');
    stopping.abort();
    await soon(ended);
  });
});

describe('a token that the hub refuses', () => {
  test('is renewed once for all followers of a client, and nothing is lost', async () => {
    const need = await trial.observe();
    let asked = 0;
    let refused = 0;
    const freshToken = async () => {
      asked += 1;
      // Whoever came later would not be refused any more.
      await until(() => refused === 2, 'both followers to be refused');
      return trial.token;
    };
    const client = trial.clientOf({
      token: await trial.hub.tokenOf(trial.world.accounts.auditor, -60),
      freshToken,
    });
    const renew = client.renewToken.bind(client);
    client.renewToken = () => {
      refused += 1;
      return renew();
    };
    const followers = [follow(client, need), follow(client, need)];
    const told = followers.map(({ events }) => take(events, 2));
    await trial.claimTimes(need, 2);
    for (const heard of await Promise.all(told)) {
      expect(cursors(heard)).toEqual(cursors(await need.history()));
    }
    for (const { events } of followers) await events.return();
    expect(followers.map(({ lost }) => lost)).toEqual([['UNAUTHENTICATED'], ['UNAUTHENTICATED']]);
    expect(asked).toBe(1);
  });

  test('by the close code 4401 is renewed, each time that it had been good before', async () => {
    const need = await trial.observe();
    let asked = 0;
    const freshToken = () => {
      asked += 1;
      return trial.token;
    };
    const { proxy, client } = await trial.throughProxy({ freshToken });
    const { events, lost } = follow(client, need);
    const heard: FeedEvent[] = [];
    for (let time = 1; time <= 2; time += 1) {
      await trial.claimTimes(need, 1);
      heard.push(...(await take(events, 1)));
      const next = events.next();
      proxy.sever(4401, 'The token has expired; sign in again.');
      await trial.claimTimes(need, 1);
      heard.push((await next).value!);
      expect(asked).toBe(time);
    }
    await events.return();
    expect(cursors(heard)).toEqual(cursors(await need.history()));
    expect(lost).toEqual(['UNAUTHENTICATED', 'UNAUTHENTICATED']);
  });

  test('is thrown when nobody renews it, when the fresh one is refused too, and when renewing fails', async () => {
    const need = await trial.observe();
    const { events } = follow(trial.clientOf({ token: 'none' }), need);
    expect(await errorOf(events.next())).toMatchObject({ code: 'UNAUTHENTICATED' });

    let asked = 0;
    const freshToken = () => {
      asked += 1;
      return 'none either';
    };
    const refused = follow(trial.clientOf({ token: 'none', freshToken }), need);
    expect(await errorOf(refused.events.next())).toMatchObject({ code: 'UNAUTHENTICATED' });
    expect(asked).toBe(1);

    const failing = () => Promise.reject(new Error('the password has changed'));
    const failed = follow(trial.clientOf({ token: 'none', freshToken: failing }), need);
    expect(await errorOf(failed.events.next())).toMatchObject({ message: 'the password has changed' });
  });
});

test('what no retry can mend is thrown: a cursor from elsewhere, and a connection that the hub refuses', async () => {
  const need = await trial.observe();
  const { events } = follow(trial.clientOf(), need, { after: 'abc' });
  expect(await errorOf(events.next())).toMatchObject({ code: 'BAD_USER_INPUT' });

  const { proxy, client } = await trial.throughProxy();
  const refused = follow(client, need);
  const next = refused.events.next();
  await trial.hub.feedsOpen(1);
  proxy.sever(4400, 'Invalid message');
  expect(await errorOf(next)).toMatchObject({ code: 'REFUSED' });
});
