import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { sql } from 'kysely';
import { openDatabase } from '../src/app.ts';
import { anonymous, type Actor } from '../src/access/actor.ts';
import { maySeeDrafts, maySeePrivate } from '../src/access/access.rules.ts';
import { readConfig } from '../src/config.ts';
import { createLogger } from '../src/platform/logger.ts';
import { ActorService } from '../src/identity/actor.service.ts';
import type { Database, Sql } from '../src/platform/database.ts';
import { newId } from '../src/platform/ids.ts';
import { readerRights } from '../src/reader-rights.ts';
import { claim, commit, draft, publish, report } from './support/acts.ts';
import { gql } from './support/query.ts';
import { statementsOf } from './support/statements.ts';
import { testHub } from './support/test-hub.ts';
import { buildWorld, people } from './support/world.ts';
import { until } from './support/until.ts';

/** The second wall: reads that forget to ask whether somebody may see something do not find it. */

const hub = await testHub();
const { as, villages, accounts, partners } = await buildWorld(hub);
const need = await publish(as.kader, { villageId: villages.cimarga.id });
const aDraft = await draft(as.kader, { villageId: villages.cimarga.id, title: 'Rahasia desa' });
const pledge = await claim(as.semen, need.id, 5, { note: 'rahasia: catatan' });
await commit(as.semen, pledge.id, hub.clock.date(20));
await report(as.semen, pledge.id, 2, hub.clock.date(), {
  note: 'rahasia: kiriman',
  evidence: ['https://rahasia.test/foto'],
});
await hub.feedStamped();
await until(async () => (await hub.database.sql('select from audit_entries')).length > 0, 'a trail');
await hub.database.sql(
  `insert into invitations (account_id, secret_hash, created_at, expires_at)
    values ($1, repeat('0', 64), '2026-01-01', '2027-01-01')`,
  [accounts.kader],
);
for (const id of Object.values(accounts)) {
  const row = [id, '2026-01-01', '2027-01-01'];
  await hub.database.sql(
    'insert into sessions (id, account_id, created_at, expires_at) values ($1, $2, $3, $4)',
    [newId('token'), ...row],
  );
  await hub.database.sql(
    `insert into api_tokens (id, account_id, name, scopes, secret_hash, created_at, expires_at)
      select $1, $2::text, 'sistem', '{READ}', encode(sha256($2::text::bytea), 'hex'), $3::timestamptz, $4::timestamptz`,
    [newId('token'), ...row],
  );
}
const { database } = hub.services;
const actors = await new ActorService(database).of(Object.values(accounts));
const askers: [string, Actor][] = [
  ...people.map((person): [string, Actor] => [person, actors.get(accounts[person])!]),
  ['anonymous', anonymous],
];

/** A database of the same address with one connection for reads, so that each read takes the one before it left. */
let single: Database;
beforeAll(async () => {
  const config = readConfig({
    DATABASE_URL: hub.database.url,
    TOKEN_SECRET: 'x'.repeat(32),
    READ_CONNECTIONS: '1',
  });
  single = await openDatabase(config, hub.database.url, createLogger('silent'));
});
afterAll(() => single.close());

const isThere = async (db: Sql, id: string) =>
  (await sql`select from needs where id = ${id}`.execute(db)).rows.length === 1;
const wordsOf = async (db: Sql) =>
  (
    await sql`select note from pledge_words where id = ${pledge.id}
      union all select note from delivery_words union all select pledge ->> 'note' from event_words`.execute(
      db,
    )
  ).rows.length;
/** Whose accounts, sessions and tokens are seen; of the audit trail, whether it is seen. */
const keysOf = async (db: Sql) => {
  const all = async (statement: string) =>
    new Set((await sql.raw<{ id: string }>(statement).execute(db)).rows.map(({ id }) => id));
  return {
    accounts: await all('select id from accounts'),
    rights: await all('select account_id as id from account_roles'),
    invitations: await all('select account_id as id from invitations'),
    sessions: await all('select account_id as id from sessions'),
    tokens: await all('select account_id as id from api_tokens'),
    hasTrail: (await all('select position as id from audit_entries limit 1')).size > 0,
  };
};
const noKeys = {
  accounts: new Set(),
  rights: new Set(),
  invitations: new Set(),
  sessions: new Set(),
  tokens: new Set(),
  hasTrail: false,
};

test('reads are done by a role that owns nothing and is above no policy', async () => {
  for (const db of [database.reads, database.promptReads]) {
    const { rows } = await sql`select rolname as name, rolsuper or rolbypassrls or rolcreaterole as is_mighty,
      exists (select from pg_class where relowner = r.oid) as owns from pg_roles r where rolname = current_user`.execute(
      db,
    );
    expect(rows).toEqual([{ name: 'sinergi_reader', isMighty: false, owns: false }]);
  }
});

test.each([
  ['a table with private parts', 'select 1 from public.needs'],
  ['the words of a pledge', 'select note from public.pledges'],
  ['the words of a delivery', 'select evidence from public.deliveries'],
  ['whole events', 'select snapshot from public.events'],
  ['the secrets of tokens', 'select secret_hash from api_tokens'],
  ['the secrets of invitations', 'select secret_hash from invitations'],
  ['a password', 'select password_hash from accounts'],
  ['a subject of an issuer', 'select subject from accounts'],
  ['when claims were issued', 'select claims_issued_at from accounts'],
  ['answers to requests', 'select answer from idempotency_keys'],
  ['the queue of jobs', 'select 1 from graphile_worker.jobs'],
  ['the migrations', 'select 1 from mikro_orm_migrations'],
])('reads have no right to %s', async (_, statement) => {
  await expect(sql.raw(statement).execute(database.reads)).rejects.toMatchObject({ code: '42501' });
});

test('every table is named among the rights of reads, or closed to them', async () => {
  const rows = await hub.database.sql<{ name: string }>(
    `select schemaname || '.' || relname as name from pg_stat_user_tables
      where has_table_privilege('sinergi_reader', relid, 'SELECT') order by 1`,
  );
  const named = readerRights.tables.filter((name) => name.startsWith('public.'));
  expect(rows.map(({ name }) => name)).toEqual(named.toSorted());
});

test('the views have every column of their tables but those that are withheld', async () => {
  const rows = await hub.database.sql<{ name: string }>(
    `select t.table_name || '.' || t.column_name as name from information_schema.columns t
      where t.table_schema = 'public' and t.table_name in ('needs', 'pledges', 'deliveries', 'events')
        and not exists (select from information_schema.columns v where v.table_schema = 'shown'
          and (v.table_name, v.column_name) = (t.table_name, t.column_name)) order by 1`,
  );
  expect(rows.map(({ name }) => name)).toEqual([
    'deliveries.evidence',
    'deliveries.note',
    'deliveries.reason',
    'deliveries.verification_note',
    'events.words',
    'needs.cancel_reason',
    'pledges.note',
    'pledges.reason',
  ]);
});

test('without an asker nothing private is there', async () => {
  expect(await isThere(database.reads, need.id)).toBe(true);
  expect(await isThere(database.reads, aDraft.id)).toBe(false);
  expect(await wordsOf(database.reads)).toBe(0);
  expect(await keysOf(database.reads)).toEqual(noKeys);
  const { rows } = await sql`select * from events join pledges on true join deliveries on true`.execute(
    database.reads,
  );
  expect(rows.length).toBeGreaterThan(0);
  expect(JSON.stringify(rows)).not.toContain('rahasia');
});

test.each(askers)('to %s the database shows what the table of rules permits', async (_, asker) => {
  const village = villages.cimarga;
  await database.readAs(asker, async (db) => {
    expect(await isThere(db, need.id)).toBe(true);
    expect(await isThere(db, aDraft.id)).toBe(maySeeDrafts(asker, village));
    expect((await wordsOf(db)) > 0).toBe(maySeePrivate(asker, village, partners.semen.id));
    const own = asker.accountId === null ? [] : [asker.accountId];
    const everybody = Object.values(accounts);
    const [isAdmin, isAuditor] = [asker.roles.includes('ADMIN'), asker.roles.includes('AUDITOR')];
    expect(await keysOf(db)).toEqual({
      accounts: new Set(isAdmin || isAuditor ? everybody : own),
      rights: new Set(isAdmin ? everybody : own),
      invitations: new Set(isAdmin ? [accounts.kader] : []),
      sessions: new Set(isAdmin ? everybody : own),
      tokens: new Set(isAdmin ? everybody : own),
      hasTrail: isAdmin || isAuditor,
    });
  });
});

test('a token that is not for reading reads nothing in the name of its owner', async () => {
  const narrow: Actor = { ...actors.get(accounts.admin)!, scopes: ['CLAIM'] };
  await database.readAs(narrow, async (db) => {
    expect(await isThere(db, aDraft.id)).toBe(false);
    expect(await wordsOf(db)).toBe(0);
    expect(await keysOf(db)).toEqual(noKeys);
  });
});

describe('an asker is forgotten by the pooled connection that knew it', () => {
  const auditor = actors.get(accounts.auditor)!;
  const pidOf = async (db: Sql) =>
    (await sql<{ pid: number }>`select pg_backend_pid() as pid`.execute(db)).rows[0]!.pid;
  const expectForgotten = async () => {
    expect(await isThere(single.reads, aDraft.id)).toBe(false);
    expect(await wordsOf(single.reads)).toBe(0);
    expect(await keysOf(single.reads)).toEqual(noKeys);
    const { rows } =
      await sql`select coalesce(current_setting('sinergi.asker', true), '') as asker, current_user as role`.execute(
        single.reads,
      );
    expect(rows).toEqual([{ asker: '', role: 'sinergi_reader' }]);
  };

  test('after its transaction, on the same connection', async () => {
    const pid = await single.readAs(auditor, async (db) => {
      expect(await isThere(db, aDraft.id)).toBe(true);
      return pidOf(db);
    });
    expect(await pidOf(single.reads)).toBe(pid);
    await expectForgotten();
  });

  test('after a statement that failed', async () => {
    const failing = single.readAs(auditor, (db) => sql`select 1 / 0`.execute(db));
    await expect(failing).rejects.toMatchObject({ code: '22012' });
    await expectForgotten();
  });

  test('after work that threw', async () => {
    await expect(single.readAs(auditor, () => Promise.reject(new Error('thrown')))).rejects.toThrow('thrown');
    await expectForgotten();
  });

  test('after a timeout', async () => {
    const slow = single.readAs(auditor, async (db) => {
      await sql`set local statement_timeout = 20`.execute(db);
      await sql`select pg_sleep(60)`.execute(db);
    });
    await expect(slow).rejects.toMatchObject({ code: '57014' });
    await expectForgotten();
  });

  test('after the connection was lost', async () => {
    const lost = single.readAs(auditor, async (db) => {
      await hub.database.sql('select pg_terminate_backend($1)', [await pidOf(db)]);
      await sql`select 1`.execute(db);
    });
    await expect(lost).rejects.toThrow(/terminat|connection error/);
    await expectForgotten();
  });

  test('amid a crowd of askers and of reads that have none, each sees its own', async () => {
    const crowd = askers.flatMap(([, asker]) => [asker, null, asker, null]);
    const seen = await Promise.all(
      crowd.map((asker) =>
        asker === null
          ? isThere(database.reads, aDraft.id)
          : database.readAs(asker, (db) => isThere(db, aDraft.id)),
      ),
    );
    expect(seen).toEqual(crowd.map((asker) => asker !== null && maySeeDrafts(asker, villages.cimarga)));
  });
});

describe('what it costs', () => {
  const statements = async (query: string, by = as.semen) => {
    await by.request(gql(query));
    return statementsOf(() => by.request(gql(query)));
  };
  const nameAsker = (all: readonly string[]) => all.filter((one) => one.includes('set_config')).length;

  test.each([
    `{ needs { totalCount nodes { title village { name } pledges { nodes { status } } } } }`,
    `{ pledges { nodes { status need { title } deliveries { nodes { status } } } } }`,
    `{ village(code: "36.02.11.2005") { coverage { needed } needs { nodes { title } } } }`,
    `{ need(id: "${need.id}") { title } }`,
    `{ feed { nodes { kind pledge { status } } } }`,
  ])('nothing for what is public: %s', async (query) => {
    expect(nameAsker(await statements(query))).toBe(0);
  });

  test('nothing for a claim', async () => {
    const all = await statementsOf(() => claim(as.dinkes, need.id, 1));
    expect(nameAsker(all)).toBe(0);
  });

  test('nothing for words that one may not see, however many pledges', async () => {
    expect(nameAsker(await statements('{ pledges { nodes { note reason } } }', as.kodim))).toBe(0);
  });

  test('one transaction for the words of a whole page', async () => {
    const all = await statements('{ pledges { nodes { note reason } } }', as.auditor);
    expect(nameAsker(all)).toBe(1);
  });
});

test('nothing of it was a fault to the hub', () => {
  expect(hub.complaints).toEqual([]);
});
