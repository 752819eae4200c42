import { spawn } from 'node:child_process';
import { once } from 'node:events';
import pg from 'pg';
import { startHub } from '../src/app.ts';
import { readConfig } from '../src/config.ts';
import { createLogger } from '../src/platform/logger.ts';
import { claimWithoutPause } from './claim-load.ts';
import { openGround, TOKEN_SECRET, tokensOf } from './ground.ts';
import { median } from './statistics.ts';

/**
 * Claims a second through the API against the same statements in pgbench, with the same number of clients, on the
 * same durable PostgreSQL, in turns. Needs pgbench on the PATH (Debian: postgresql-contrib or postgresql-15).
 *
 * Usage: npm run bench:claims [-- seconds rounds]
 */
const [seconds = 8, rounds = 3] = process.argv.slice(2).map(Number);
const CLIENTS = 32;
const SIZE = { villages: 2000, needsPerVillage: 5, partners: 64, auditors: 0 };
const NEEDS = SIZE.villages * SIZE.needsPerVillage;

interface Load {
  needs: number;
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

async function eventSnapshot(url: string): Promise<string> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  const { rows } = await client.query<{ snapshot: string }>(
    'select snapshot::text from events order by id limit 1',
  );
  await client.end();
  return rows[0]!.snapshot;
}

const ground = await openGround(SIZE);
try {
  const hub = await startHub({
    config: readConfig({ PORT: '0' }),
    databaseUrl: ground.url,
    tokenSecret: TOKEN_SECRET,
    logger: createLogger('warn'),
  });
  const tokens = await tokensOf(1, SIZE.partners);
  const throughApi = ({ needs }: Load) =>
    claimWithoutPause({ url: hub.url, tokens, needs }, { clients: CLIENTS, seconds });
  for (const [name, load] of [
    ['spread over 10,000 needs', { needs: NEEDS }],
    ['all on one need', { needs: 1 }],
  ] as const) {
    await throughApi(load);
    const snapshot = await eventSnapshot(ground.url);
    const api: number[] = [];
    const bench: number[] = [];
    for (let round = 0; round < rounds; round += 1) {
      api.push(await throughApi(load));
      bench.push(await throughPgbench(ground.url, load, snapshot));
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
  await ground.stop();
}
