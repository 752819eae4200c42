import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { openDatabase, startHub } from '../src/app.ts';
import { readConfig } from '../src/config.ts';
import { Tokens } from '../src/identity/tokens.ts';
import { startEmbeddedPostgres } from '../src/platform/embedded/embedded-postgres.ts';
import { createLogger } from '../src/platform/logger.ts';
import { accountId, fillWorld, needId } from './world.ts';

/**
 * Claims a second through the API against the same statements in pgbench, with the same number of clients, on the
 * same durable PostgreSQL, in turns. Needs pgbench on the PATH (Debian: postgresql-contrib or postgresql-15).
 *
 * Usage: npm run bench:claims [-- seconds rounds]
 */
const [seconds = 8, rounds = 3] = process.argv.slice(2).map(Number);
const CLIENTS = 32;
const SIZE = { villages: 2000, needsPerVillage: 5, partners: 64 };
const NEEDS = SIZE.villages * SIZE.needsPerVillage;
const SECRET = 'a-secret-of-the-benchmark-and-nothing-else';

const CLAIM = `mutation Claim($input: ClaimNeedInput!) {
  claimNeed(input: $input) { pledge { id status need { remaining } } problems { message } } }`;

interface Load {
  needs: number;
}

async function tokens(): Promise<string[]> {
  const issuer = new Tokens(SECRET, 3600);
  const all = Array.from({ length: SIZE.partners }, (_, index) =>
    issuer.issue(accountId(index + 1), new Date()),
  );
  return (await Promise.all(all)).map(({ token }) => token);
}

/** Claims through the API for that long; answers how many were made a second. */
async function throughApi(url: string, { needs }: Load): Promise<number> {
  const all = await tokens();
  const until = performance.now() + seconds * 1000;
  const begun = performance.now();
  let done = 0;
  const client = async () => {
    while (performance.now() < until) {
      const token = all[Math.floor(Math.random() * all.length)]!;
      const input = {
        needId: needId(1 + Math.floor(Math.random() * needs)),
        quantity: 1,
        idempotencyKey: crypto.randomUUID(),
      };
      const response = await fetch(`${url}/graphql`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
        body: JSON.stringify({ query: CLAIM, variables: { input } }),
      });
      const { data } = (await response.json()) as { data?: { claimNeed: { pledge: object | null } } };
      if (data?.claimNeed.pledge == null) throw new Error('a claim failed');
      done += 1;
    }
  };
  await Promise.all(Array.from({ length: CLIENTS }, client));
  return done / ((performance.now() - begun) / 1000);
}

/** The same statements through pgbench. */
async function throughPgbench(url: string, { needs }: Load, snapshot: string): Promise<number> {
  const script = new URL('../../bench/claim.pgbench.sql', import.meta.url).pathname;
  const variables = { needs, partners: SIZE.partners, per_village: SIZE.needsPerVillage, snapshot };
  const defined = Object.entries(variables).flatMap(([name, value]) => ['-D', `${name}=${value}`]);
  const options = ['-n', '-M', 'prepared', '-c', String(CLIENTS), '-j', '2', '-T', String(seconds)];
  const child = spawn('pgbench', [...options, ...defined, '-f', script, url], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let output = '';
  child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
  const [code] = (await once(child, 'close')) as [number];
  const rate = /tps = ([\d.]+)/.exec(output);
  if (code !== 0 || rate === null) throw new Error(`pgbench failed:\n${output}`);
  return Number(rate[1]);
}

const median = (values: number[]): number => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)]!;

async function eventSnapshot(url: string): Promise<string> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  const { rows } = await client.query<{ snapshot: string }>(
    'select snapshot::text from events order by id limit 1',
  );
  await client.end();
  return rows[0]!.snapshot;
}

const dataDir = await mkdtemp(join(tmpdir(), 'sinergi-bench-'));
const postgres = await startEmbeddedPostgres({ dataDir, log: () => undefined });
try {
  const logger = createLogger('warn');
  const config = readConfig({ PORT: '0' });
  const database = await openDatabase(config, postgres.url, logger);
  await database.migrate();
  await database.close();
  await fillWorld(postgres.url, SIZE);
  const hub = await startHub({ config, databaseUrl: postgres.url, tokenSecret: SECRET, logger });
  for (const [name, load] of [
    ['spread over 10,000 needs', { needs: NEEDS }],
    ['all on one need', { needs: 1 }],
  ] as const) {
    await throughApi(hub.url, load);
    const snapshot = await eventSnapshot(postgres.url);
    const api: number[] = [];
    const bench: number[] = [];
    for (let round = 0; round < rounds; round += 1) {
      api.push(await throughApi(hub.url, load));
      bench.push(await throughPgbench(postgres.url, load, snapshot));
    }
    const ratio = median(api) / median(bench);
    console.log(
      `${name}: API ${median(api).toFixed(0)}/s, pgbench ${median(bench).toFixed(0)}/s, ratio ${ratio.toFixed(2)}`,
    );
    console.log(
      `  rounds: API ${api.map(Math.round).join(', ')}; pgbench ${bench.map(Math.round).join(', ')}`,
    );
  }
  await hub.stop();
} finally {
  await postgres.stop();
  await rm(dataDir, { recursive: true, force: true });
}
