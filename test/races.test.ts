import { expect, test } from '@jest/globals';
import { NeedDocument } from '../client/operations.ts';
import type { SinergiClient } from '../client/sinergi-client.ts';
import {
  cancel,
  claim,
  commit,
  type Need,
  publish,
  Refusal,
  refused,
  report,
  update,
  verify,
  withdraw,
} from './support/acts.ts';
import { insertAccount, insertPartner } from './support/inserts.ts';
import { testHub } from './support/test-hub.ts';
import { buildWorld } from './support/world.ts';

const hub = await testHub();
/** A second node on the same database: races are run across both. */
const otherNode = await testHub({ database: hub.database, clock: hub.clock });
const { as, villages } = await buildWorld(hub);
const claimants = await Promise.all(Array.from({ length: 8 }, (_, index) => newMember(index)));

async function newMember(index: number): Promise<SinergiClient> {
  const code = `partner-${index}`;
  const partner = await insertPartner(hub.database, { code, cluster: 'economy', areas: ['36'] });
  const email = `${code}@sinergi.test`;
  const account = await insertAccount(hub.database, { email, roles: ['PARTNER'], partnerId: partner.id });
  return (index % 2 === 0 ? hub : otherNode).client(account);
}

async function publishOf(quantity: number): Promise<Need> {
  return publish(as.kader, { villageId: villages.cimarga.id, quantity, dueOn: hub.clock.date(60) });
}

async function readNeed(id: string) {
  return (await as.auditor.request(NeedDocument, { id, first: 100 })).need!;
}

/** What each act came to: what it made, or the problems it was refused with; anything else fails the test. */
async function outcomes<T>(
  acts: readonly Promise<T>[],
): Promise<{ made: T[]; problems: Refusal['problems'][number][] }> {
  const results = await Promise.allSettled(acts);
  const made: T[] = [];
  const problems: Refusal['problems'][number][] = [];
  for (const result of results) {
    if (result.status === 'fulfilled') made.push(result.value);
    else if (result.reason instanceof Refusal) problems.push(...result.reason.problems);
    else throw result.reason;
  }
  return { made, problems };
}

test('240 simultaneous claims of 8 partners on 100 units never over-claim and leave nothing that fits', async () => {
  const need = await publishOf(100);
  const asked = Array.from({ length: 240 }, (_, index) => 1 + (index % 3));
  const { made, problems } = await outcomes(
    asked.map((quantity, index) => claim(claimants[index % 8]!, need.id, quantity)),
  );
  const claimed = made.reduce((sum, { quantity }) => sum + quantity, 0);
  expect(made.length + problems.length).toBe(240);
  expect(claimed).toBe(100);
  expect(new Set(problems.map(({ __typename }) => __typename))).toEqual(new Set(['NotEnoughRemaining']));
  expect(await readNeed(need.id)).toMatchObject({
    pledged: 100,
    committed: 0,
    remaining: 0,
    status: 'COMMITTED',
    pledges: { totalCount: made.length },
  });
  await hub.expectTrueBooks();
});

test('simultaneous claims on many needs, in many villages, by the same partners come to no deadlock', async () => {
  const all = Object.values(villages);
  const needs = await Promise.all(all.map(({ id }) => publish(as.admin, { villageId: id, quantity: 15 })));
  const acts = Array.from({ length: 80 }, (_, index) =>
    claim(claimants[index % 8]!, needs[index % needs.length]!.id, 1),
  );
  const { made } = await outcomes(acts);
  expect(made).toHaveLength(60);
  for (const { id } of needs) expect(await readNeed(id)).toMatchObject({ pledged: 15, remaining: 0 });
  await hub.expectTrueBooks();
});

test('40 simultaneous sends of one idempotency key have one effect and one answer', async () => {
  const need = await publishOf(50);
  const acts = Array.from({ length: 40 }, () =>
    claim(as.semen, need.id, 3, { idempotencyKey: 'forty at once', note: 'sekali' }),
  );
  const { made } = await outcomes(acts);
  expect(made).toHaveLength(40);
  for (const answer of made) expect(answer).toEqual(made[0]);
  expect(await readNeed(need.id)).toMatchObject({ pledged: 3, pledges: { totalCount: 1 } });
});

test('40 simultaneous sends of a key whose claim is refused are refused alike', async () => {
  const need = await publishOf(2);
  const { problems } = await outcomes(
    Array.from({ length: 40 }, () => claim(as.semen, need.id, 3, { idempotencyKey: 'refused' })),
  );
  expect(problems).toHaveLength(40);
  for (const problem of problems) expect(problem).toEqual(problems[0]);
});

test('the same key with another input is an IdempotencyConflict, for another partner it is another key', async () => {
  const need = await publishOf(50);
  const idempotencyKey = 'one key';
  const pledge = await claim(as.semen, need.id, 3, { idempotencyKey });
  const [problem] = await refused(claim(as.semen, need.id, 4, { idempotencyKey }));
  expect(problem).toMatchObject({ __typename: 'IdempotencyConflict', path: ['input', 'idempotencyKey'] });
  const other = await claim(as.kodim, need.id, 4, { idempotencyKey });
  expect(other.id).not.toBe(pledge.id);
  expect(await readNeed(need.id)).toMatchObject({ pledged: 7 });
});

test('a key answers what it answered first, whatever has happened to the pledge and the need since', async () => {
  const need = await publishOf(50);
  const send = () => claim(as.semen, need.id, 3, { idempotencyKey: 'kept' });
  const first = await send();
  await commit(as.semen, first.id, hub.clock.date(30));
  await claim(as.kodim, need.id, 5);
  const delivery = await report(as.semen, first.id, 3, hub.clock.date(), { idempotencyKey: 'delivered' });
  await verify(as.kader, delivery.id, { idempotencyKey: 'verified' });
  expect(await send()).toEqual(first);
  expect(await report(as.semen, first.id, 3, hub.clock.date(), { idempotencyKey: 'delivered' })).toEqual(
    delivery,
  );
  await hub.clock.moveDays(7);
  expect(await send()).toEqual(first);
});

test('a refused claim repeated with its key stays refused the same, even when it would pass by now', async () => {
  const need = await publishOf(5);
  const blocking = await claim(as.kodim, need.id, 4);
  const send = () => refused(claim(as.semen, need.id, 3, { idempotencyKey: 'too late' }));
  const first = await send();
  expect(first).toMatchObject([{ __typename: 'NotEnoughRemaining', remaining: 1 }]);
  await withdraw(as.kodim, blocking.id);
  expect(await send()).toEqual(first);
  expect(await claim(as.semen, need.id, 3)).toMatchObject({ status: 'PLEDGED' });
});

test('what the input lacks is not remembered: the key serves the corrected claim', async () => {
  const need = await publishOf(5);
  await refused(claim(as.semen, need.id, 0, { idempotencyKey: 'corrected' }));
  expect(await claim(as.semen, need.id, 1, { idempotencyKey: 'corrected' })).toMatchObject({ quantity: 1 });
});

test('of two updates with one version one wins, and the other hears StaleVersion with the version that is', async () => {
  const need = await publishOf(10);
  const { id: needId, version } = need;
  const change = (title: string) => update(as.kader, { needId, version, title });
  const { made, problems } = await outcomes([change('Jamban umum'), change('Jamban keluarga')]);
  expect(problems).toMatchObject([
    { __typename: 'StaleVersion', currentVersion: version + 1, path: ['input', 'version'] },
  ]);
  expect(await readNeed(needId)).toMatchObject({ title: made[0]!.title, version: version + 1 });
});

test('simultaneous commitments, withdrawals, the clock and the cancellation of one need leave every counter right', async () => {
  for (let round = 0; round < 2; round += 1) {
    const need = await publishOf(80);
    const claimSome = () =>
      Array.from({ length: 10 }, async (_, index) => {
        const member = claimants[index % 8]!;
        return { member, pledge: await claim(member, need.id, 1 + (index % 3)) };
      });
    const due = await Promise.all(claimSome());
    await hub.clock.moveDays(10);
    const notDue = await Promise.all(claimSome());
    await hub.clock.moveDays(5);
    const steps = [...due, ...notDue].flatMap(({ member, pledge }) => [
      commit(member, pledge.id, hub.clock.date(10)),
      withdraw(member, pledge.id),
    ]);
    const clocks = [hub.services.pledges.expireDue(), otherNode.services.pledges.expireDue()];
    const { problems } = await outcomes<unknown>([...steps, ...clocks, cancel(as.kader, need.id)]);
    expect(new Set(problems.map(({ __typename }) => __typename))).toEqual(new Set(['WrongState']));
    expect(await readNeed(need.id)).toMatchObject({
      status: 'CANCELLED',
      pledged: 0,
      committed: 0,
      remaining: 0,
    });
    await hub.expectTrueBooks();
  }
});

test('none of these races met a deadlock, or was a fault to the hubs', async () => {
  const [row] = await hub.database.sql(
    'select deadlocks from pg_stat_database where datname = current_database()',
  );
  expect(row).toEqual({ deadlocks: 0 });
  expect([...hub.complaints, ...otherNode.complaints]).toEqual([]);
});
