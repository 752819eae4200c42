import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import {
  chmod,
  chown,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  readlink,
  rm,
  stat,
  writeFile,
} from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import pg from 'pg';
import { startEmbeddedPostgres, urlBesideHub } from '../src/platform/embedded/embedded-postgres.ts';
import type { EmbeddedPostgres } from '../src/platform/embedded/embedded-postgres.ts';
import { lockFolder } from '../src/platform/embedded/lock.ts';
import { findFreePort } from '../src/platform/embedded/port.ts';
import { findPostmaster, stopPostmaster } from '../src/platform/embedded/postmaster.ts';
import { findProcess, waitUntil } from '../src/platform/embedded/process.ts';

const isRoot = process.getuid?.() === 0;
const children: ChildProcess[] = [];
let base: string;
let dataDir: string;
let lines: string[];

function start(folder = dataDir, options: { port?: number } = {}): Promise<EmbeddedPostgres> {
  lines = [];
  return startEmbeddedPostgres({
    dataDir: folder,
    systemDir: join(base, 'system'),
    log: (line) => lines.push(line),
    settings: { shared_buffers: '16MB' },
    ...options,
  });
}

/** Another hub, in a process of its own. `line` is the first it prints: the server's pid, or an error. */
function spawnHub(folder = dataDir): { hub: ChildProcess; line: Promise<string> } {
  const entry = new URL('../src/platform/embedded/embedded-postgres.js', import.meta.url).href;
  const options = { dataDir: folder, systemDir: join(base, 'system'), settings: { shared_buffers: '16MB' } };
  const script = `
    import { startEmbeddedPostgres } from ${JSON.stringify(entry)};
    const options = { ...${JSON.stringify(options)}, log: () => undefined };
    const started = startEmbeddedPostgres(options);
    console.log(await started.then(({ pid }) => pid, ({ message }) => message));
    process.stdin.resume();`;
  const hub = spawn(process.execPath, ['--input-type=module', '-e', script], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  children.push(hub);
  const line = once(createInterface(hub.stdout), 'line').then(([text]) => String(text));
  return { hub, line };
}

async function kill(child: ChildProcess): Promise<void> {
  const exit = once(child, 'exit');
  child.kill('SIGKILL');
  await exit;
}

async function query(url: string, sql: string): Promise<Record<string, unknown>[]> {
  const client = new pg.Client(url);
  await client.connect();
  try {
    return (await client.query<Record<string, unknown>>(sql)).rows;
  } finally {
    await client.end();
  }
}

/** The server and its children, which share its session; without those that only wait to be reaped. */
async function serverProcesses(pid: number): Promise<number[]> {
  const numbers = (await readdir('/proc')).map(Number).filter((number) => number > 0);
  const stats = await Promise.all(
    numbers.map((number) => readFile(`/proc/${number}/stat`, 'utf8').catch(() => '')),
  );
  const fields = stats.map((text) => text.slice(text.lastIndexOf(')') + 2).split(' '));
  return numbers.filter((_, index) => fields[index]?.[3] === String(pid) && fields[index][0] !== 'Z');
}

/** Leaves the cluster as a power cut does, and waits until no process of it is left. */
async function killServer(pid: number): Promise<void> {
  for (const number of await serverProcesses(pid)) process.kill(number, 'SIGKILL');
  expect(await waitUntil(async () => (await findProcess(pid)) === undefined, 5_000)).toBe(true);
}

beforeAll(async () => {
  base = await mkdtemp(join(tmpdir(), 'sinergi-embedded-'));
  await chmod(base, 0o711);
  dataDir = join(base, 'data');
});

afterAll(async () => {
  await Promise.all(
    children.filter((child) => child.exitCode === null && child.signalCode === null).map(kill),
  );
  const left = await findPostmaster(join(dataDir, 'postgres'));
  if (left) await stopPostmaster(left.process);
  await rm(base, { recursive: true, force: true });
});

describe('an embedded cluster', () => {
  test('outlives an initdb that was killed, whose half-made folder the next start removes', async () => {
    const { hub } = spawnHub();
    const drafts = async () =>
      (await readdir(dataDir).catch(() => [])).filter((name) => name.includes('.init-'));
    expect(await waitUntil(async () => (await drafts()).length > 0, 10_000)).toBe(true);
    await kill(hub);
    const database = await start();
    expect(await drafts()).toEqual([]);
    expect(await query(database.url, 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
    await database.stop();
  });

  test('is durable, checksummed, closed to others, and the same on every machine', async () => {
    const database = await start();
    const setting = (name: string) => `current_setting('${name}') AS ${name}`;
    const names = [
      'fsync',
      'synchronous_commit',
      'data_checksums',
      'listen_addresses',
      'timezone',
      'is_superuser',
    ];
    expect(
      await query(database.url, `SELECT ${names.map(setting).join(', ')}, lower('ÉÑ') AS letters`),
    ).toEqual([
      {
        fsync: 'on',
        synchronous_commit: 'on',
        data_checksums: 'on',
        listen_addresses: '127.0.0.1',
        timezone: 'UTC',
        is_superuser: 'off',
        letters: 'éñ',
      },
    ]);
    expect((await stat(join(dataDir, 'postgres.secret'))).mode & 0o777).toBe(0o600);
    const wrong = new URL(database.url);
    wrong.password = 'wrong';
    await expect(query(wrong.href, 'SELECT 1')).rejects.toThrow('password authentication failed');
    await database.stop();
  });

  test('leaves no process when stopped, and keeps its data', async () => {
    const first = await start();
    await query(first.url, 'CREATE TABLE kept AS SELECT 7 AS value');
    await Promise.all([first.stop(), first.stop()]);
    expect(await serverProcesses(first.pid)).toEqual([]);
    const second = await start();
    expect(await query(second.url, 'SELECT value FROM kept')).toEqual([{ value: 7 }]);
    await second.stop();
  });

  test('recovers what was committed after kill -9 of the server and its children', async () => {
    const first = await start();
    await query(first.url, 'CREATE TABLE committed AS SELECT 8 AS value');
    await killServer(first.pid);
    expect(await readFile(join(dataDir, 'postgres/postmaster.pid'), 'utf8')).toMatch(`${first.pid}\n`);
    await first.stop();
    const second = await start();
    expect(await query(second.url, 'SELECT value FROM committed')).toEqual([{ value: 8 }]);
    await second.stop();
  });

  test('starts though its postmaster.pid names a living process of another program', async () => {
    const first = await start();
    await killServer(first.pid);
    await first.stop();
    // Of the cluster's own user: a server takes any other user's process for a stranger by itself.
    const { uid, gid } = await stat(join(dataDir, 'postgres'));
    const stranger = spawn('sleep', ['60'], isRoot ? { uid, gid } : {});
    children.push(stranger);
    await once(stranger, 'spawn');
    const path = join(dataDir, 'postgres/postmaster.pid');
    await writeFile(path, (await readFile(path, 'utf8')).replace(/^\d+/, String(stranger.pid)));
    const second = await start();
    expect(await query(second.url, 'SELECT value FROM kept')).toEqual([{ value: 7 }]);
    await second.stop();
    expect(stranger.exitCode).toBe(null);
    await kill(stranger);
  });
});

describe('a second hub', () => {
  test('is refused while the first lives, and takes over its server after kill -9', async () => {
    const { hub, line } = spawnHub();
    const serverPid = Number(await line);
    await expect(start()).rejects.toThrow(`another hub uses this folder (pid ${hub.pid})`);
    expect(await findProcess(serverPid)).toBeDefined();
    await kill(hub);

    const adopted = await start();
    expect(adopted.pid).toBe(serverPid);
    expect(lines).toEqual([expect.stringContaining('took over')]);
    expect(await query(adopted.url, 'SELECT value FROM kept')).toEqual([{ value: 7 }]);
    await expect(start()).rejects.toThrow(`another hub uses this folder (pid ${process.pid})`);
    await adopted.stop();
    expect(await serverProcesses(serverPid)).toEqual([]);
  });

  test('restarts a server that was left with another port', async () => {
    const { hub, line } = spawnHub();
    const serverPid = Number(await line);
    await kill(hub);
    const port = await findFreePort();
    const database = await start(dataDir, { port });
    expect(database.pid).not.toBe(serverPid);
    expect(new URL(database.url).port).toBe(String(port));
    expect(await query(database.url, 'SELECT value FROM kept')).toEqual([{ value: 7 }]);
    await database.stop();
  });

  test('is refused alone when several start at once over the lock of a dead one', async () => {
    await writeFile(
      join(dataDir, 'hub.lock'),
      JSON.stringify({ pid: process.pid, startedAt: 'before the last boot' }),
    );
    const hubs = [spawnHub(), spawnHub(), spawnHub()];
    const printed = await Promise.all(hubs.map(({ line }) => line));
    expect(printed.filter((line) => line.startsWith('another hub'))).toHaveLength(2);
    for (const { hub } of hubs) await kill(hub);
    await (await start()).stop();
  });
});

test('a command beside a hub is shown to its server while it serves, told when it does not yet, and else left alone', async () => {
  expect(await urlBesideHub(join(base, 'nowhere'))).toBeNull();
  expect(await urlBesideHub(dataDir)).toBeNull();
  const lock = await lockFolder(dataDir);
  await expect(urlBesideHub(dataDir)).rejects.toThrow(
    `(pid ${process.pid}) is starting or stopping; try again`,
  );
  await lock.release();
  const database = await start();
  expect(await urlBesideHub(dataDir)).toBe(database.url);
  await database.stop();
  expect(await urlBesideHub(dataDir)).toBeNull();
});

describe('a start that cannot succeed', () => {
  test('says what the server said, and frees DATA_DIR', async () => {
    const taken = createServer().listen(0, '127.0.0.1');
    await once(taken, 'listening');
    const address = taken.address();
    const port = typeof address === 'object' && address ? address.port : 0;
    await expect(start(dataDir, { port })).rejects.toThrow(
      /did not start.*postgres\.log.*Address already in use/s,
    );
    taken.close();
    const database = await start(dataDir, { port });
    await database.stop();
  });

  test('names both versions if the cluster is of another major version, each time', async () => {
    const folder = join(base, 'old');
    await mkdir(join(folder, 'postgres'), { recursive: true });
    await chmod(folder, 0o711);
    await writeFile(join(folder, 'postgres/PG_VERSION'), '17\n');
    const { uid, gid } = await stat(join(dataDir, 'postgres'));
    await chown(join(folder, 'postgres'), uid, gid);
    await expect(start(folder)).rejects.toThrow(/PostgreSQL 17.*PostgreSQL 18/);
    await expect(start(folder)).rejects.toThrow(/PostgreSQL 17.*PostgreSQL 18/);
  });
});

(isRoot ? describe : describe.skip)('started by root', () => {
  test('the cluster is outside a DATA_DIR that PostgreSQL cannot enter, which links to it', async () => {
    const folder = join(base, 'closed');
    await mkdir(folder, { mode: 0o700 });
    const first = await start(join(folder, 'data'));
    await query(first.url, 'CREATE TABLE kept AS SELECT 9 AS value');
    await first.stop();
    expect(await readlink(join(folder, 'data/postgres'))).toMatch(join(base, 'system'));
    const second = await start(join(folder, 'data'));
    expect(await query(second.url, 'SELECT value FROM kept')).toEqual([{ value: 9 }]);
    await second.stop();
    expect((await stat(folder)).mode & 0o777).toBe(0o700);
  });
});
