// A pledge whose time is over can only end, also while no job has ended it yet.
import { describe, expect, test } from '@jest/globals';
import { FeedDocument, PledgeDocument } from '../client/operations.ts';
import {
  approve,
  cancel,
  claim,
  commit,
  decline,
  type Pledge,
  publish,
  type Problem,
  Refusal,
  refused,
  report,
  verify,
  withdraw,
} from './support/acts.ts';
import { insertPolicy } from './support/inserts.ts';
import { WallClock } from './support/test-clock.ts';
import { testHub } from './support/test-hub.ts';
import { buildWorld } from './support/world.ts';

const clock = new WallClock();
const hub = await testHub({ clock });
const node = await testHub({ database: hub.database, clock });
const { as, villages } = await buildWorld(hub);
// In Sajira whoever claims more than 80 % of the plan needs approval.
await insertPolicy(hub.database, '36.02.12.2001', { COLOUR_SHARE: 'APPROVAL' });

const readPledge = async (id: string) => (await as.auditor.request(PledgeDocument, { id })).pledge!;
const newPledge = async () =>
  claim(as.semen, (await publish(as.kader, { villageId: villages.cimarga.id, quantity: 10 })).id, 10);

/** What the acts that are refused hear. */
async function refusals(acts: readonly Promise<unknown>[]): Promise<Pick<Problem, '__typename'>[]> {
  const heard: Pick<Problem, '__typename'>[] = [];
  for (const result of await Promise.allSettled(acts)) {
    if (result.status === 'fulfilled') continue;
    if (!(result.reason instanceof Refusal)) throw result.reason;
    heard.push(...result.reason.problems);
  }
  return heard;
}

const ways = {
  async AWAITING_APPROVAL(): Promise<Pledge> {
    const need = await publish(as.coordinator, {
      villageId: villages.sajira.id,
      quantity: 10,
      unitValue: 10_000_000,
    });
    return claim(as.semen, need.id, 10);
  },
  PLEDGED: newPledge,
  COMMITTED: async () => commit(as.semen, (await newPledge()).id, clock.date(5)),
  async DELIVERING(): Promise<Pledge> {
    const pledge = await ways.COMMITTED();
    await verify(as.kader, (await report(as.semen, pledge.id, 4, clock.date())).id);
    return pledge;
  },
};
type State = keyof typeof ways;

/** A pledge in that state, and the clock at its end, moved by so many milliseconds. */
async function pledgeAtItsEnd(state: State, byMs: number): Promise<Pledge> {
  await clock.goOn();
  const left = await hub.database.sql<{ id: string }>(
    `select id from needs where village_id = $1 and status not in ('CANCELLED', 'FULFILLED')`,
    [villages.sajira.id],
  );
  for (const { id } of left) await cancel(as.coordinator, id);
  const pledge = await ways[state]();
  const { status, expiresAt } = await readPledge(pledge.id);
  expect(status).toBe(state);
  await clock.moveTo(new Date(Date.parse(expiresAt!) + byMs));
  return pledge;
}

const goingOn: [name: string, state: State, act: (id: string) => Promise<unknown>][] = [
  ['approved', 'AWAITING_APPROVAL', (id) => approve(as.coordinator, id)],
  ['committed', 'PLEDGED', (id) => commit(as.semen, id, clock.date(1))],
  ['reported on', 'COMMITTED', (id) => report(as.semen, id, 1, clock.date())],
  ['reported on', 'DELIVERING', (id) => report(as.semen, id, 1, clock.date())],
];

describe('from the instant at which its time is over', () => {
  test.each(goingOn)('it is not %s when it is %s, and a millisecond before it is', async (_, state, act) => {
    await act((await pledgeAtItsEnd(state, -1)).id);
    const { id } = await pledgeAtItsEnd(state, 0);
    expect(await refused(act(id))).toMatchObject([{ __typename: 'WrongState', status: 'EXPIRED' }]);
    expect(await readPledge(id)).toMatchObject({ status: state });
    await hub.services.pledges.expireDue();
    expect(await readPledge(id)).toMatchObject({ status: 'EXPIRED' });
  });

  test.each<[name: string, state: State, ends: string, act: (pledge: Pledge) => Promise<unknown>]>([
    ['declined', 'AWAITING_APPROVAL', 'DECLINED', ({ id }) => decline(as.coordinator, id)],
    ['withdrawn', 'PLEDGED', 'WITHDRAWN', ({ id }) => withdraw(as.semen, id)],
    ['withdrawn', 'COMMITTED', 'WITHDRAWN', ({ id }) => withdraw(as.semen, id)],
    ['cancelled with its need', 'DELIVERING', 'CANCELLED', ({ need }) => cancel(as.kader, need.id)],
  ])('it may still be %s when it is %s', async (_, state, ends, act) => {
    const pledge = await pledgeAtItsEnd(state, 86_400_000);
    await act(pledge);
    expect(await readPledge(pledge.id)).toMatchObject({ status: ends, expiresAt: null });
  });

  test('what was reported before may be verified, and nothing more is reported', async () => {
    const pledge = await ways.COMMITTED();
    const delivery = await report(as.semen, pledge.id, 4, clock.date());
    await clock.moveTo((await readPledge(pledge.id)).expiresAt!);
    expect(await refused(report(as.semen, pledge.id, 1, clock.date()))).toMatchObject([
      { __typename: 'WrongState', status: 'EXPIRED' },
    ]);
    await verify(as.kader, delivery.id);
    await hub.services.pledges.expireDue();
    expect(await readPledge(pledge.id)).toMatchObject({ status: 'EXPIRED', verified: 4 });
  });
});

test('people and the jobs of two nodes at once, at the instant: each pledge expires, once', async () => {
  await clock.goOn();
  await clock.stop();
  const pledges = await Promise.all(Array.from({ length: 8 }, newPledge));
  await clock.moveTo(pledges[0]!.expiresAt!);
  const acts = pledges.flatMap(({ id }) => [
    commit(as.semen, id, clock.date(1)),
    commit(as.semen, id, clock.date(2)),
  ]);
  const jobs = [hub.services.pledges.expireDue(), node.services.pledges.expireDue()];
  const problems = await refusals([...acts, ...jobs]);
  expect(problems).toHaveLength(acts.length);
  expect(new Set(problems.map((problem) => JSON.stringify(problem)))).toHaveProperty('size', 1);
  expect(problems[0]).toMatchObject({ __typename: 'WrongState', status: 'EXPIRED' });
  await hub.feedStamped();
  const needIds = pledges.map(({ need }) => need.id);
  const { feed } = await as.auditor.request(FeedDocument, { filter: { needIds }, first: 100 });
  const told = feed.nodes.map(({ kind }) => kind).filter((kind) => kind !== 'NEED_PUBLISHED');
  expect(told.toSorted()).toEqual([
    ...pledges.map(() => 'PLEDGE_EXPIRED'),
    ...pledges.map(() => 'PLEDGE_MADE'),
  ]);
  await hub.expectTrueBooks();
});

test('while real time passes the instant, whoever commits did so before it, and what expires did not', async () => {
  await clock.goOn();
  const pledges = await Promise.all(Array.from({ length: 8 }, newPledge));
  const ids = pledges.map(({ id }) => id);
  const at = new Date(Date.now() + 500);
  await hub.database.transaction([
    'alter table pledges disable trigger user',
    `update pledges set expires_at = '${at.toISOString()}' where id in ('${ids.join("', '")}')`,
    'alter table pledges enable trigger user',
  ]);
  const rounds = pledges.map(async ({ id }) => {
    // One after another, until it is decided.
    while ((await readPledge(id)).status === 'PLEDGED') {
      await refusals([
        Math.random() < 0.2 ? commit(as.semen, id, clock.date(1)) : node.services.pledges.expireDue(),
      ]);
    }
  });
  await Promise.all(rounds);
  const told = await hub.database.sql<{ kind: string; in_time: boolean }>(
    `select kind, occurred_at < $2 as in_time from (select kind, occurred_at, pledge_id from events
        union all select kind, occurred_at, pledge_id from outbox) as all_events
      where pledge_id = any($1) and kind in ('PLEDGE_COMMITTED', 'PLEDGE_EXPIRED')`,
    [ids, at],
  );
  expect(told).toHaveLength(pledges.length);
  for (const { kind, in_time: inTime } of told) expect(inTime).toBe(kind === 'PLEDGE_COMMITTED');
});
