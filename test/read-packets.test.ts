import { afterAll, expect, test } from '@jest/globals';
import { setImmediate as turn } from 'node:timers/promises';
import pg from 'pg';
import { Meter } from '../src/platform/meter.ts';
import { ReadPackets } from '../src/platform/read-packets.ts';
import { ReadPool } from '../src/platform/read-pool.ts';
import { TestDatabase } from './support/test-database.ts';

const MAX = 4;
const WIDTH = 2;
const database = await TestDatabase.create('empty');
const pool = new pg.Pool({ connectionString: database.url, max: MAX, pipeline: true });
// Connections that are broken on purpose.
pool.on('connect', (client) => client.on('error', () => undefined));
pool.on('error', () => undefined);
const packets = new ReadPackets(new ReadPool(pool, new Meter()), WIDTH);
afterAll(async () => {
  await pool.end();
  await database.drop();
});

const ask = async (text: string, values: unknown[] = []) => {
  const { rows } = await packets.query<{ answer: unknown }>({ text, values });
  return rows[0]?.answer;
};
const times = <T>(count: number, act: (index: number) => T): T[] =>
  Array.from({ length: count }, (_, index) => act(index));

test('what is asked in one turn travels together, and each gets its own answer', async () => {
  const asked = times(16, (index) =>
    packets.query<{ own: number; pid: number }>({
      text: 'select $1::int as own, pg_backend_pid() as pid',
      values: [index],
    }),
  );
  const answers = (await Promise.all(asked)).map(({ rows }) => rows[0]!);
  expect(answers.map(({ own }) => own)).toEqual(times(16, (index) => index));
  expect(new Set(answers.map(({ pid }) => pid)).size).toBe(WIDTH);
});

test('a statement that fails takes no other of its packet with it', async () => {
  const answers = await Promise.allSettled(
    times(16, (index) => ask('select 6 / $1::int as answer', [index % 4])),
  );
  const wrong = answers.filter(({ status }) => status === 'rejected');
  expect(wrong).toHaveLength(4);
  expect(String((wrong[0] as PromiseRejectedResult).reason)).toContain('division by zero');
  expect(answers[1]).toEqual({ status: 'fulfilled', value: 6 });
  expect(answers[15]).toEqual({ status: 'fulfilled', value: 2 });
});

test('what one statement sets for itself, the next of its packet does not see', async () => {
  const answers = await Promise.all(
    times(16, (index) =>
      ask(
        index % 2 === 0
          ? `select set_config('sinergi.asker', 'somebody', true) as answer`
          : `select coalesce(current_setting('sinergi.asker', true), '') as answer`,
      ),
    ),
  );
  expect(answers).toEqual(times(16, (index) => (index % 2 === 0 ? 'somebody' : '')));
});

test('slow statements do not hold up what comes after them while the pool has connections', async () => {
  const lock = new pg.Client({ connectionString: database.url });
  await lock.connect();
  await lock.query('select pg_advisory_lock(7)');
  const slow = times(WIDTH, () => ask('select pg_advisory_lock_shared(7)::text as answer'));
  // What comes in the same turn may travel behind them.
  await turn();
  expect(await Promise.all(times(4, (index) => ask('select $1::int as answer', [index])))).toEqual([
    0, 1, 2, 3,
  ]);
  await lock.query('select pg_advisory_unlock(7)');
  expect(await Promise.all(slow)).toEqual(times(WIDTH, () => ''));
  await lock.end();
});

test('a connection that breaks fails what it carried, and is replaced', async () => {
  const asked = await Promise.allSettled([
    ask('select pg_terminate_backend(pg_backend_pid())::text as answer'),
    ...times(15, () => ask('select 1 as answer')),
  ]);
  expect(asked[0].status).toBe('rejected');
  expect(asked.filter(({ status }) => status === 'fulfilled').length).toBeGreaterThanOrEqual(7);
  expect(await Promise.all(times(16, () => ask('select 1 as answer')))).toEqual(times(16, () => 1));
});

test('what a connection prepares is bounded, however many statements come', async () => {
  const held: number[] = [];
  for (let index = 0; index < 200; index += 1) {
    const text = `select ${index} as answer /*${'x'.repeat(10_000)}*/`;
    const { rows } = await packets.query<{ answer: number }>({ name: `own ${index}`, text });
    expect(rows).toEqual([{ answer: index }]);
    held.push(
      Number(await ask('select coalesce(sum(length(statement)), 0) as answer from pg_prepared_statements')),
    );
  }
  expect(Math.max(...held)).toBeGreaterThan(100_000);
  expect(Math.max(...held)).toBeLessThan(600_000);
});
