import { fork } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { DEMO_PASSWORD } from '../../src/seed/cast.service.ts';
import { WITHOUT_RATES } from '../ground.ts';
import { NODE_OPTIONS } from '../hub-process.ts';
import { hundredths, table, tenths, whole } from '../markdown.ts';
import { cpuSeconds, familyCpuSeconds } from '../process-usage.ts';
import { median } from '../statistics.ts';
import type { Attack, Attacked } from './attackers.ts';
import { type Asked, attacks, documents } from './documents.ts';

/**
 * What an account’s allowance stands for, and what it leaves to others, over the demo of Banten.
 *
 * Prints the CPU of hub and PostgreSQL for 20,000 fields that were charged, debt and give-back included, for some thirty kinds
 * of document; and how long a small query of one account takes while another does its worst, at 40 operations at once,
 * against an idle hub.
 *
 * Usage: npm run bench:fairness [-- prices|beside [part-of-a-name]]
 */
const [phase = '', only = ''] = process.argv.slice(2);
const AT_ONCE = 40;
/** Longer than the burst lasts on two processors that nobody else uses. */
const ATTACK_MS = 12_000;
const BETWEEN_MS = 20;
/** Each document is asked for until it has taken so much CPU, or so often. */
const ENOUGH_SECONDS = 0.3;
const MOST_TIMES = 150;

const USUAL = {
  FIELDS_PER_SECOND: '20000',
  FIELDS_BURST: '400000',
  OPERATIONS_PER_ACCOUNT: '50',
  OPEN_FIELDS_PER_ACCOUNT: '250000',
};

interface Hub {
  pid: number;
  databasePid: number;
  url: string;
  /** Fields that were taken from allowances so far. */
  taken(): Promise<number>;
  stop(): Promise<void>;
}

const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

async function startHub(dataDir: string, limits: Record<string, string>): Promise<Hub> {
  const hub = fork(fileURLToPath(new URL('counting-hub.js', import.meta.url)), {
    execArgv: NODE_OPTIONS,
    env: { PATH: process.env['PATH'], PORT: '0', LOG_LEVEL: 'warn', ...limits, DATA_DIR: dataDir },
    stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
  });
  process.once('exit', () => hub.kill('SIGKILL'));
  let said = '';
  const url = await new Promise<string>((resolve, reject) => {
    hub.stdout!.setEncoding('utf8').on('data', (text: string) => {
      said += text;
      const found = /http:\/\/127\.0\.0\.1:\d+/.exec(said)?.[0];
      if (found !== undefined) resolve(found);
    });
    hub.once('exit', () => reject(new Error(`the hub ended before it was open:\n${said}`)));
  });
  return {
    pid: hub.pid!,
    databasePid: Number.parseInt(await readFile(join(dataDir, 'postgres/postmaster.pid'), 'utf8'), 10),
    url,
    taken: async () => {
      hub.send('taken');
      const [fields] = (await once(hub, 'message')) as [number];
      return fields;
    },
    stop: async () => {
      const ended = once(hub, 'exit');
      hub.kill('SIGTERM');
      await ended;
    },
  };
}

async function ask(url: string, token: string | null, query: string): Promise<{ data?: unknown }> {
  const response = await fetch(`${url}/graphql`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      ...(token !== null && { authorization: `Bearer ${token}` }),
    },
    body: JSON.stringify({ query }),
  });
  return (await response.json()) as { data?: unknown };
}

async function signIn(url: string, email: string): Promise<string> {
  const input = `{ email: "${email}", password: "${DEMO_PASSWORD}" }`;
  const { data } = await ask(url, null, `mutation { signIn(input: ${input}) { token } }`);
  return (data as { signIn: { token: string } }).signIn.token;
}

/** With ids of things that are there. */
async function filled(url: string, token: string): Promise<(asked: Asked) => string> {
  const { data } = await ask(
    url,
    token,
    '{ needs(status: [OPEN], first: 1) { nodes { id } } partners(first: 1) { nodes { id } } }',
  );
  const found = data as { needs: { nodes: [{ id: string }] }; partners: { nodes: [{ id: string }] } };
  return ({ query }) =>
    query.replaceAll('A_PARTNER', found.partners.nodes[0].id).replaceAll('A_NEED', found.needs.nodes[0].id);
}

/** CPU seconds of hub and database. */
const secondsOf = ({ pid, databasePid }: Hub) => cpuSeconds(pid) + familyCpuSeconds(databasePid);

interface Price {
  name: string;
  charged: number;
  milliseconds: number;
  /** Of CPU, for what an account may ask in a second. */
  perSecond: number;
}

async function priceOf(hub: Hub, token: string, name: string, query: string): Promise<Price> {
  for (let warm = 0; warm < 4; warm += 1) await ask(hub.url, token, query);
  await sleep(50);
  const [takenBefore, before] = [await hub.taken(), secondsOf(hub)];
  let count = 0;
  while (count < MOST_TIMES && secondsOf(hub) - before < ENOUGH_SECONDS) {
    await ask(hub.url, token, query);
    count += 1;
  }
  await sleep(50);
  const milliseconds = ((secondsOf(hub) - before) * 1000) / count;
  const charged = ((await hub.taken()) - takenBefore) / count;
  return { name, charged, milliseconds, perSecond: (milliseconds / charged) * 20_000 };
}

async function prices(hub: Hub): Promise<void> {
  const token = await signIn(hub.url, 'admin@sinergi.test');
  const textOf = await filled(hub.url, token);
  const rows: Price[] = [];
  for (const one of documents.filter(({ name }) => name.includes(only))) {
    rows.push(await priceOf(hub, token, one.name, textOf(one)));
  }
  rows.sort((a, b) => b.perSecond - a.perSecond);
  const head = ['document', 'charged, fields', 'CPU ms each', 'CPU ms for 20,000 fields'];
  const cells = rows.map(({ name, charged, milliseconds, perSecond }) => [
    name,
    whole(charged),
    hundredths(milliseconds),
    whole(perSecond),
  ]);
  console.log(table(head, cells));
  console.log(`\nWorst to best: ${tenths(rows[0]!.perSecond / rows.at(-1)!.perSecond)} : 1.\n`);
}

/** How long the small query takes, one after another, until `isOver`. */
async function latencies(url: string, token: string, isOver: () => boolean): Promise<number[]> {
  const times: number[] = [];
  while (!isOver()) {
    const begun = performance.now();
    await ask(url, token, '{ villages(first: 3) { nodes { id name } } }');
    times.push(performance.now() - begun);
    await sleep(BETWEEN_MS);
  }
  return times;
}

async function besideAttack(hub: Hub, token: string, attack: Attack): Promise<[times: number[], Attacked]> {
  const attacker = fork(fileURLToPath(new URL('attackers.js', import.meta.url)));
  attacker.send(attack);
  let isOver = false;
  const ended = once(attacker, 'message').finally(() => (isOver = true));
  // The attack begins before it is measured.
  await sleep(300);
  const times = await latencies(hub.url, token, () => isOver);
  const [attacked] = (await ended) as [Attacked];
  attacker.disconnect();
  return [times, attacked];
}

async function fairness(hub: Hub): Promise<void> {
  const victim = await signIn(hub.url, 'admin@sinergi.test');
  const page = (await (await fetch(`${hub.url}/workbench.json`)).json()) as { accounts: { email: string }[] };
  const others = page.accounts.map(({ email }) => email).filter((email) => !email.startsWith('admin'));
  const textOf = await filled(hub.url, victim);
  const rows: string[][] = [];
  let worst = 0;
  for (const [index, one] of attacks.filter(({ name }) => name.includes(only)).entries()) {
    const token = await signIn(hub.url, others[index % others.length]!);
    const idleUntil = performance.now() + 1500;
    const idle = median(await latencies(hub.url, victim, () => performance.now() > idleUntil));
    const attack = { url: hub.url, token, query: textOf(one), atOnce: AT_ONCE, ms: ATTACK_MS };
    const [times, { answered, refused }] = await besideAttack(hub, victim, attack);
    const beside = median(times);
    worst = Math.max(worst, beside / idle);
    const figures = [idle, beside, beside / idle, Math.max(...times)].map(tenths);
    rows.push([one.name, ...figures, whole(answered), whole(refused)]);
  }
  const head = [
    'another account asks for',
    'idle, ms',
    'beside it, ms',
    'ratio',
    'most, ms',
    'answered',
    'refused',
  ];
  console.log(table(head, rows));
  console.log(`\nWorst ratio: ${tenths(worst)}.`);
}

const dataDir = await mkdtemp(join(tmpdir(), 'sinergi-fairness-'));
// PostgreSQL's own user, which a root needs, must be able to pass through.
await chmod(dataDir, 0o711);
try {
  for (const [name, limits, measure] of [
    ['prices', WITHOUT_RATES, prices],
    ['beside', USUAL, fairness],
  ] as const) {
    if (!name.startsWith(phase)) continue;
    const hub = await startHub(dataDir, limits);
    try {
      await measure(hub);
    } finally {
      await hub.stop();
    }
  }
} finally {
  await rm(dataDir, { recursive: true, force: true });
}
