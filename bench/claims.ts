import pg from 'pg';
import { startHub } from '../src/app.ts';
import { readConfig } from '../src/config.ts';
import { createLogger } from '../src/platform/logger.ts';
import { statementsOf } from '../test/support/statements.ts';
import { claim, claimWithoutPause } from './claim-load.ts';
import { type Ground, openGround, TOKEN_SECRET, tokensOf, WITHOUT_RATES } from './ground.ts';
import { startHubProcess } from './hub-process.ts';
import { claimsInPgbench } from './pgbench.ts';
import { cpuSeconds, familyCpuSeconds } from './process-usage.ts';
import { median } from './statistics.ts';

/**
 * Claims a second through the API against the same statements in pgbench, with the same number of clients, on the
 * same durable PostgreSQL, in turns; and the CPU that a claim takes, which a busy machine changes less than rates. The
 * hub and its relay run beside pgbench too. Needs pgbench on the PATH (Debian: postgresql-contrib or postgresql-15).
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

interface Round {
  perSecond: number;
  /** CPU of the hub and of PostgreSQL for each claim, in ms. */
  hubMs: number;
  databaseMs: number;
}

const throughPgbench = (url: string, { needs }: Load, snapshot: string): Promise<number> =>
  claimsInPgbench({
    url,
    clients: CLIENTS,
    seconds,
    variables: { needs, partners: SIZE.partners, per_village: SIZE.needsPerVillage, snapshot },
  });

/** What an event of a claim shows, as long as the hub makes it. */
async function eventSnapshot(url: string): Promise<string> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  const { rows } = await client.query<{ snapshot: string }>(
    'select snapshot::text from events order by id limit 1',
  );
  await client.end();
  return rows[0]!.snapshot;
}

/** The statements of one claim, counted in a hub of this process. */
async function countStatements(ground: Ground, tokens: readonly string[]): Promise<number> {
  const hub = await startHub({
    config: readConfig({ PORT: '0', ...WITHOUT_RATES }),
    databaseUrl: ground.url,
    tokenSecret: TOKEN_SECRET,
    logger: createLogger('warn'),
  });
  const target = { url: hub.url, tokens, needs: NEEDS };
  await claim(target, 1);
  const statements = await statementsOf(() => claim(target, 1));
  await hub.stop();
  return statements.length;
}

/** Runs the load; `claims` answers how many a second. */
async function measured(hubPid: number, databasePid: number, claims: () => Promise<number>): Promise<Round> {
  const before = [cpuSeconds(hubPid), familyCpuSeconds(databasePid), performance.now()] as const;
  const perSecond = await claims();
  const made = (perSecond * (performance.now() - before[2])) / 1000;
  const hubMs = ((cpuSeconds(hubPid) - before[0]) * 1000) / made;
  const databaseMs = ((familyCpuSeconds(databasePid) - before[1]) * 1000) / made;
  return { perSecond, hubMs, databaseMs };
}

const medianOf = (all: readonly Round[], figure: keyof Round) => median(all.map((round) => round[figure]));
const described = (name: string, all: readonly Round[]) =>
  `  ${name}: ${medianOf(all, 'perSecond').toFixed(0)}/s (${all.map(({ perSecond }) => Math.round(perSecond)).join(', ')}); ` +
  `CPU a claim: hub ${medianOf(all, 'hubMs').toFixed(2)} ms, PostgreSQL ${medianOf(all, 'databaseMs').toFixed(2)} ms`;

const ground = await openGround(SIZE);
try {
  const tokens = await tokensOf(1, SIZE.partners);
  console.log(
    `a claim is ${await countStatements(ground, tokens)} statements, begin, commit and sign-in included`,
  );
  const hub = await startHubProcess(ground);
  const throughApi = ({ needs }: Load) =>
    claimWithoutPause({ url: hub.url, tokens, needs }, { clients: CLIENTS, seconds });
  for (const [name, load] of [
    ['spread over 10,000 needs', { needs: NEEDS }],
    ['all on one need', { needs: 1 }],
  ] as const) {
    await throughApi(load);
    const snapshot = await eventSnapshot(ground.url);
    const api: Round[] = [];
    const bench: Round[] = [];
    for (let round = 0; round < rounds; round += 1) {
      api.push(await measured(hub.pid, ground.pid, () => throughApi(load)));
      bench.push(await measured(hub.pid, ground.pid, () => throughPgbench(ground.url, load, snapshot)));
    }
    const ratio = medianOf(api, 'perSecond') / medianOf(bench, 'perSecond');
    console.log(`${name}: ratio ${ratio.toFixed(2)}`);
    console.log(described('API', api));
    console.log(described('pgbench', bench));
  }
  await hub.stop();
} finally {
  await ground.stop();
}
