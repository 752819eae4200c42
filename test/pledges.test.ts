import { describe, expect, test } from '@jest/globals';
import { FeedDocument, NeedDocument, PledgeDocument } from '../client/operations.ts';
import {
  approve,
  cancel,
  claim,
  commit,
  decline,
  dispute,
  type Pledge,
  publish,
  refused,
  report,
  verify,
  withdraw,
} from './support/acts.ts';
import { insertPolicy } from './support/inserts.ts';
import { testHub } from './support/test-hub.ts';
import { buildWorld } from './support/world.ts';
import { until } from './support/until.ts';

const hub = await testHub();
const { as, villages, partners } = await buildWorld(hub);
const { clock, database } = hub;
// In Sajira whoever claims more than 80 % of the plan needs approval.
await insertPolicy(database, '36.02.12.2001', { COLOUR_SHARE: 'APPROVAL' });

const today = () => clock.date();
const newNeed = (quantity = 20) =>
  publish(as.kader, { villageId: villages.cimarga.id, quantity, unitValue: 1000 });
const readNeed = async (id: string) => (await as.auditor.request(NeedDocument, { id })).need!;
const readPledge = async (id: string) => (await as.auditor.request(PledgeDocument, { id })).pledge!;
const kindsOf = async (pledgeId: string) => {
  await hub.feedStamped();
  const { need } = await readPledge(pledgeId);
  const { feed } = await as.auditor.request(FeedDocument, { filter: { needIds: [need.id] }, first: 100 });
  return feed.nodes.filter(({ pledge }) => pledge?.pledgeId === pledgeId).map(({ kind }) => kind);
};
const entriesOf = async (pledgeId: string) => {
  const rows = await database.sql<{ kind: string; amount: number }>(
    'select kind, amount_rupiah as amount from ledger_entries where pledge_id = $1 order by id',
    [pledgeId],
  );
  return rows.map(({ kind, amount }) => `${kind} ${amount}`);
};

/** All that is written, but for what was answered to a key: a refusal is kept there. */
async function contents(): Promise<object> {
  const { idempotency_keys: _, ...tables } = await hub.contents();
  return tables;
}

/** Each status a pledge of 10 can have, and how it gets there. */
const ways = {
  async AWAITING_APPROVAL(): Promise<Pledge> {
    const need = await publish(as.coordinator, {
      villageId: villages.sajira.id,
      quantity: 10,
      unitValue: 10_000_000,
    });
    return claim(as.semen, need.id, 10);
  },
  async PLEDGED(): Promise<Pledge> {
    return claim(as.semen, (await newNeed()).id, 10);
  },
  async COMMITTED(): Promise<Pledge> {
    return commit(as.semen, (await ways.PLEDGED()).id, clock.date(5));
  },
  /** 4 of 10 verified, nothing undecided. */
  async DELIVERING(): Promise<Pledge> {
    const pledge = await ways.COMMITTED();
    await verify(as.kader, (await report(as.semen, pledge.id, 4, today())).id);
    return pledge;
  },
  /** 4 of 10 verified, 3 reported. */
  async UNDECIDED(): Promise<Pledge> {
    const pledge = await ways.DELIVERING();
    await report(as.semen, pledge.id, 3, today());
    return pledge;
  },
  async FULFILLED(): Promise<Pledge> {
    const pledge = await ways.DELIVERING();
    await verify(as.kader, (await report(as.semen, pledge.id, 6, today())).id);
    return pledge;
  },
  async WITHDRAWN(): Promise<Pledge> {
    return withdraw(as.semen, (await ways.PLEDGED()).id);
  },
  async DECLINED(): Promise<Pledge> {
    return decline(as.coordinator, (await ways.AWAITING_APPROVAL()).id);
  },
  async EXPIRED(): Promise<Pledge> {
    const pledge = await ways.PLEDGED();
    await clock.moveDays(14);
    await hub.services.pledges.expireDue();
    return pledge;
  },
  async CANCELLED(): Promise<Pledge> {
    const pledge = await ways.PLEDGED();
    await cancel(as.kader, pledge.need.id);
    return pledge;
  },
};
type State = keyof typeof ways;
const states = Object.keys(ways) as State[];
const statusOf = (state: State) => (state === 'UNDECIDED' ? 'DELIVERING' : state);

/** Needs of Sajira would stand in each other's plan. */
async function clearSajira(): Promise<void> {
  const left = await database.sql<{ id: string }>(
    `select id from needs where village_id = $1 and status not in ('CANCELLED', 'FULFILLED')`,
    [villages.sajira.id],
  );
  for (const { id } of left) await cancel(as.coordinator, id);
}

async function pledgeIn(state: State): Promise<Pledge> {
  await clearSajira();
  const pledge = await ways[state]();
  expect((await readPledge(pledge.id)).status).toBe(statusOf(state));
  return pledge;
}

const steps: [name: string, from: State[], act: (id: string) => Promise<unknown>][] = [
  ['commit', ['PLEDGED'], (id) => commit(as.semen, id, clock.date(1))],
  ['approve', ['AWAITING_APPROVAL'], (id) => approve(as.coordinator, id)],
  ['decline', ['AWAITING_APPROVAL'], (id) => decline(as.coordinator, id)],
  ['withdraw', ['AWAITING_APPROVAL', 'PLEDGED', 'COMMITTED', 'DELIVERING'], (id) => withdraw(as.semen, id)],
  ['report', ['COMMITTED', 'DELIVERING', 'UNDECIDED'], (id) => report(as.semen, id, 1, today())],
];
const stepsFrom = (state: State) =>
  steps
    .filter(([, from]) => from.includes(state))
    .map(([name]) => name)
    .join(', ') || 'nothing';

test.each(states.map((state) => [state, stepsFrom(state)] as const))(
  'of a pledge that is %s these can be done: %s; and what cannot changes nothing',
  async (state) => {
    const { id } = await pledgeIn(state);
    const before = await contents();
    for (const [name, from, act] of steps) {
      if (from.includes(state)) continue;
      expect([name, await refused(act(id))]).toMatchObject([
        name,
        [{ __typename: 'WrongState', status: statusOf(state) }],
      ]);
    }
    expect(await contents()).toEqual(before);
    for (const [, from, act] of steps) if (from.includes(state)) await act((await pledgeIn(state)).id);
  },
);

describe('the clock', () => {
  test.each<[state: State, remaining: number, committed: number, entries: string[]]>([
    ['AWAITING_APPROVAL', 10, 0, []],
    ['PLEDGED', 20, 0, []],
    ['COMMITTED', 20, 0, ['PEND 10000', 'VOID 10000']],
    ['DELIVERING', 16, 4, ['PEND 10000', 'POST 4000', 'VOID 6000']],
  ])(
    'ends a pledge that is %s when its time is over, and not before',
    async (state, remaining, committed, entries) => {
      const { id, need } = await pledgeIn(state);
      await clock.moveTo(new Date(new Date((await readPledge(id)).expiresAt!).getTime() - 1));
      await hub.services.pledges.expireDue();
      expect(await readPledge(id)).toMatchObject({ status: statusOf(state) });
      await clock.moveTo(new Date(clock.now().getTime() + 1));
      await hub.services.pledges.expireDue();
      expect(await readPledge(id)).toMatchObject({ status: 'EXPIRED', expiresAt: null });
      expect(await readNeed(need.id)).toMatchObject({ status: 'OPEN', remaining, pledged: 0, committed });
      expect(await entriesOf(id)).toEqual(entries);
      expect((await kindsOf(id)).at(-1)).toBe('PLEDGE_EXPIRED');
    },
  );

  test('counts a promise from its claim, a commitment from the end of its due day in Banten', async () => {
    const claimed = await pledgeIn('PLEDGED');
    expect(claimed.expiresAt).toBe(new Date(clock.now().getTime() + 14 * 86_400_000).toISOString());
    const committed = await commit(as.semen, claimed.id, '2027-06-30');
    expect(committed).toMatchObject({ dueOn: '2027-06-30', expiresAt: '2027-07-14T17:00:00.000Z' });
  });

  test('is held by a delivery that nobody has decided, and goes on when it is disputed', async () => {
    const { id } = await pledgeIn('UNDECIDED');
    await clock.moveDays(100);
    await hub.services.pledges.expireDue();
    const { status, deliveries } = await readPledge(id);
    expect(status).toBe('DELIVERING');
    await dispute(as.kader, deliveries.nodes.at(-1)!.id);
    await hub.services.pledges.expireDue();
    expect(await readPledge(id)).toMatchObject({ status: 'EXPIRED', verified: 4, delivered: 4 });
  });

  test('is run by the job queue', async () => {
    const { id } = await pledgeIn('PLEDGED');
    await clock.moveDays(14);
    await database.sql(`select graphile_worker.add_job('expire-pledges')`);
    await until(async () => (await readPledge(id)).status === 'EXPIRED', 'the job');
  });

  test('goes by the policy under which the pledge was claimed, also when another is in force by now', async () => {
    const { id } = await pledgeIn('PLEDGED');
    await database.sql(`insert into policies select 'policy_01jd3m5a8zf6wvqk2x7r9c4b1e', version + 1, area_id, rules, 2, 1.5, 3, 0, now() - interval '1 day', null
      from policies where area_id = (select id from areas where code = '36')`);
    expect(await commit(as.semen, id, '2027-08-01')).toMatchObject({ expiresAt: '2027-08-15T17:00:00.000Z' });
  });
});

describe('approval', () => {
  test('makes a request a promise with days of its own, and keeps the reason', async () => {
    const { id } = await pledgeIn('AWAITING_APPROVAL');
    await clock.moveDays(10);
    const approved = await approve(as.coordinator, id, { reason: 'Desa ini darurat' });
    expect(approved).toMatchObject({
      status: 'PLEDGED',
      expiresAt: new Date(clock.now().getTime() + 14 * 86_400_000).toISOString(),
    });
    expect(await kindsOf(id)).toEqual(['PLEDGE_REQUESTED', 'PLEDGE_APPROVED']);
  });

  test('refused gives the quantity back', async () => {
    const { id, need } = await pledgeIn('AWAITING_APPROVAL');
    expect(await readNeed(need.id)).toMatchObject({ status: 'COMMITTED', pledged: 10, remaining: 0 });
    await decline(as.coordinator, id);
    expect(await readNeed(need.id)).toMatchObject({ status: 'OPEN', pledged: 0, remaining: 10 });
    expect(await kindsOf(id)).toEqual(['PLEDGE_REQUESTED', 'PLEDGE_DECLINED']);
  });
});

test('a pledge is withdrawn at any time, but not over a delivery that nobody has decided; what is verified stands', async () => {
  const { id, need } = await pledgeIn('UNDECIDED');
  expect(await refused(withdraw(as.semen, id))).toMatchObject([
    { __typename: 'WrongState', status: 'DELIVERING' },
  ]);
  await dispute(as.kader, (await readPledge(id)).deliveries.nodes.at(-1)!.id);
  await withdraw(as.semen, id);
  expect(await readNeed(need.id)).toMatchObject({ remaining: 16, committed: 4, delivered: 4, verified: 4 });
  expect(await entriesOf(id)).toEqual(['PEND 10000', 'POST 4000', 'VOID 6000']);
});

test('what a claim that names no day is due on: the need’s day, or the day it expires', async () => {
  const dated = await publish(as.kader, { villageId: villages.cimarga.id, dueOn: clock.date(40) });
  expect(await claim(as.semen, dated.id, 1)).toMatchObject({ dueOn: clock.date(40) });
  expect(await claim(as.semen, (await newNeed()).id, 1, { dueOn: clock.date(9) })).toMatchObject({
    dueOn: clock.date(9),
  });
  expect(await claim(as.semen, (await newNeed()).id, 1)).toMatchObject({ dueOn: clock.date(14) });
});

test('no more is delivered than was claimed; a disputed part may be delivered again', async () => {
  const { id } = await pledgeIn('COMMITTED');
  expect(await refused(report(as.semen, id, 11, today()))).toMatchObject([
    { __typename: 'InvalidInput', path: ['input', 'quantity'] },
  ]);
  const first = await report(as.semen, id, 7, today());
  expect(await refused(report(as.semen, id, 4, today()))).toMatchObject([
    { __typename: 'InvalidInput', path: ['input', 'quantity'] },
  ]);
  await dispute(as.kader, first.id);
  const second = await report(as.semen, id, 10, today());
  expect((await verify(as.kader, second.id)).pledge).toMatchObject({
    status: 'FULFILLED',
    delivered: 10,
    verified: 10,
  });
  expect(await kindsOf(id)).toEqual([
    'PLEDGE_MADE',
    'PLEDGE_COMMITTED',
    'DELIVERY_REPORTED',
    'DELIVERY_DISPUTED',
    'DELIVERY_REPORTED',
    'DELIVERY_VERIFIED',
    'PLEDGE_FULFILLED',
  ]);
});

test('support is entered for the holder of the mandate, as it is when the pledge is committed, and never for one’s own duty', async () => {
  const own = await commit(as.perkim, (await claim(as.perkim, (await newNeed()).id, 5)).id, clock.date(5));
  expect(await entriesOf(own.id)).toEqual([]);
  const nobodys = await publish(as.kader, { villageId: villages.cimarga.id, sector: 'safety' });
  const unheld = await commit(as.semen, (await claim(as.semen, nobodys.id, 5)).id, clock.date(5));
  expect(await entriesOf(unheld.id)).toEqual([]);
  const held = await pledgeIn('COMMITTED');
  await database.sql('delete from partner_mandates where partner_id = $1', [partners.perkim.id]);
  await verify(as.kader, (await report(as.semen, held.id, 10, today())).id);
  const [row] = await database.sql<{ holder_id: string }>('select holder_id from pledges where id = $1', [
    held.id,
  ]);
  expect(row).toEqual({ holder_id: partners.perkim.id });
  expect(await entriesOf(held.id)).toEqual(['PEND 10000', 'POST 10000']);
});

test('all books are true after all of this, and nothing was a fault to the hub', async () => {
  await hub.expectTrueBooks();
  expect(hub.complaints).toEqual([]);
});
