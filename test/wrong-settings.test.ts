import { chmod, mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { ChildHub } from './support/child-hub.ts';
import { TestDatabase } from './support/test-database.ts';

const isRoot = process.getuid?.() === 0;
let base: string;
let database: TestDatabase;

beforeAll(async () => {
  base = await mkdtemp(join(tmpdir(), 'sinergi-settings-'));
  await chmod(base, 0o711);
  database = await TestDatabase.create('empty');
});

afterAll(async () => {
  await database.drop();
  await rm(base, { recursive: true, force: true });
});

/** What a command says when it is given these settings, and gives up. */
async function refusalOf(
  environment: Record<string, string>,
  entry: 'main.js' | 'seed/seed.js' = 'main.js',
): Promise<string> {
  const hub = new ChildHub(entry, { PORT: '0', ...environment });
  expect(await hub.end()).toBe(1);
  expect(hub.output).not.toContain('    at ');
  return hub.output;
}

const onDatabase = (url: string) => ({
  DATABASE_URL: url,
  TOKEN_SECRET: 'x'.repeat(32),
  LOG_LEVEL: 'silent',
});

function variant(change: (url: URL) => void): string {
  const url = new URL(database.url);
  change(url);
  return url.href;
}

test('wrong settings are named, every one of them, and nothing is started', async () => {
  const output = await refusalOf({
    DATA_DIR: join(base, 'never'),
    PORT: '70000',
    HOST: 'a b',
    LOG_LEVEL: 'loud',
    PUBLIC_READ: 'maybe',
    DATABASE_URL: 'mysql://somewhere',
    TOKEN_SECRET: 'short',
    TOKEN_HOURS: '0',
    WRITE_CONNECTIONS: '0',
    READ_CONNECTIONS: '1e2',
    OIDC_ISSUER: 'http://elsewhere.test',
    OIDC_ROLES: 'mitra=PARTNER',
    ADMIN_PASSWORD: 'short',
  });
  const named = [...output.matchAll(/^ {2}(\w+) must/gm)].map(([, name]) => name);
  expect(named.toSorted()).toEqual([
    'ADMIN_PASSWORD',
    'DATABASE_URL',
    'HOST',
    'LOG_LEVEL',
    'OIDC_AUDIENCE',
    'OIDC_ISSUER',
    'OIDC_ROLES',
    'PORT',
    'PUBLIC_READ',
    'READ_CONNECTIONS',
    'TOKEN_HOURS',
    'TOKEN_SECRET',
    'WRITE_CONNECTIONS',
  ]);
  expect(await readdir(base)).not.toContain('never');
});

describe('a DATABASE_URL that no hub can work with is named, with the reason and without its password,', () => {
  test('where nothing answers', async () => {
    const output = await refusalOf(onDatabase('postgres://nobody:geheim@127.0.0.1:1/nothing'));
    expect(output).toMatch(/^DATABASE_URL .*127\.0\.0\.1:1 .*ECONNREFUSED/);
    expect(output).not.toContain('geheim');
  });

  test('where something else answers', async () => {
    const stranger = createServer((socket) => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n'));
    await once(stranger.listen(0, '127.0.0.1'), 'listening');
    const address = stranger.address();
    const port = typeof address === 'object' && address ? address.port : 0;
    expect(await refusalOf(onDatabase(`postgres://a:geheim@127.0.0.1:${port}/b`))).toMatch(/^DATABASE_URL /);
    stranger.close();
  });

  test('where the password or the user is wrong', async () => {
    const wrongPassword = await refusalOf(onDatabase(variant((url) => (url.password = 'geheim'))));
    expect(wrongPassword).toMatch(/^DATABASE_URL .*user “sinergi”.*password/);
    expect(wrongPassword).not.toContain('geheim');
    expect(await refusalOf(onDatabase(variant((url) => (url.username = 'nobody'))))).toMatch(
      /^DATABASE_URL .*“nobody”/,
    );
  });

  test('where there is no such database', async () => {
    const url = variant((address) => (address.pathname = '/nothing'));
    expect(await refusalOf(onDatabase(url))).toMatch(/^DATABASE_URL .*“nothing”, which is not there/);
    expect(await refusalOf(onDatabase(url), 'seed/seed.js')).toMatch(/^DATABASE_URL .*“nothing”/);
  });

  test('where it names a certificate that is not there', async () => {
    const output = await refusalOf(onDatabase('postgres://a:geheim@127.0.0.1:1/b?sslcert=/nothing.pem'));
    expect(output).toMatch(/^DATABASE_URL cannot be used: .*nothing\.pem/);
    expect(output).not.toContain('geheim');
  });

  test('where its user may make no tables, or nobody may', async () => {
    await database.sql('revoke create on schema public from public, pg_database_owner');
    expect(await refusalOf(onDatabase(database.url))).toMatch(
      /^DATABASE_URL .*must own the database.*permission denied/,
    );
    await database.sql('grant create on schema public to pg_database_owner');
    const readOnly = variant((url) => url.searchParams.set('options', '-c default_transaction_read_only=on'));
    expect(await refusalOf(onDatabase(readOnly))).toMatch(/^DATABASE_URL .*can only be read/);
  });
});

describe('a DATA_DIR that cannot hold a database is named, with its path,', () => {
  test('where it is a file, or below one', async () => {
    const file = join(base, 'file');
    await writeFile(file, 'not a folder');
    for (const dataDir of [file, join(file, 'data')]) {
      expect(await refusalOf({ DATA_DIR: dataDir })).toContain(
        `DATA_DIR is no folder, and cannot be made one: ${dataDir}`,
      );
    }
    expect(await refusalOf({ DATA_DIR: file }, 'seed/seed.js')).toContain('DATA_DIR is no folder');
  });

  test('where no folder can be made', async () => {
    expect(await refusalOf({ DATA_DIR: '/proc/sinergi' })).toContain('DATA_DIR is no folder');
  });

  // Root may write everywhere.
  (isRoot ? test.skip : test)('where the hub’s user may not write, or not enter', async () => {
    for (const mode of [0o555, 0o600]) {
      const folder = join(base, `closed-${mode}`);
      await mkdir(folder);
      await chmod(folder, mode);
      expect(await refusalOf({ DATA_DIR: folder })).toContain(
        `the hub's user cannot write in DATA_DIR: ${folder}`,
      );
      expect(await refusalOf({ DATA_DIR: join(folder, 'data') })).toContain('DATA_DIR');
    }
  });
});
