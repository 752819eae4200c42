import { once } from 'node:events';
import { chmod, mkdtemp, readdir, rm, stat } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import pg from 'pg';
import { openDatabase } from '../src/app.ts';
import { readConfig } from '../src/config.ts';
import { deliveryStatuses } from '../src/deliveries/delivery.entity.ts';
import { verifyBooks } from '../src/books/verify-books.service.ts';
import { addDays, dateInBanten } from '../src/kernel/calendar.ts';
import { needStatuses } from '../src/needs/need.entity.ts';
import { type EmbeddedPostgres, startEmbeddedPostgres } from '../src/platform/embedded/embedded-postgres.ts';
import { findPostmaster, stopPostmaster } from '../src/platform/embedded/postmaster.ts';
import { createLogger } from '../src/platform/logger.ts';
import { pledgeStatuses } from '../src/pledges/pledge.entity.ts';
import { NAMED_VILLAGES } from '../src/seed/demo/banten.ts';
import { PARTNERS } from '../src/seed/demo/partners.ts';
import { FIRST_DAY } from '../src/seed/demo/timetable.ts';
import { villageId } from '../src/seed/deterministic-id.ts';
import { synergyLevels } from '../src/villages/village.entity.ts';
import { ChildHub } from './support/child-hub.ts';
import { demoNeeds, demoPledges, expectedDemo, staleOnTheFeed } from './support/demo-plan.ts';
import { rowCounts } from './support/row-counts.ts';
import { TestDatabase } from './support/test-database.ts';

const READY = 'Stop it with Ctrl-C.';
let base: string;
let dataDir: string;
const hubs: ChildHub[] = [];

function start(environment: Record<string, string> = { DATA_DIR: dataDir }): ChildHub {
  const hub = new ChildHub('main.js', { PORT: '0', ...environment });
  hubs.push(hub);
  return hub;
}

async function started(environment?: Record<string, string>): Promise<ChildHub> {
  const hub = start(environment);
  await hub.printed(READY);
  return hub;
}

const urlOf = ({ output }: ChildHub): string => /http:\/\/127\.0\.0\.1:\d+(?=\/graphql)/.exec(output)![0];

async function ask(hub: ChildHub, query: string, token?: string): Promise<unknown> {
  const headers = {
    'content-type': 'application/json',
    ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
  };
  const response = await fetch(`${urlOf(hub)}/graphql`, {
    method: 'POST',
    headers,
    body: JSON.stringify({ query }),
  });
  return ((await response.json()) as { data: unknown }).data;
}

async function signIn(hub: ChildHub, who = 'perkim-banten'): Promise<string> {
  const answer = await ask(
    hub,
    `mutation { signIn(input: { email: "${who}@sinergi.test", password: "kampungkb" }) { token } }`,
  );
  return (answer as { signIn: { token: string } }).signIn.token;
}

const postmaster = () => findPostmaster(join(dataDir, 'postgres'));

beforeAll(async () => {
  base = await mkdtemp(join(tmpdir(), 'sinergi-start-'));
  await chmod(base, 0o711);
  dataDir = join(base, 'data');
});

afterAll(async () => {
  await Promise.all(hubs.map((hub) => hub.kill('SIGKILL')));
  const left = await postmaster();
  if (left) await stopPostmaster(left.process);
  await rm(base, { recursive: true, force: true });
});

describe('a hub with a database of its own', () => {
  let token: string;

  test('whose first start is killed with -9 in the middle of the demo loads all of it at the next', async () => {
    const cut = start();
    await cut.printed('Needs of the villages: 1,206');
    expect(await cut.kill('SIGKILL')).toBe('SIGKILL');
    expect(await postmaster()).toBeDefined();

    const hub = await started();
    expect(hub.output).toContain('This is the first start');
    expect(hub.output).toContain('Pledges and deliveries: ');
    for (const said of [
      '/graphql\n',
      'ws://127.0.0.1:',
      '/health/ready',
      'password kampungkb',
      'TOKEN=$(curl',
    ]) {
      expect(hub.output).toContain(said);
    }
    token = await signIn(hub);
    expect((await fetch(`${urlOf(hub)}/health/ready`)).status).toBe(200);
    expect((await stat(join(dataDir, 'token.secret'))).mode & 0o777).toBe(0o600);

    expect(await hub.kill('SIGTERM')).toBe(0);
    expect(hub.output).toMatch(/Stopping …\nStopped\.\n$/);
    expect(await postmaster()).toBeUndefined();
  }, 400_000);

  test('loads nothing again, and knows the tokens that it gave before', async () => {
    const hub = await started();
    expect(hub.output).not.toContain('first start');
    expect(await ask(hub, '{ viewer { email } villages { totalCount } }', token)).toEqual({
      viewer: { email: 'perkim-banten@sinergi.test' },
      villages: { totalCount: 310 },
    });
    const second = start();
    expect(await second.end()).toBe(1);
    expect(second.output).toContain(`another hub uses this folder (pid ${hub.pid})`);
    expect(await hub.kill('SIGKILL')).toBe('SIGKILL');
  });

  test('recovers from kill -9 at the next start, and stops by Ctrl-C', async () => {
    const left = await postmaster();
    expect(left).toBeDefined();
    const hub = await started();
    expect(hub.output).toContain('took over PostgreSQL');
    expect(await ask(hub, '{ villages { totalCount } }', token)).toEqual({ villages: { totalCount: 310 } });
    expect(await hub.kill('SIGINT')).toBe(0);
    expect(await postmaster()).toBeUndefined();
  });

  test('has its books proved beside it while it works, and without it', async () => {
    const hub = await started();
    const prove = async () => {
      const proof = new ChildHub('tools/verify-books.js', { DATA_DIR: dataDir });
      expect(await proof.end()).toBe(0);
      expect(proof.output).toMatch(/^(\d+) of \1 .* … true .*\nThe books are true\.\n$/m);
    };
    await prove();
    expect(await ask(hub, '{ villages { totalCount } }', token)).toEqual({ villages: { totalCount: 310 } });
    expect(await hub.kill('SIGINT')).toBe(0);
    await prove();
    expect(await postmaster()).toBeUndefined();
  });

  test('shows each draft of the demo to its village and its coordinators, who alone may publish it', async () => {
    const hub = await started();
    interface Seen {
      needs: { nodes: { id: string; village: { code: string } }[] };
    }
    const query = '{ needs(status: [DRAFT], first: 50) { nodes { id village { code } } } }';
    const seenBy = async (who: string) =>
      ((await ask(hub, query, await signIn(hub, who))) as Seen).needs.nodes;
    const all = await seenBy('koordinator');
    expect(all).toHaveLength(15);
    // With a version that it never had, so that whoever may publish it is told of the version alone.
    const publishing = async (who: string, needId: string) =>
      ask(
        hub,
        `mutation { publishDraft(input: { needId: "${needId}", version: 99 }) { problems { __typename } } }`,
        await signIn(hub, who),
      );
    const answer = (typename: string) => ({ publishDraft: { problems: [{ __typename: typename }] } });
    for (const { code } of NAMED_VILLAGES) {
      const [draft, ...others] = await seenBy(`kader.${code}`);
      expect(others).toEqual([]);
      expect(all).toContainEqual(draft);
      const regency = await seenBy(`koordinator.${code.slice(0, 5)}`);
      expect(regency).toEqual(all.filter(({ village }) => village.code.startsWith(code.slice(0, 5))));
      for (const who of [`kader.${code}`, `koordinator.${code.slice(0, 5)}`, 'koordinator']) {
        expect(await publishing(who, draft!.id)).toEqual(answer('StaleVersion'));
      }
      for (const who of ['perkim-banten', 'koordinator.36.74']) {
        expect(await publishing(who, draft!.id)).toEqual(answer('NotFound'));
      }
      expect(await publishing('auditor', draft!.id)).toEqual(answer('Forbidden'));
    }
    expect(await seenBy('perkim-banten')).toEqual([]);
    expect(await hub.kill('SIGTERM')).toBe(0);
  });

  test('stops its database when the port is taken, and says what to do', async () => {
    const taken = createServer().listen(0, '127.0.0.1');
    await once(taken, 'listening');
    const address = taken.address();
    const port = typeof address === 'object' && address ? address.port : 0;
    const hub = start({ DATA_DIR: dataDir, PORT: String(port) });
    expect(await hub.end()).toBe(1);
    expect(hub.output).toBe(
      `Port ${port} of 127.0.0.1 is in use. Stop the program that has it, or choose another: PORT=${port + 1} npm start\n`,
    );
    expect(await postmaster()).toBeUndefined();
    taken.close();
  });
});

describe('the demo that it loaded', () => {
  let postgres: EmbeddedPostgres;
  let pool: pg.Pool;
  const rows = async <Row extends object>(statement: string) => (await pool.query<Row>(statement)).rows;
  const valuesOf = async (statement: string) =>
    (await rows<{ value: string }>(statement)).map(({ value }) => value);

  beforeAll(async () => {
    postgres = await startEmbeddedPostgres({ dataDir, log: () => undefined });
    pool = new pg.Pool({ connectionString: postgres.url, max: 2 });
  });

  afterAll(async () => {
    await pool.end();
    await postgres.stop();
  });

  test('is the plan, need by need and pledge by pledge, with no claim refused', async () => {
    // The day on which it was loaded, which may have been yesterday.
    const [born] = await rows<{ at: Date }>('select min(created_at) as at from accounts');
    const expected = await expectedDemo(dateInBanten(addDays(born!.at, -FIRST_DAY)));
    expect((await valuesOf(`select line as value from (${demoNeeds}) as n`)).toSorted()).toEqual(
      expected.needs,
    );
    expect((await valuesOf(`select line as value from (${demoPledges}) as p`)).toSorted()).toEqual(
      expected.pledges,
    );
  });

  test('has 310 villages, the three named ones among them, and the partners in their order', async () => {
    const villages = await valuesOf('select id as value from villages');
    expect(villages).toHaveLength(310);
    expect(villages).toEqual(expect.arrayContaining(NAMED_VILLAGES.map(({ code }) => villageId(code))));
    const partners = await valuesOf('select code as value from partners order by created_at');
    expect(partners).toEqual(PARTNERS.map(({ code }) => code));
  });

  test.each([
    ['needs', 'status', needStatuses],
    ['pledges', 'status', pledgeStatuses],
    ['deliveries', 'status', deliveryStatuses],
    ['villages', 'synergy', synergyLevels],
  ])('has %s of every %s', async (table, column, all) => {
    const found = await valuesOf(`select distinct ${column} as value from ${table}`);
    expect(found.toSorted()).toEqual([...all].toSorted());
  });

  test('lies in the past, in order, and leaves nothing that the clock would end within a week', async () => {
    const [facts] = await rows(
      `select bool_and(occurred_at < now()) as past, bool_and(occurred_at >= before) as ordered
        from (select occurred_at, lag(occurred_at, 1, occurred_at) over (order by id) as before from events) as e`,
    );
    expect(facts).toEqual({ past: true, ordered: true });
    expect(await rows(`select id from pledges where expires_at < now() + interval '7 days'`)).toEqual([]);
  });

  test('keeps true books, and a feed whose last events show everything as it is', async () => {
    const config = readConfig({ DATABASE_URL: postgres.url }, { needsTokenSecret: false });
    const database = await openDatabase(config, postgres.url, createLogger('warn'));
    const wrong: object[] = [];
    for await (const { name, breaches } of verifyBooks(database)) {
      if (breaches.length > 0) wrong.push({ name, breaches });
    }
    await database.close();
    expect(wrong).toEqual([]);
    for (const statement of Object.values(staleOnTheFeed)) expect(await rows(statement)).toEqual([]);
  });
});

describe('a hub with a given database', () => {
  test('loads nothing into it, keeps nothing beside it, and leaves it running', async () => {
    const database = await TestDatabase.create('empty');
    const environment = {
      DATABASE_URL: database.url,
      TOKEN_SECRET: 'x'.repeat(32),
      DATA_DIR: join(base, 'unused'),
    };
    const hub = await started(environment);
    expect(hub.output).not.toContain('kampungkb');
    expect(await hub.kill('SIGTERM')).toBe(0);
    expect(await rowCounts(database)).toMatchObject({
      areas: 0,
      accounts: 0,
      partners: 0,
      needs: 0,
      events: 0,
    });
    expect(await readdir(base)).not.toContain('unused');
    await database.drop();
  });
});
