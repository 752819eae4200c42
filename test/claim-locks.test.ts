import { randomUUID } from 'node:crypto';
import { expect, test } from '@jest/globals';
import { Holding } from './balance/holding.ts';
import { cancel, claim, publish, refused } from './support/acts.ts';
import { statementsOf } from './support/statements.ts';
import { testHub } from './support/test-hub.ts';
import { buildWorld } from './support/world.ts';
import { until } from './support/until.ts';

/** A claim sends its statements without waiting for the answers of those before: what it must not lose by that. */
const hub = await testHub();
const { as, villages, partners } = await buildWorld(hub);
const { database } = hub;

const lockOf = (table: string, id: string) =>
  Holding.open(database, `select from ${table} where id = $1 for update`, [id]);
const publishOf = (quantity: number) => publish(as.kader, { villageId: villages.cimarga.id, quantity });
// A plan so great that no share of it is ever too much.
await publishOf(100_000);

async function pledgedOf(needId: string): Promise<number> {
  const [row] = await database.sql<{ pledged: number }>('select pledged from needs where id = $1', [needId]);
  return row!.pledged;
}

test('a claim is eight statements, whatever was pledged before it', async () => {
  const need = await publishOf(50);
  await claim(as.semen, need.id, 1);
  const first = await statementsOf(() => claim(as.semen, need.id, 1));
  for (let turn = 0; turn < 10; turn += 1) await claim(as.kodim, need.id, 1);
  const later = await statementsOf(() => claim(as.semen, need.id, 1));
  // Who asks, begin, the key, the locks, the colours, the figures, all that is written, commit.
  expect(first).toHaveLength(8);
  expect(later).toEqual(first);
});

test('a claim that waits for its need sees what was claimed meanwhile, in its answer and in its judgement', async () => {
  const need = await publishOf(10);
  const holding = await lockOf('needs', need.id);
  const waiting = [claim(as.semen, need.id, 4), claim(as.kodim, need.id, 4), claim(as.semen, need.id, 4)];
  const outcomes = Promise.allSettled(waiting);
  await holding.waiting(3);
  await holding.release();
  const made = (await outcomes).flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []));
  expect(made.map((pledge) => pledge.need.remaining).toSorted((a, b) => b - a)).toEqual([6, 2]);
  expect(await pledgedOf(need.id)).toBe(8);
});

test('claims on two needs of a village wait for the village, and count each other in its figures', async () => {
  const needs = await Promise.all([publishOf(5), publishOf(5)]);
  const figures = async () => {
    const [row] = await database.sql<{ pledged: number }>(
      'select pledged_rupiah as pledged from villages where id = $1',
      [villages.cimarga.id],
    );
    return row!.pledged;
  };
  const before = await figures();
  const holding = await lockOf('villages', villages.cimarga.id);
  const claims = [claim(as.semen, needs[0].id, 2), claim(as.kodim, needs[1].id, 3)];
  await holding.waiting(2);
  await holding.release();
  const made = await Promise.all(claims);
  const worth = made.reduce((sum, { value }) => sum + value, 0);
  expect((await figures()) - before).toBe(worth);
});

test('a claim whose need is cancelled while it waits is refused, and nothing of it remains', async () => {
  const need = await publishOf(5);
  const holding = await lockOf('villages', villages.cimarga.id);
  const cancelled = cancel(as.kader, need.id);
  await holding.waiting(1);
  const late = refused(claim(as.semen, need.id, 1));
  await holding.waiting(2);
  await holding.release();
  await cancelled;
  expect(await late).toMatchObject([{ __typename: 'WrongState' }]);
  expect(await database.sql('select from pledges where need_id = $1', [need.id])).toEqual([]);
});

test('a claim that is broken off amid its pipeline leaves nothing, and its connection serves the next', async () => {
  const need = await publishOf(5);
  const holding = await lockOf('partners', partners.semen.id);
  const idempotencyKey = randomUUID();
  const send = () => claim(as.semen, need.id, 2, { idempotencyKey });
  const broken = Promise.allSettled([send()]);
  const [pid] = await holding.waiting(1);
  await database.sql('select pg_cancel_backend($1)', [pid]);
  expect(await broken).toMatchObject([{ reason: { code: 'OPERATION_TOO_SLOW' } }]);
  const again = send();
  await holding.waiting(1);
  await holding.release();
  expect(await again).toMatchObject({ quantity: 2, status: 'PLEDGED' });
  expect(await pledgedOf(need.id)).toBe(2);
});

test('a claim that has waited for its lock as long as one may is begun anew', async () => {
  const need = await publishOf(5);
  const holding = await lockOf('needs', need.id);
  const sent = claim(as.semen, need.id, 2);
  await holding.waiting(1);
  const begunAt = async () => {
    const [row] = await database.sql<{ at: Date }>(
      `select xact_start as at from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`,
    );
    return row?.at.getTime();
  };
  const first = await begunAt();
  await until(async () => {
    const at = await begunAt();
    return at !== undefined && at !== first;
  }, 'another try');
  await holding.release();
  expect(await sent).toMatchObject({ quantity: 2 });
});

test('a twin that waits for the key takes no lock, and hears the first answer', async () => {
  const need = await publishOf(5);
  const idempotencyKey = randomUUID();
  const holding = await lockOf('needs', need.id);
  const send = () => claim(as.semen, need.id, 2, { idempotencyKey });
  const twins = [send(), send()];
  await holding.waiting(2);
  await holding.release();
  const [first, second] = await Promise.all(twins);
  expect(second).toEqual(first);
  expect(await pledgedOf(need.id)).toBe(2);
});

test('of a claim and somebody who locks against the order neither waits for ever, and the claim is made once', async () => {
  const need = await publishOf(100);
  const holding = await lockOf('villages', villages.cimarga.id);
  const sent = claim(as.semen, need.id, 3);
  await holding.waiting(1);
  // The village before the need, which nobody in the hub does: one of the two is ended as a deadlock.
  await holding.lockMore('select from needs where id = $1 for update', [need.id]);
  await holding.release();
  expect(await sent).toMatchObject({ quantity: 3 });
  expect(await pledgedOf(need.id)).toBe(3);
  const [row] = await database.sql<{ deadlocks: number }>(
    'select deadlocks from pg_stat_database where datname = current_database()',
  );
  expect(row!.deadlocks).toBe(1);
});

test('after all of these the books are true', () => hub.expectTrueBooks());
