import { expect, test } from '@jest/globals';
import { lockTable, waitingStatements } from './support/held-lock.ts';
import { testHub } from './support/test-hub.ts';
import { until } from './support/until.ts';

const READ_CONNECTIONS = 3;
const hub = await testHub({
  publicRead: true,
  environment: { READ_CONNECTIONS: String(READ_CONNECTIONS), WRITE_CONNECTIONS: '1' },
});

const probe = async () => (await fetch(`${hub.url}/health/ready`)).status;
const ask = async (query: string): Promise<unknown> => {
  const headers = { 'content-type': 'application/json', accept: 'application/json' };
  const answer = await fetch(`${hub.url}/graphql`, {
    method: 'POST',
    headers,
    body: JSON.stringify({ query }),
  });
  return answer.json();
};

test('a hub whose pools are full is ready', async () => {
  const unlock = await lockTable(hub.database, 'clusters');
  const reads = Array.from({ length: 4 * READ_CONNECTIONS }, () => ask('{ clusters { code } }'));
  await until(
    async () => (await waitingStatements(hub.database)).length >= READ_CONNECTIONS - 1,
    'the read pool to be full',
  );
  const { orm } = hub.services.database;
  const written = orm.em.fork().transactional(async (em) => {
    await em.execute('select 1');
    expect(await Promise.all([probe(), probe()])).toEqual([200, 200]);
  });
  await written;
  await unlock();
  await Promise.all(reads);
});

test('probes that come at once share one statement, and a database that is slow to answer is told as unreachable', async () => {
  const unlock = await lockTable(hub.database, 'mikro_orm_migrations');
  const probes = Array.from({ length: 50 }, probe);
  await until(
    async () => (await waitingStatements(hub.database)).length > 0,
    'a look at the database that waits',
  );
  expect(await waitingStatements(hub.database)).toHaveLength(1);
  expect(new Set(await Promise.all(probes))).toEqual(new Set([503]));
  await unlock();
  await until(async () => (await probe()) === 200, 'a ready hub');
});
