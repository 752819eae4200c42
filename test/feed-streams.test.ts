import { expect, test } from '@jest/globals';
import { print } from 'graphql';
import { createClient } from 'graphql-sse';
import type { FeedEvent } from '../client/follow-feed.ts';
import {
  NeedDocument,
  PledgeFeedDocument,
  type PledgeFeedSubscription,
  type PledgeFeedSubscriptionVariables,
  VillageBoardDocument,
} from '../client/operations.ts';
import { copyEvents } from './faults/event-copies.ts';
import { historyOf } from './faults/feed-reading.ts';
import { ObservedNeed } from './faults/observed-need.ts';
import { claim, publish } from './support/acts.ts';
import { take } from './support/listener.ts';
import { testHub } from './support/test-hub.ts';
import { buildWorld } from './support/world.ts';
import { until } from './support/until.ts';

const hub = await testHub();
const { database } = hub;
const { as, villages, accounts } = await buildWorld(hub);
const url = `${hub.url}/graphql/stream`;
const headers = {
  authorization: `Bearer ${await hub.tokenOf(accounts.auditor)}`,
  'accept-language': 'en',
  accept: 'text/event-stream',
};
const need = await ObservedNeed.publish(as.coordinator, villages.cimarga.id);
const { filter } = need;
const query = print(PledgeFeedDocument);

interface Received {
  event: string;
  id: string | null;
  data: { data?: PledgeFeedSubscription | null; errors?: { message: string; extensions: object }[] } | null;
}

/** The events of a stream as a reader of the protocol's bytes finds them. */
async function* receive(response: Response): AsyncGenerator<Received, void> {
  let text = '';
  for await (const chunk of response.body!.pipeThrough(new TextDecoderStream())) {
    text += chunk;
    for (let end = text.indexOf('\n\n'); end !== -1; end = text.indexOf('\n\n')) {
      const lines = text.slice(0, end).split('\n');
      text = text.slice(end + 2);
      const field = (name: string) =>
        lines.find((line) => line.startsWith(`${name}: `))?.slice(name.length + 2) ?? null;
      const event = field('event');
      const data = field('data');
      if (event === null) continue;
      const parsed = data === null || data === '' ? null : (JSON.parse(data) as Received['data']);
      yield { event, id: field('id'), data: parsed };
    }
  }
}

async function receiveAll(response: Response): Promise<Received[]> {
  const all: Received[] = [];
  for await (const received of receive(response)) all.push(received);
  return all;
}

const send = (body: object, more: Record<string, string> = {}, signal?: AbortSignal) =>
  fetch(url, {
    method: 'POST',
    headers: { ...headers, 'content-type': 'application/json', ...more },
    body: JSON.stringify(body),
    signal: signal ?? null,
  });

/** The next so many events of a stream, which is left after them. */
async function takeFromStream(
  variables: PledgeFeedSubscriptionVariables,
  count: number,
  more: Record<string, string> = {},
): Promise<{ ids: (string | null)[]; events: FeedEvent[] }> {
  const leave = new AbortController();
  const ids: (string | null)[] = [];
  const events: FeedEvent[] = [];
  for await (const { id, data } of receive(await send({ query, variables }, more, leave.signal))) {
    ids.push(id);
    events.push(data!.data!.pledgeFeed);
    if (events.length === count) break;
  }
  leave.abort();
  return { ids, events };
}

test('a graphql-sse client and a WebSocket hear the same events, of one execution', async () => {
  const client = createClient({ url, headers });
  const overSocket = as.auditor.subscribe(PledgeFeedDocument, { filter });
  const overStream = client.iterate<PledgeFeedSubscription>({ query, variables: { filter } });
  const first = overStream.next();
  await hub.feedsOpen(2);
  expect(hub.services.live.groupCount).toBe(1);
  await claim(as.semen, need.id, 1);
  await copyEvents(database, need.id, 20);
  const heard = (await take(overSocket, 21)).map(({ pledgeFeed }) => pledgeFeed);
  const streamed: FeedEvent[] = [];
  const keep = ({ value }: Awaited<typeof first>) => {
    streamed.push((value as Received['data'])!.data!.pledgeFeed);
  };
  keep(await first);
  while (streamed.length < 21) keep(await overStream.next());
  expect(streamed).toEqual(heard);
  await overStream.return!();
  client.dispose();
  await overSocket.return();
  await hub.feedsOpen(0);
});

test('every event carries its cursor as id, and a reader that comes back with Last-Event-ID misses and repeats nothing', async () => {
  const history = await historyOf(as.auditor, { filter, after: need.cursor });
  const whole = await takeFromStream({ filter, after: need.cursor }, history.length);
  expect(whole.events).toEqual(history);
  expect(whole.ids).toEqual(history.map(({ cursor }) => cursor));
  const back = await takeFromStream({ filter, after: need.cursor }, history.length - 7, {
    'last-event-id': whole.ids[6]!,
  });
  expect(back.events).toEqual(history.slice(7));
  expect(back.events[0]!.previousCursor).toBe(whole.ids[6]);
  await hub.feedsOpen(0);
});

test('queries, boards and mutations are answered too; a mutation only with POST', async () => {
  const answered = await receiveAll(await send({ query: print(NeedDocument), variables: { id: need.id } }));
  expect(answered).toMatchObject([
    { event: 'next', id: null, data: { data: { need: { id: need.id } } } },
    { event: 'complete', data: null },
  ]);
  const leave = new AbortController();
  const variables = { villageId: villages.cimarga.id };
  const boards = receive(await send({ query: print(VillageBoardDocument), variables }, {}, leave.signal));
  expect((await boards.next()).value).toMatchObject({ event: 'next', id: null });
  leave.abort();
  await hub.feedsOpen(0);
  const mutation = 'mutation { signIn(input: { email: "a@b.c", password: "x" }) { problems { message } } }';
  const address = `${url}?${new URLSearchParams({ query: mutation }).toString()}`;
  const [refused] = await receiveAll(await fetch(address, { headers }));
  expect(refused!.data!.errors![0]!.message).toBe('Mutations are sent with POST.');
  const [done] = await receiveAll(await send({ query: mutation }));
  expect(done!.data!.errors).toBeUndefined();
  const asked = `${url}?${new URLSearchParams({ query: '{ clusters { code } }' }).toString()}`;
  expect((await receiveAll(await fetch(asked, { headers })))[0]!.data).toMatchObject({
    data: { clusters: expect.any(Array) },
  });
});

const faults: [what: string, body: object][] = [
  ['a document that is none', { query: 'subscription {' }],
  ['an unknown field', { query: 'subscription { pledgeFeed { nonsense } }' }],
  ['a cursor from elsewhere', { query, variables: { after: 'bm9uc2Vuc2U' } }],
  ['an unknown operation', { query, operationName: 'Another' }],
  ['a wrong variable', { query, variables: { filter: 7 } }],
];

test.each(faults)(
  '%s is answered as an event with the error, and the stream is complete',
  async (_, body) => {
    const events = await receiveAll(await send(body));
    expect(events.map(({ event }) => event)).toEqual(['next', 'complete']);
    expect(events[0]!.data!.errors!.length).toBeGreaterThan(0);
    expect(events[0]!.data!.errors![0]!.extensions).toMatchObject({
      code: expect.not.stringMatching('INTERNAL'),
    });
  },
);

test.each<[what: string, body: object]>([
  ['nothing', {}],
  ['a query that is no text', { query: 7 }],
  ['variables that are a list', { query, variables: [] }],
  ['a name that is no text', { query, operationName: 1 }],
  ['a batch', [{ query }]],
])('a request with %s is refused', async (_, body) => {
  expect((await send(body)).status).toBe(400);
});

test('somebody who has not signed in is given no stream', async () => {
  const refused = await send({ query }, { authorization: '' });
  expect([refused.status, await refused.json()]).toMatchObject([
    401,
    { errors: [{ extensions: { code: 'UNAUTHENTICATED' } }] },
  ]);
});

test('a reader that goes away leaves nothing behind, at whatever moment', async () => {
  const { id } = await publish(as.kader, { villageId: villages.cimarga.id });
  for (let turn = 0; turn < 60; turn += 1) {
    const leave = new AbortController();
    const sent = send({ query, variables: { filter: { needIds: [id] } } }, {}, leave.signal);
    sent.catch(() => undefined);
    if (turn % 3 > 0) await sent;
    if (turn % 3 > 1) await hub.feedsOpen(1);
    leave.abort();
  }
  await hub.feedsOpen(0);
  await until(() => hub.services.live.groupCount === 0 && hub.services.tail.topicCount === 0, 'nothing left');
  expect(hub.complaints).toEqual([]);
});
