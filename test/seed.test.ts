import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { openDatabase } from '../src/app.ts';
import { readConfig } from '../src/config.ts';
import { deliveryStatuses } from '../src/deliveries/delivery.entity.ts';
import { verifyBooks } from '../src/feed/verify-books.service.ts';
import { needStatuses } from '../src/needs/need.entity.ts';
import type { Database } from '../src/platform/database.ts';
import { createLogger } from '../src/platform/logger.ts';
import { pledgeStatuses } from '../src/pledges/pledge.entity.ts';
import type { LoadedDemo } from '../src/seed/demo-seed.service.ts';
import { NAMED_VILLAGES } from '../src/seed/demo/banten.ts';
import { CLUSTERS, SECTORS } from '../src/seed/demo/clusters.ts';
import { PARTNERS } from '../src/seed/demo/partners.ts';
import { villageId } from '../src/seed/deterministic-id.ts';
import { type Loaders, loadDemo, loadersOf } from '../src/seed/loaders.ts';
import { readArguments, UsageError } from '../src/seed/seed-arguments.ts';
import { synergyLevels } from '../src/villages/village.entity.ts';
import { ChildHub } from './support/child-hub.ts';
import { rowCounts } from './support/row-counts.ts';
import { TestDatabase } from './support/test-database.ts';

const NOW = new Date('2026-03-02T03:00:00Z');
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
    await expect(loaders.areas.run('99', nobodyHears)).rejects.toThrow('unknown province "99"; known are: 11 Aceh');
    expect(await database.contents()).toEqual(before);
  });
});

describe('the demo of Banten', () => {
  let first: Place;
  let second: Place;
  let results: (LoadedDemo | null)[];

  beforeAll(async () => {
    first = await place();
    second = await place();
    await first.loaders.areas.run('36', nobodyHears);
    await first.loaders.reference.load();
    results = await Promise.all([
      first.loaders.demo.load(NOW, nobodyHears),
      // Another hub that starts at the same time; it waits for the first, and finds what that has loaded.
      first.loaders.demo.load(NOW, nobodyHears),
      loadDemo(second.loaders, NOW, nobodyHears),
    ]);
  }, 150_000);

  const statusesOf = async (table: string, column = 'status') =>
    (await first.database.sql<{ value: string }>(`select distinct ${column} as value from ${table}`)).map(
      ({ value }) => value,
    );

  test('is loaded once by two hubs at once, and no claim of it is refused', () => {
    expect(results.filter((result) => result === null)).toHaveLength(1);
    const loaded = results.filter((result) => result !== null);
    for (const { villages, needs, refused } of loaded) {
      expect({ villages, needs, refused }).toEqual({ villages: 310, needs: 1203, refused: 0 });
    }
  });

  test('has the villages, partners, accounts, clusters and sectors of the plan', async () => {
    const counts = await rowCounts(first.database);
    expect(counts).toMatchObject({
      areas: 1716, villages: 310, needs: 1203, partners: PARTNERS.length, clusters: CLUSTERS.length,
      sectors: SECTORS.length, accounts: PARTNERS.length + 14, pledges: results[0]?.stories ?? results[1]!.stories,
    });
    const named = await first.database.sql<{ id: string }>('select id from villages where code = any($1) order by code', [
      NAMED_VILLAGES.map(({ code }) => code),
    ]);
    expect(named.map(({ id }) => id)).toEqual(NAMED_VILLAGES.map(({ code }) => code).toSorted().map(villageId));
    const oldest = await first.database.sql<{ code: string }>('select code from partners order by created_at');
    expect(oldest.map(({ code }) => code)).toEqual(PARTNERS.map(({ code }) => code));
  });

  test('shows needs, pledges and deliveries in every status, and villages at every level of synergy', async () => {
    expect((await statusesOf('needs')).toSorted()).toEqual([...needStatuses].toSorted());
    expect((await statusesOf('pledges')).toSorted()).toEqual([...pledgeStatuses].toSorted());
    expect((await statusesOf('deliveries')).toSorted()).toEqual([...deliveryStatuses].toSorted());
    expect((await statusesOf('villages', 'synergy')).toSorted()).toEqual([...synergyLevels].toSorted());
  });

  test('lies in the past, and leaves nothing that the clock would end within a week', async () => {
    const [row] = await first.database.sql<{ last: Date; expiring: number }>(
      `select greatest(max(updated_at), (select max(occurred_at) from events)) as last,
        count(*) filter (where expires_at < $1::timestamptz + interval '7 days') as expiring from pledges`,
      [NOW],
    );
    expect(row!.last < NOW).toBe(true);
    expect(row!.expiring).toBe(0);
    const [backwards] = await first.database.sql(
      `select count(*) from (select occurred_at, lag(occurred_at) over (order by id) as before from events) as e
        where occurred_at < before`,
    );
    expect(backwards).toEqual({ count: 0 });
  });

  test('keeps books that are true, and a feed whose last events show needs, pledges and villages as they are', async () => {
    const wrong: object[] = [];
    for await (const { name, breaches } of verifyBooks(first.hub)) {
      // No relay has given the events their places yet.
      if (breaches.length > 0 && !name.startsWith('The feed’s places')) wrong.push({ name, breaches });
    }
    expect(wrong).toEqual([]);
    const counters = ['quantity', 'pledged', 'committed', 'delivered', 'verified', 'status', 'version'];
    const stale = await first.database.sql(
      `with last as (select distinct on (need_id) need_id, snapshot -> 'need' as shown from events order by need_id, id desc)
       select n.id from needs n left join last on last.need_id = n.id
       where n.status <> 'DRAFT' and (${counters.map((name) => `shown ->> '${name}'`).join(', ')})
         is distinct from (${counters.map((name) => `n.${name}::text`).join(', ')})`,
    );
    expect(stale).toEqual([]);
    const stalePledges = await first.database.sql(
      `with last as (
         select distinct on (pledge_id) pledge_id, snapshot -> 'pledge' as shown from events
         where pledge_id is not null order by pledge_id, id desc)
       select p.id from pledges p left join last on last.pledge_id = p.id
       where (shown ->> 'status', shown ->> 'version', jsonb_array_length(shown -> 'deliveries'))
         is distinct from (p.status, p.version::text, (select count(*) from deliveries d where d.pledge_id = p.id))`,
    );
    expect(stalePledges).toEqual([]);
    const staleVillages = await first.database.sql(
      `with last as (
         select distinct on (village_id) village_id, snapshot -> 'village' as shown from events order by village_id, id desc)
       select v.id from villages v left join last on last.village_id = v.id
       where (shown ->> 'committedRupiah', shown ->> 'openNeeds', shown ->> 'synergy')
         is distinct from (v.committed_rupiah::text, v.open_needs::text, v.synergy)`,
    );
    expect(staleVillages).toEqual([]);
  });

  test('is the same in every database', async () => {
    const needs = `
      select v.code, n.title, n.sector_code, n.quantity, n.unit_value, n.due_on::text, n.urgent, n.status, n.pledged,
        n.committed, n.delivered, n.verified, n.created_at
      from needs n join villages v on v.id = n.village_id order by v.code, n.title`;
    const pledges = `
      select v.code as village, n.title, s.code as partner, h.code as holder, p.quantity, p.status, p.delivered,
        p.verified, p.due_on::text, p.expires_at, p.created_at, p.updated_at, p.note, p.verdicts
      from pledges p join needs n on n.id = p.need_id join villages v on v.id = p.village_id
        join partners s on s.id = p.partner_id left join partners h on h.id = p.holder_id
      order by p.created_at, v.code, n.title, s.code`;
    const events = `
      select e.kind, e.occurred_at, e.village_code, n.title, s.code as partner from events e
        join needs n on n.id = e.need_id left join partners s on s.id = e.partner_id order by e.id`;
    for (const statement of [needs, pledges, events]) {
      expect(await second.database.sql(statement)).toEqual(await first.database.sql(statement));
    }
  });
});

describe('a demo that cannot be loaded', () => {
  test('leaves nothing when it is cut off in the middle', async () => {
    const { database, loaders } = await place();
    await loaders.areas.run('36', nobodyHears);
    await loaders.reference.load();
    const before = await database.contents();
    const controller = new AbortController();
    const reason = new Error('cut off');
    const cutOff = (step: string, done: number) => {
      if (step.startsWith('Pledges') && done === 20) controller.abort(reason);
    };
    await expect(loaders.demo.load(NOW, cutOff, controller.signal)).rejects.toBe(reason);
    expect(await database.contents()).toEqual(before);
    expect(await loaders.demo.isUnused()).toBe(true);
  });

  test('is refused where the areas are missing, and where others work already', async () => {
    const { database, loaders } = await place();
    await expect(loaders.demo.load(NOW, nobodyHears)).rejects.toThrow('The demo needs the areas of province 36.');
    await loaders.reference.load();
    await database.sql(
      `insert into partners (id, code, name, kind, cluster_code, created_at)
       values ('partner_01jgfjjz00e8h8q8q8q8q8q8q8', 'others', 'Others', 'NGO', 'economy', now())`,
    );
    const before = await database.contents();
    await expect(loadDemo(loaders, NOW, nobodyHears)).rejects.toThrow('this one has partners or needs already');
    expect({ ...(await database.contents()), areas: '' }).toEqual({ ...before, areas: '' });
    expect(await loaders.demo.isUnused()).toBe(false);
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
    const seed = new ChildHub('seed/seed.js', environment, ['--province', '31', '--admin', 'You@Example.org']);
    expect(await seed.end()).toBe(0);
    expect(seed.output).toContain('You@Example.org is an administrator now.');
    expect(await rowCounts(database)).toMatchObject({ areas: 318, accounts: 1, partners: 0, villages: 0, needs: 0 });
    const accounts = await database.sql(
      `select email, role, left(password_hash, 10) as hash from accounts join account_roles on account_id = id`,
    );
    expect(accounts).toEqual([{ email: 'you@example.org', role: 'ADMIN', hash: '$argon2id$' }]);
  });

  test('tells what is wrong before it touches a database', async () => {
    const environment = { DATABASE_URL: 'postgres://nobody@127.0.0.1:1/nothing' };
    const cases: [args: string[], code: number, said: string][] = [
      [['--province', '99'], 2, '--province: unknown province "99"; known are: 11 Aceh'],
      [['--admin', 'you@example.org'], 2, '--admin needs the new password in the variable ADMIN_PASSWORD.'],
      [['--province', '36'], 1, 'ECONNREFUSED'],
    ];
    await Promise.all(
      cases.map(async ([args, code, said]) => {
        const seed = new ChildHub('seed/seed.js', environment, args);
        expect([await seed.end(), seed.output]).toEqual([code, expect.stringContaining(said)]);
        expect(seed.output.includes('Usage:')).toBe(code === 2);
      }),
    );
  });
});
