// balanceChanged and villageBoard follow the policies that rule them: on each node, over both transports.
import { expect, test } from '@jest/globals';
import { print } from 'graphql';
import { createClient } from 'graphql-sse';
import { PublishPolicyDocument, type PublishPolicyInput } from '../client/operations.ts';
import { newId } from '../src/platform/ids.ts';
import { claim, commit, publish } from './support/acts.ts';
import { gql } from './support/query.ts';
import { WallClock } from './support/test-clock.ts';
import { type TestHub, testHub } from './support/test-hub.ts';
import { until } from './support/until.ts';
import { buildWorld } from './support/world.ts';

const first = await testHub({ clock: new WallClock() });
const second = await testHub({ database: first.database, clock: first.clock });
const { database } = first;
const { as, accounts, villages, partners } = await buildWorld(first);
const token = await first.tokenOf(accounts.auditor);

type Balance = { balanceChanged: { creditLine: number; standing: string } };
type Board = { villageBoard: { synergy: string } };
const balanceOf = gql<Balance>(
  'subscription ($id: ID!) { balanceChanged(partnerId: $id) { creditLine standing } }',
);
const boardOf = gql<Board>('subscription ($id: ID!) { villageBoard(villageId: $id) { synergy } }');
const now = gql<{ partner: { balance: Balance['balanceChanged'] }; village: Board['villageBoard'] }>(
  'query ($partner: ID!, $village: ID!) { partner(id: $partner) { balance { creditLine standing } } village(id: $village) { synergy } }',
);

/** Two colours of the same weight in Cimarga; what they support is perkim's mandate. */
const need = await publish(as.kader, { villageId: villages.cimarga.id, quantity: 20, unitValue: 1_000_000 });
for (const partner of [as.semen, as.kodim]) {
  await commit(partner, (await claim(partner, need.id, 10)).id, first.clock.date(5));
}

const rules = (creditRupiah: number): PublishPolicyInput['rules'] => [
  { rule: 'RECIPROCITY', mode: 'OFF', limit: creditRupiah, ceiling: creditRupiah },
  { rule: 'PARTNER_SHARE', mode: 'OFF', limit: 0, floor: 0 },
  { rule: 'COLOUR_SHARE', mode: 'OFF', limit: 0, floor: 0 },
  { rule: 'SPREAD', mode: 'OFF', limit: 0, floor: 0 },
  { rule: 'CAPACITY', mode: 'OFF', limit: 0, floor: 0 },
];

/** A policy under which partners may owe so much, and so many colours are synergy. */
async function publishPolicy(areaCode: string, creditRupiah: number, synergyColours: number): Promise<void> {
  const bars = { synergyColours, synergyDiversity: 1.5, pledgeDays: 14, graceDays: 14 };
  const input = { areaCode, rules: rules(creditRupiah), ...bars };
  const { publishPolicy: made } = await as.admin.request(PublishPolicyDocument, { input });
  expect(made.problems).toEqual([]);
}

/** The province's next policy, under which two colours are synergy, in force from another time than now. */
async function insertPolicy(creditRupiah: number, from: string): Promise<Date> {
  const settings = rules(creditRupiah).map((rule) => ({ floor: null, ceiling: null, ...rule }));
  const [row] = await database.sql<{ at: Date }>(
    `insert into policies (id, version, area_id, rules, synergy_colours, synergy_diversity, pledge_days, grace_days, effective_from)
      select $1, 1 + max(version), area_id, $2, 2, 1.5, 14, 14, now() ${from} from policies
      where area_id = (select id from areas where code = '36') group by area_id returning effective_from as at`,
    [newId('policy'), JSON.stringify(settings)],
  );
  return row!.at;
}

interface Watched<T> {
  states: T[];
  end(): Promise<unknown>;
}

/** Collects what a subscription shows, until it is ended. */
function collect<T>(results: AsyncIterable<T>, end: () => Promise<unknown>): Watched<T> {
  const states: T[] = [];
  const reading = (async () => {
    for await (const state of results) states.push(state);
  })();
  return { states, end: async () => Promise.all([end(), reading]) };
}

function overSocket<T>(hub: TestHub, document: ReturnType<typeof gql<T>>, id: string): Watched<T> {
  const results = hub.clientWith(token).subscribe(document, { id });
  return collect(results, () => results.return());
}

function overStream<T>(hub: TestHub, document: ReturnType<typeof gql<T>>, id: string): Watched<T> {
  const client = createClient({
    url: `${hub.url}/graphql/stream`,
    headers: { authorization: `Bearer ${token}` },
    retryAttempts: 0,
  });
  const results = client.iterate<T>({ query: print(document), variables: { id } });
  async function* data(): AsyncGenerator<T, void> {
    for await (const result of results) yield result.data!;
  }
  return collect(data(), async () => {
    await results.return?.();
    client.dispose();
  });
}

const ways = [
  ['a WebSocket of this node', overSocket, first],
  ['a WebSocket of another node', overSocket, second],
  ['an event stream of this node', overStream, first],
  ['an event stream of another node', overStream, second],
] as const;

const showing = (watched: Watched<unknown>, count: number) =>
  until(() => watched.states.length >= count, `${count} states`);

test.each(ways)(
  'over %s both states are sent again when a policy changes what they show',
  async (_, watch, hub) => {
    await publishPolicy('36', 100, 2);
    const balance = watch(hub, balanceOf, partners.perkim.id);
    const board = watch(hub, boardOf, villages.cimarga.id);
    await Promise.all([showing(balance, 1), showing(board, 1)]);
    expect(balance.states.at(-1)).toMatchObject({ balanceChanged: { creditLine: 100 } });
    expect(board.states).toEqual([{ villageBoard: { synergy: 'SYNERGY' } }]);
    await publishPolicy('36', 4, 3);
    await until(
      () =>
        balance.states.at(-1)?.balanceChanged.creditLine === 4 &&
        board.states.at(-1)?.villageBoard.synergy === 'MULTI_COLOUR',
      'both states under the new policy',
    );
    const asked = await as.auditor.request(now, {
      partner: partners.perkim.id,
      village: villages.cimarga.id,
    });
    expect(balance.states.at(-1)!.balanceChanged).toEqual(asked.partner.balance);
    expect(board.states.at(-1)!.villageBoard).toEqual(asked.village);
    await Promise.all([balance.end(), board.end()]);
  },
);

test('a policy whose time comes does the same at that time, and not before', async () => {
  await publishPolicy('36', 100, 3);
  const watched = [first, second].map((hub) => ({
    balance: overSocket(hub, balanceOf, partners.perkim.id),
    board: overStream(hub, boardOf, villages.cimarga.id),
  }));
  await Promise.all(watched.flatMap(({ balance, board }) => [showing(balance, 1), showing(board, 1)]));
  const at = await insertPolicy(7, `+ interval '2 seconds'`);
  for (const { balance, board } of watched) {
    await until(() => balance.states.at(-1)?.balanceChanged.creditLine === 7, 'the new credit line');
    expect(Date.now()).toBeGreaterThanOrEqual(at.getTime());
    await until(() => board.states.at(-1)?.villageBoard.synergy === 'SYNERGY', 'the new level');
  }
  await Promise.all(watched.flatMap(({ balance, board }) => [balance.end(), board.end()]));
  await first.expectTrueBooks();
});

test('a policy whose time came while no node was there grades its villages when one starts', async () => {
  await publishPolicy('36', 100, 3);
  const level = async () =>
    (await as.auditor.request(now, { partner: partners.perkim.id, village: villages.cimarga.id })).village;
  expect(await level()).toEqual({ synergy: 'MULTI_COLOUR' });
  // Too long ago for the nodes that are there to look for it.
  await insertPolicy(7, `- interval '1 hour'`);
  const third = await testHub({ database, clock: first.clock });
  await until(async () => (await level()).synergy === 'SYNERGY', 'the level under the policy');
  expect(third.complaints).toEqual([]);
});

test('a policy of one area wakes what lies in it alone, and a burst of policies is merged', async () => {
  // The second node has seen this policy before anybody listens, so that what follows is not its doing.
  const seenThere = new Promise<void>((resolve) => second.services.policyWatch.subscribe(resolve, '36'));
  await publishPolicy('36', 100, 2);
  await seenThere;
  const inside = overSocket(second, boardOf, villages.tunjungTeja.id);
  const outside = overSocket(second, boardOf, villages.cimarga.id);
  const province = overSocket(second, balanceOf, partners.perkim.id);
  const regency = overSocket(second, balanceOf, partners.dinkes.id);
  await Promise.all([inside, outside, province, regency].map((one) => showing(one, 1)));
  await publishPolicy('36.04', 1, 2);
  await showing(inside, 2);
  const seen = [outside, province, regency].map(({ states }) => states.length);
  await publishPolicy('36.02', 1, 3);
  await until(() => outside.states.at(-1)?.villageBoard.synergy === 'MULTI_COLOUR', 'the policy of Lebak');
  await until(() => regency.states.at(-1)?.balanceChanged.creditLine === 1, 'the policy of Lebak');
  expect([outside, province, regency].map(({ states }, index) => states.length - seen[index]!)).toEqual([
    1, 0, 1,
  ]);

  const before = outside.states.length;
  for (const colours of [2, 3, 2, 3, 2, 3, 2]) await publishPolicy('36.02', 1, colours);
  await until(() => outside.states.at(-1)?.villageBoard.synergy === 'SYNERGY', 'the last of the policies');
  expect(outside.states.length - before).toBeLessThanOrEqual(7);
  await Promise.all([inside, outside, province, regency].map((one) => one.end()));
  await first.feedsOpen(0);
  await second.feedsOpen(0);
});
