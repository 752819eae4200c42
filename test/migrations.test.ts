import { afterAll, expect, test } from '@jest/globals';
import { openDatabase } from '../src/app.ts';
import { readConfig } from '../src/config.ts';
import type { Database } from '../src/platform/database.ts';
import { createLogger } from '../src/platform/logger.ts';
import { TestDatabase } from './support/test-database.ts';

const made: { close(): Promise<void>; drop(): Promise<void> }[] = [];
afterAll(async () => {
  for (const one of made) {
    await one.close();
    await one.drop();
  }
});

async function emptyDatabase(): Promise<{ raw: TestDatabase; database: Database }> {
  const raw = await TestDatabase.create('empty');
  const database = await open(raw);
  made.push({ close: () => database.close(), drop: () => raw.drop() });
  return { raw, database };
}

function open(raw: TestDatabase): Promise<Database> {
  const config = readConfig({ DATABASE_URL: raw.url, TOKEN_SECRET: 'x'.repeat(32) });
  return openDatabase(config, raw.url, createLogger('silent'));
}

const MIGRATIONS = 'mikro_orm_migrations';
const OURS = `c.relnamespace = 'public'::regnamespace and c.relname not like '${MIGRATIONS}%'`;

/** Everything that the database was told of its tables, one line a thing. */
async function shapeOf(raw: TestDatabase): Promise<string[]> {
  const rows = await raw.sql<{ line: string }>(`
    select concat_ws(' ', 'column', c.relname, a.attname, format_type(a.atttypid, a.atttypmod),
        case when a.attnotnull then 'not null' end, 'default ' || pg_get_expr(d.adbin, d.adrelid),
        'collate ' || (select collname from pg_collation where oid = nullif(a.attcollation, 100)),
        nullif(a.attidentity, ''), nullif(a.attgenerated, '')) as line
      from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
      left join pg_attrdef d on d.adrelid = c.oid and d.adnum = a.attnum where c.relkind = 'r' and ${OURS}
    union all
    select concat_ws(' ', 'constraint', c.relname, k.conname, pg_get_constraintdef(k.oid))
      from pg_constraint k join pg_class c on c.oid = k.conrelid where k.contype <> 'n' and k.contype <> 't' and ${OURS}
    union all
    select concat_ws(' ', 'index', pg_get_indexdef(i.indexrelid))
      from pg_index i join pg_class c on c.oid = i.indrelid where ${OURS}
    order by line`);
  return rows.map(({ line }) => line);
}

/** Triggers, functions and tables, the migrations’ own aside. */
async function namesOf(raw: TestDatabase): Promise<string[]> {
  const rows = await raw.sql<{ name: string }>(`
    select relname as name from pg_class c where relkind in ('r', 'S', 'v') and ${OURS}
    union all select proname from pg_proc where pronamespace = 'public'::regnamespace
    union all select tgname from pg_trigger where not tgisinternal order by name`);
  return rows.map(({ name }) => name);
}

test('the migrations go up, down to nothing, and up again to the same', async () => {
  const { raw, database } = await emptyDatabase();
  await database.migrate();
  expect(await database.orm.migrator.getPending()).toEqual([]);
  const shape = await shapeOf(raw);
  const names = await namesOf(raw);
  const contents = await raw.contents();
  expect(shape.length).toBeGreaterThan(300);
  await database.orm.migrator.down({ to: 0 });
  expect(await namesOf(raw)).toEqual([]);
  expect((await database.orm.migrator.getPending()).length).toBeGreaterThan(0);
  await database.migrate();
  expect(await shapeOf(raw)).toEqual(shape);
  expect(await namesOf(raw)).toEqual(names);
  const { [MIGRATIONS]: _, ...tables } = contents;
  expect(await raw.contents()).toMatchObject(tables);
});

test('each migration goes down by itself, and up again', async () => {
  const { raw, database } = await emptyDatabase();
  await database.migrate();
  const shape = await shapeOf(raw);
  const names = await namesOf(raw);
  for (let steps = 1; (await database.orm.migrator.getExecuted()).length > 0; steps += 1) {
    await database.orm.migrator.down();
    expect((await database.orm.migrator.getPending()).length).toBe(steps);
  }
  await database.migrate();
  expect([await shapeOf(raw), await namesOf(raw)]).toEqual([shape, names]);
});

test('a migration that was missing among those that are there is applied too', async () => {
  const { raw, database } = await emptyDatabase();
  await database.migrate();
  const shape = await shapeOf(raw);
  const late = '0010-issuer-accounts';
  await database.orm.migrator.down({ migrations: [late] });
  expect((await database.orm.migrator.getPending()).map(({ name }) => name)).toEqual([late]);
  await database.migrate();
  expect(await shapeOf(raw)).toEqual(shape);
});

test('the entities and the migrations say the same of every column, constraint and index', async () => {
  const migrated = await emptyDatabase();
  await migrated.database.migrate();
  const declared = await emptyDatabase();
  await declared.database.orm.schema.create();
  expect(await shapeOf(declared.raw)).toEqual(await shapeOf(migrated.raw));
});

test('nodes that start at once on an empty database migrate it once', async () => {
  const { raw, database } = await emptyDatabase();
  const nodes = [database, await open(raw), await open(raw)];
  await Promise.all(nodes.map((node) => node.migrate()));
  const applied = await raw.sql<{ name: string }>(`select name from ${MIGRATIONS} order by id`);
  expect(new Set(applied.map(({ name }) => name)).size).toBe(applied.length);
  expect(await raw.sql('select position from feed_head')).toEqual([{ position: 0 }]);
  await Promise.all(nodes.slice(1).map((node) => node.close()));
});
