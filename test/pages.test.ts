import { expect, test } from '@jest/globals';
import { testHub } from './support/test-hub.ts';

const hub = await testHub();
const get = (path: string) => fetch(`${hub.url}${path}`);

test('the workbench and all that it loads come from the hub itself', async () => {
  const page = await get('/');
  expect([page.status, page.headers.get('content-type')]).toEqual([
    200,
    expect.stringContaining('text/html'),
  ]);
  const html = await page.text();
  const loaded = [...html.matchAll(/\b(?:src|href)="([^"]+)"/g)].map(([, address]) => address!);
  const assets = loaded.filter((address) => /\.(js|css|svg)$/.test(address));
  expect(assets.length).toBeGreaterThanOrEqual(3);
  expect(loaded.filter((address) => /^(https?:)?\/\//.test(address))).toEqual([]);
  for (const address of assets) {
    const asset = await get(new URL(address, `${hub.url}/`).pathname);
    expect([address, asset.status]).toEqual([address, 200]);
    await asset.arrayBuffer();
  }
});

test('the page offers no demo accounts where there is no demo', async () => {
  expect(await (await get('/workbench.json')).json()).toEqual({ demo: false, accounts: [] });
});

test('the health pages say that the process answers, and that it can do its work', async () => {
  expect(await (await get('/health/live')).json()).toEqual({ status: 'live' });
  const ready = await get('/health/ready');
  expect([ready.status, await ready.json()]).toMatchObject([
    200,
    {
      status: 'ready',
      checks: { clock: true, database: true, migrations: true, relay: true },
      clock: { differenceMs: expect.any(Number) },
      jobs: expect.any(Object),
    },
  ]);
});

test('a hub whose database lacks a migration, or cannot be asked, is not ready, and says which', async () => {
  const [last] = await hub.database.sql<{ name: string }>(
    'delete from mikro_orm_migrations where id = (select max(id) from mikro_orm_migrations) returning name',
  );
  const unmigrated = await get('/health/ready');
  expect([unmigrated.status, await unmigrated.json()]).toMatchObject([
    503,
    { status: 'not ready', checks: { database: true, migrations: false } },
  ]);
  await hub.database.sql('insert into mikro_orm_migrations (name) values ($1)', [last!.name]);
  await hub.database.sql('alter table feed_head rename to hidden');
  const unreachable = await get('/health/ready');
  expect([unreachable.status, await unreachable.json()]).toMatchObject([
    503,
    { checks: { database: false, migrations: false } },
  ]);
  await hub.database.sql('alter table hidden rename to feed_head');
  expect((await get('/health/ready')).status).toBe(200);
});
