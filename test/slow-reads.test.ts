// A read that takes too long is cancelled by the database, and nothing else is.
import { expect, test } from '@jest/globals';
import pg from 'pg';
import { READ_SILENCE_MS, READ_TIMEOUT_MS } from '../src/platform/database-settings.ts';
import { Asker } from './support/asker.ts';
import { testHub } from './support/test-hub.ts';
import { buildWorld } from './support/world.ts';

const hub = await testHub();
const { accounts } = await buildWorld(hub);
const asker = new Asker(hub.url, await hub.tokenOf(accounts.auditor));

/** Lets every read of the table wait until `work` is done. */
async function whileLocked<T>(table: string, work: () => Promise<T>): Promise<T> {
  const client = new pg.Client(hub.database.url);
  await client.connect();
  await client.query(`begin; lock table ${table} in access exclusive mode`);
  try {
    return await work();
  } finally {
    await client.query('rollback');
    await client.end();
  }
}

const query = '{ sectors { code } }';
const ways = [
  ['a plan', () => asker.ask('http', query)],
  ['the resolvers', () => asker.ask('http', { query, extensions: { x: 1 } })],
  ['a WebSocket', () => asker.ask('websocket', query)],
  ['a stream', () => asker.ask('stream', query)],
] as const;

test('a read that takes longer than 5 s is OPERATION_TOO_SLOW on every way, and its connection goes on', async () => {
  const answers = await whileLocked('sectors', async () => {
    const slow = Promise.all(ways.map(([, ask]) => ask()));
    const beside = await asker.ask('http', '{ villages { totalCount } }');
    expect(beside.errors).toBeUndefined();
    return slow;
  });
  const told = answers.map(({ errors, status }) => [errors?.[0]!.extensions['code'], status]);
  expect(told).toEqual([
    ['OPERATION_TOO_SLOW', 504],
    ['OPERATION_TOO_SLOW', 200],
    ['OPERATION_TOO_SLOW', null],
    ['OPERATION_TOO_SLOW', null],
  ]);
  expect(answers[0]!.errors![0]!.message).toContain('5 seconds');
  for (const [way, ask] of ways) expect([way, (await ask()).errors]).toEqual([way, undefined]);
  // No connection was lost, and nothing failed on our side.
  expect(hub.complaints.filter((line) => !line.includes('57P05'))).toEqual([]);
});

test('the database cancels a read before its connection is taken for lost, also behind others of one packet', () => {
  expect(READ_TIMEOUT_MS).toBeLessThan(READ_SILENCE_MS / 2);
});
