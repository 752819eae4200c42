import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { afterAll, describe, expect, test } from '@jest/globals';
import { openDatabase } from '../src/app.ts';
import { readConfig } from '../src/config.ts';
import type { Database } from '../src/platform/database.ts';
import { createLogger } from '../src/platform/logger.ts';
import { CLUSTERS, SECTORS } from '../src/seed/demo/clusters.ts';
import { type Loaders, loadDemo, loadersOf } from '../src/seed/loaders.ts';
import { readArguments, UsageError } from '../src/seed/seed-arguments.ts';
import { ChildHub } from './support/child-hub.ts';
import { rowCounts } from './support/row-counts.ts';
import { TestDatabase } from './support/test-database.ts';

const nobodyHears = () => undefined;

interface Place {
  database: TestDatabase;
  hub: Database;
  loaders: Loaders;
}

const places: Place[] = [];

/** A migrated database, and what loads something into it. */
async function place(): Promise<Place> {
  const database = await TestDatabase.create();
  const config = readConfig({ DATABASE_URL: database.url }, { needsTokenSecret: false });
  const logger = createLogger('warn');
  const hub = await openDatabase(config, database.url, logger);
  const made = { database, hub, loaders: loadersOf(hub, logger) };
  places.push(made);
  return made;
}

afterAll(async () => {
  for (const { hub, database } of places) {
    await hub.close();
    await database.drop();
  }
});

describe('official areas', () => {
  setFlagsFromString('--expose-gc');
  const collectGarbage = runInNewContext('gc') as () => void;

  test('a province, then the whole country in bounded memory, each area once', async () => {
    const { database, loaders } = await place();
    expect(await loaders.areas.run('32', nobodyHears)).toEqual({ read: 6612, added: 6612 });
    collectGarbage();
    const before = process.memoryUsage().heapUsed;
    const grown: number[] = [];
    const country = await loaders.areas.run(null, (_step, done) => {
      if (done % 30_000 !== 0) return;
      collectGarbage();
      grown.push(process.memoryUsage().heapUsed - before);
    });
    expect(country).toEqual({ read: 91_599, added: 91_599 - 6612 });
    expect(grown).toHaveLength(3);
    // One batch of 1,000 areas and its statement; all of them would take ten times as much.
    expect(Math.max(...grown)).toBeLessThan(6_000_000);
    expect(await loaders.areas.run('32', nobodyHears)).toEqual({ read: 6612, added: 0 });
    const levels = await database.sql(`select level, count(*) from areas group by level order by count(*)`);
    expect(levels).toEqual([
      { level: 'PROVINCE', count: 38 },
      { level: 'REGENCY', count: 514 },
      { level: 'DISTRICT', count: 7285 },
      { level: 'VILLAGE', count: 83_762 },
    ]);
  });

  test('an unknown province is refused, and nothing is written', async () => {
    const { database, loaders } = await place();
    const before = await database.contents();
    await expect(loaders.areas.run('99', nobodyHears)).rejects.toThrow(
      'unknown province "99"; known are: 11 Aceh',
    );
    expect(await database.contents()).toEqual(before);
  });
});

test('clusters and sectors are brought up to date', async () => {
  const { database, loaders } = await place();
  await loaders.reference.load();
  const loaded = await database.contents();
  await database.sql(`update clusters set name = 'Lain'; update sectors set cluster_code = 'economy'`);
  await loaders.reference.load();
  expect(await database.contents()).toEqual(loaded);
  expect(await rowCounts(database)).toMatchObject({ clusters: CLUSTERS.length, sectors: SECTORS.length });
});

describe('a demo that is not loaded', () => {
  test('leaves nothing when it is cut off, and one of two waits until the other has ended', async () => {
    const { database, loaders } = await place();
    await loaders.areas.run('36', nobodyHears);
    await loaders.reference.load();
    const before = await database.contents();
    const heard: string[] = [];
    /** A load that is cut off once it has written villages, partners, accounts, needs and events. */
    const cutOff = (name: string): Promise<unknown> => {
      const controller = new AbortController();
      const listen = (_step: string, done: number) => {
        heard.push(name);
        if (done > 50) controller.abort(new Error(`${name} is cut off`));
      };
      return loaders.demo.load(listen, controller.signal);
    };
    const results = await Promise.allSettled([cutOff('one'), cutOff('other')]);
    expect(results).toEqual([
      { status: 'rejected', reason: new Error('one is cut off') },
      { status: 'rejected', reason: new Error('other is cut off') },
    ]);
    expect(heard.filter((name, index) => name !== heard[index - 1])).toHaveLength(2);
    expect(await database.contents()).toEqual(before);
    expect(await loaders.demo.isUnused()).toBe(true);
  });

  test('is there already, or lacks its areas, or would meet others who work there', async () => {
    const { database, loaders } = await place();
    await expect(loaders.demo.load(nobodyHears)).rejects.toThrow('The demo needs the areas of province 36.');
    await loaders.reference.load();
    await database.sql(
      `insert into partners (id, code, name, kind, cluster_code, created_at)
       values ('partner_01jgfjjz00e8h8q8q8q8q8q8q8', 'others', 'Others', 'NGO', 'economy', now())`,
    );
    const { areas: _, ...before } = await database.contents();
    await expect(loadDemo(loaders, nobodyHears)).rejects.toThrow('this one has partners or needs already');
    expect(await database.contents()).toMatchObject(before);
    expect(await loaders.demo.isUnused()).toBe(false);
    await database.sql(
      `insert into accounts (id, email, name, created_at)
       values ('account_01jgfjjz00e8h8q8q8q8q8q8q8', 'admin@sinergi.test', 'Admin', now())`,
    );
    expect(await loadDemo(loaders, nobodyHears)).toBe(null);
  });
});

describe('npm run seed', () => {
  test.each([
    [['--province', '9'], '--province must be two digits or "all"; it is “9”.'],
    [['--admin', 'somebody'], '--admin must be an e-mail address; it is “somebody”.'],
    [['--dmeo'], `Unknown option '--dmeo'`],
    [['36'], `Unexpected argument '36'`],
  ])('%j is a fault with a name', (args, fault) => {
    expect(() => readArguments(args)).toThrow(UsageError);
    expect(() => readArguments(args)).toThrow(fault);
  });

  test('loads Banten without the demo unless it is told otherwise', () => {
    expect(readArguments([])).toEqual({ province: '36', demo: false, admin: null, help: false });
    expect(readArguments(['--province', 'all', '--demo'])).toMatchObject({ province: null, demo: true });
  });

  test('makes an administrator of another province’s hub, and nobody else', async () => {
    const { database } = await place();
    const environment = { DATABASE_URL: database.url, ADMIN_PASSWORD: 'correct horse battery' };
    const seed = new ChildHub('seed/seed.js', environment, [
      '--province',
      '31',
      '--admin',
      'You@Example.org',
    ]);
    expect(await seed.end()).toBe(0);
    expect(seed.output).toContain('You@Example.org is an administrator now.');
    expect(await rowCounts(database)).toMatchObject({
      areas: 318,
      accounts: 1,
      partners: 0,
      villages: 0,
      needs: 0,
    });
    const accounts = await database.sql(
      `select email, role, left(password_hash, 10) as hash from accounts join account_roles on account_id = id`,
    );
    expect(accounts).toEqual([{ email: 'you@example.org', role: 'ADMIN', hash: '$argon2id$' }]);
  });

  test.each(['kampungkb123', '111111111111', 'you@example.org'])(
    'makes no administrator whose password is guessed first: %s',
    async (password) => {
      const environment = { DATABASE_URL: 'postgres://nobody@127.0.0.1:1/nothing', ADMIN_PASSWORD: password };
      const seed = new ChildHub('seed/seed.js', environment, ['--admin', 'you@example.org']);
      expect(await seed.end()).toBe(2);
      expect(seed.output).toMatch(/ADMIN_PASSWORD: This password is /);
    },
  );

  test.each([
    [['--province', '99'], 2, '--province: unknown province "99"; known are: 11 Aceh'],
    [['--province', '36'], 1, 'ECONNREFUSED'],
  ])('%j ends with %d when it cannot be done', async (args, code, said) => {
    const seed = new ChildHub(
      'seed/seed.js',
      { DATABASE_URL: 'postgres://nobody@127.0.0.1:1/nothing' },
      args,
    );
    expect(await seed.end()).toBe(code);
    expect(seed.output).toContain(said);
    expect(seed.output.includes('Usage:')).toBe(code === 2);
  });
});
