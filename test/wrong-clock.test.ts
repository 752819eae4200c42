// A node whose clock is 40 days ahead, beside a sound one: real processes on one database.
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import WebSocket from 'ws';
import { PledgeDocument } from '../client/operations.ts';
import { createSinergiClient } from '../client/sinergi-client.ts';
import { claim, commit, type Pledge, publish } from './support/acts.ts';
import { ChildHub } from './support/child-hub.ts';
import { lastingPort } from './support/lasting-port.ts';
import { TOKEN_SECRET } from './support/session-token.ts';
import { WallClock } from './support/test-clock.ts';
import { TestDatabase } from './support/test-database.ts';
import { TestHub } from './support/test-hub.ts';
import { until } from './support/until.ts';
import { buildWorld } from './support/world.ts';

const DAY_MS = 86_400_000;
const AHEAD_MS = 40 * DAY_MS;
const WRONG = 'the clock of this node differs';
const RIGHT = 'the clock of this node is right again';

interface Readiness {
  status: string;
  checks: Record<string, boolean>;
  clock: { differenceMs: number };
  jobs: Record<string, { lastRunAt: string | null; late: boolean }>;
}

interface Node {
  hub: ChildHub;
  url: string;
}

const database = await TestDatabase.create();
const pledges: Pledge[] = [];
let needId: string;
let token: string;
let sound: Node;
let wrong: Node;

async function startNode(shiftMs: number): Promise<Node> {
  const port = await lastingPort();
  const environment = {
    DATABASE_URL: database.url,
    PORT: String(port),
    TOKEN_SECRET,
    LOG_LEVEL: 'warn',
    CLOCK_SHIFT_MS: String(shiftMs),
  };
  const preload = new URL('support/shifted-clock.js', import.meta.url).href;
  const hub = new ChildHub('main.js', environment, [], ['--import', preload]);
  await hub.printed('Stop it with Ctrl-C.');
  return { hub, url: `http://127.0.0.1:${port}` };
}

async function readinessOf({ url }: Node): Promise<[status: number, Readiness]> {
  const answer = await fetch(`${url}/health/ready`);
  return [answer.status, (await answer.json()) as Readiness];
}

const lastRunOf = async (job: string): Promise<string | null> =>
  (await readinessOf(sound))[1].jobs[job]?.lastRunAt ?? null;

const statuses = async () =>
  (await database.sql<{ status: string }>('select status from pledges order by id')).map((row) => row.status);

beforeAll(async () => {
  const first = await TestHub.start({ database, clock: new WallClock() });
  const { as, accounts, villages } = await buildWorld(first);
  const need = await publish(as.kader, { villageId: villages.cimarga.id, quantity: 100, unitValue: 1000 });
  needId = need.id;
  for (let count = 0; count < 6; count += 1) pledges.push(await claim(as.semen, needId, 1));
  await commit(as.semen, pledges[0]!.id, first.clock.date(1));
  token = await first.tokenOf(accounts.semen);
  await first.stop();
  [sound, wrong] = await Promise.all([startNode(0), startNode(AHEAD_MS)]);
}, 180_000);

afterAll(async () => {
  await Promise.all([sound.hub.kill('SIGTERM'), wrong.hub.kill('SIGTERM')]);
  await database.drop();
});

describe('a node with a wrong clock', () => {
  test('is not ready, tells the difference, and logs it once; the node beside it is ready', async () => {
    const [status, { checks, clock }] = await readinessOf(wrong);
    expect(status).toBe(503);
    expect(checks).toEqual({ database: true, migrations: true, relay: true, clock: false });
    expect(Math.abs(clock.differenceMs - AHEAD_MS)).toBeLessThan(5000);
    const [soundStatus, soundReadiness] = await readinessOf(sound);
    expect(soundStatus).toBe(200);
    expect(soundReadiness.checks).toMatchObject({ clock: true });
    expect(wrong.hub.output.split(WRONG)).toHaveLength(2);
    expect(sound.hub.output).not.toContain(WRONG);
  });

  test('ends nothing, and takes no job; jobs go on at the other', async () => {
    await database.sql(`select graphile_worker.add_job('expire-pledges') from generate_series(1, 5)`);
    await until(async () => (await lastRunOf('expire-pledges')) !== null, 'a run of expire-pledges');
    const waiting = async () =>
      (await database.sql(`select from graphile_worker.jobs where task_identifier = 'expire-pledges'`))
        .length;
    await until(async () => (await waiting()) === 0, 'an empty queue');
    expect(await statuses()).toEqual(['COMMITTED', ...Array.from({ length: 5 }, () => 'PLEDGED')]);
  });

  test('takes tokens that are good, and dates what is asked of it by the database’s clock', async () => {
    const client = createSinergiClient({ url: wrong.url, token, webSocket: WebSocket });
    const made = await claim(client, needId, 1);
    const { pledge } = await client.request(PledgeDocument, { id: made.id });
    const expiresInMs = new Date(pledge!.expiresAt!).getTime() - Date.now();
    expect(Math.abs(expiresInMs - 14 * DAY_MS)).toBeLessThan(3_600_000);
    await client.close();
  });
});

test('a schedule that was run in the future heals, and its jobs are enqueued again at the next minute', async () => {
  await database.sql(
    `update graphile_worker._private_known_crontabs set last_execution = now() + interval '40 days'`,
  );
  await database.sql(
    `select graphile_worker.add_job('expire-pledges', '{"_cron": {"backfilled": false}}',
      run_at => now() + interval '40 days')`,
  );
  await database.sql(
    `select graphile_worker.add_job('expire-pledges', '{}', run_at => now() + interval '50 days')`,
  );
  const future = () =>
    database.sql<{ at: Date }>(`
      select last_execution as at from graphile_worker._private_known_crontabs where last_execution > now() + interval '1 hour'
      union all select run_at from graphile_worker.jobs where run_at > now() + interval '45 minutes'`);
  // Somebody enqueued the third by hand, for a day of their own.
  await until(async () => (await future()).length === 1, 'a healed schedule');
  const [{ at } = { at: new Date() }] = await future();
  expect(at.getTime() - Date.now()).toBeGreaterThan(49 * DAY_MS);
  await until(() => sound.hub.output.includes('the schedule of jobs had entries in the future'), 'the log');
  const before = await lastRunOf('expire-pledges');
  await until(async () => (await lastRunOf('expire-pledges')) !== before, 'the next minute');
}, 120_000);

test('a node whose clock is set right is ready again by itself', async () => {
  process.kill(wrong.hub.pid, 'SIGUSR2');
  await until(async () => (await readinessOf(wrong))[0] === 200, 'a ready node');
  expect((await readinessOf(wrong))[1].checks).toMatchObject({ clock: true });
  await until(() => wrong.hub.output.includes(RIGHT), 'the log to say so');
});
