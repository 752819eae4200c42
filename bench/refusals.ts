import pg from 'pg';
import { type Ground, openGround, TOKEN_SECRET, tokensOf } from './ground.ts';
import { startHubWith } from './hub-process.ts';
import { familyCpuSeconds } from './process-usage.ts';
import { median } from './statistics.ts';
import { id, needId, partnerId, rules } from './world.ts';

/**
 * What a refused claim costs PostgreSQL, against an accepted one, in one run: the CPU of all its processes, one claim after
 * another by one client, in turns. A ratio above 3 fails, but for refusals whose suggestions are selected.
 *
 * Usage: npm run bench:refusals [-- claims rounds]
 */
const [claims = 400, rounds = 3] = process.argv.slice(2).map(Number);
/** As many villages as the demo has, in one regency. */
const SIZE = { villages: 310, needsPerVillage: 5, partners: 64, auditors: 1 };
const MOST = 3;

/** A kind of claim: which it is of, by whom, and what it is answered. */
interface Case {
  name: string;
  /** Each village has five needs; the first of this one is claimed. */
  village: number;
  quantity?: number;
  /** The number of the partner's member. */
  account?: number;
  key?: string;
  suggests?: boolean;
  answer: string;
}

/** The mandate of the first need of village 5 is that partner's. */
const HOLDER = 21;
const AUDITOR = SIZE.partners + 1;
const ACCEPTED: Case = { name: 'accepted', village: 100, answer: 'PLEDGED' };
const CASES: readonly Case[] = [
  ACCEPTED,
  { name: 'PARTNER_SHARE', village: 1, answer: 'PARTNER_SHARE' },
  { name: 'COLOUR_SHARE', village: 2, answer: 'COLOUR_SHARE' },
  { name: 'CAPACITY', village: 3, answer: 'CAPACITY' },
  { name: 'SPREAD', village: 4, answer: 'SPREAD' },
  { name: 'RECIPROCITY', village: 5, account: HOLDER, answer: 'RECIPROCITY' },
  { name: 'NotEnoughRemaining', village: 6, quantity: 200_000, answer: 'NotEnoughRemaining' },
  { name: 'WrongState', village: 7, answer: 'WrongState' },
  { name: 'IdempotencyConflict', village: 100, quantity: 2, key: 'taken', answer: 'IdempotencyConflict' },
  { name: 'Forbidden', village: 100, account: AUDITOR, answer: 'Forbidden' },
  { name: 'a refusal that is repeated', village: 3, key: 'refused', answer: 'CAPACITY' },
  { name: 'PARTNER_SHARE, suggestions selected', village: 1, suggests: true, answer: 'PARTNER_SHARE' },
];

const RULES = ['RECIPROCITY', 'PARTNER_SHARE', 'COLOUR_SHARE', 'SPREAD', 'CAPACITY'] as const;

/** The benchmark's rules, of which one refuses whatever it weighs. */
function refusing(name: (typeof RULES)[number]): string {
  const settings = JSON.parse(rules) as { rule: string; ceiling: number | null }[];
  return JSON.stringify(
    settings.map((setting) =>
      setting.rule === name
        ? {
            ...setting,
            mode: 'ENFORCE',
            limit: 0,
            floor: name === 'SPREAD' || name === 'CAPACITY' ? 1 : 0,
            ceiling: 0,
          }
        : setting,
    ),
  );
}

/** Makes each village of a case one in which that case is met. */
async function prepare({ url }: Ground): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  const villages: Record<(typeof RULES)[number], number> = {
    PARTNER_SHARE: 1,
    COLOUR_SHARE: 2,
    CAPACITY: 3,
    SPREAD: 4,
    RECIPROCITY: 5,
  };
  for (const rule of RULES) {
    const village = villages[rule];
    await client.query(
      `insert into policies select ${id('policy', String(100 + village))}, 1, ${id('area', String(900_000 + village))}, $1, 2, 1.5,
        14, 14, '2020-01-01', null`,
      [refusing(rule)],
    );
  }
  await client.query(
    `insert into partner_balances (partner_id, given_pending_rupiah, given_posted_rupiah, received_pending_rupiah,
      received_posted_rupiah) values ($1, 0, 0, 0, 1000)`,
    [partnerId(HOLDER)],
  );
  const cancelled = needId(needOf(7));
  await client.query('begin');
  await client.query(`update needs set status = 'CANCELLED', cancel_reason = 'bench' where id = $1`, [
    cancelled,
  ]);
  await client.query(
    `update villages v set open_needs = open_needs - 1, needed_rupiah = needed_rupiah - n.quantity * n.unit_value
      from needs n where n.id = $1 and v.id = n.village_id`,
    [cancelled],
  );
  await client.query(`update programme_plan set needed_rupiah = (select sum(needed_rupiah) from villages)`);
  await client.query('commit');
  await client.end();
}

const needOf = (village: number) => (village - 1) * SIZE.needsPerVillage + 1;
const CLAIM = `mutation ($input: ClaimNeedInput!, $suggests: Boolean!) { claimNeed(input: $input) { pledge { status }
  problems { kind: __typename ... on BalanceRuleBroken { verdict { rule }
    suggestions @include(if: $suggests) { complete nodes { id } } } } } }`;

interface Answer {
  data: {
    claimNeed: {
      pledge: { status: string } | null;
      problems: { kind: string; verdict?: { rule: string } }[];
    };
  };
}

async function claim(url: string, token: string, one: Case): Promise<void> {
  const { village, quantity = 1, key = crypto.randomUUID(), suggests = false } = one;
  const input = { needId: needId(needOf(village)), quantity, idempotencyKey: key };
  const response = await fetch(`${url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
    body: JSON.stringify({ query: CLAIM, variables: { input, suggests } }),
  });
  const { claimNeed } = ((await response.json()) as Answer).data;
  const [problem] = claimNeed.problems;
  const answer = problem?.verdict?.rule ?? problem?.kind ?? claimNeed.pledge?.status;
  if (answer !== one.answer) throw new Error(`${one.name} was answered ${answer}`);
}

const ground = await openGround(SIZE);
try {
  await prepare(ground);
  const hub = await startHubWith({ DATABASE_URL: ground.url, TOKEN_SECRET });
  const tokens = await tokensOf(1, AUDITOR);
  const tokenOf = ({ account = 1 }: Case) => tokens[account - 1]!;
  await claim(hub.url, tokenOf(ACCEPTED), { ...ACCEPTED, key: 'taken' });
  const costs = new Map<string, number[]>(CASES.map(({ name }) => [name, []]));
  const measure = async (one: Case): Promise<number> => {
    const before = familyCpuSeconds(ground.pid);
    for (let count = 0; count < claims; count += 1) await claim(hub.url, tokenOf(one), one);
    return ((familyCpuSeconds(ground.pid) - before) * 1000) / claims;
  };
  for (const one of CASES) await measure(one);
  for (let round = 0; round < rounds; round += 1) {
    for (const one of CASES) costs.get(one.name)!.push(await measure(one));
  }
  await hub.stop();
  const accepted = median(costs.get(ACCEPTED.name)!);
  for (const { name, suggests } of CASES) {
    const ms = median(costs.get(name)!);
    const ratio = ms / accepted;
    console.log(`${name.padEnd(40)} ${ms.toFixed(2).padStart(6)} ms of PostgreSQL, ${ratio.toFixed(2)} ×`);
    if (ratio > MOST && suggests !== true) process.exitCode = 1;
  }
} finally {
  await ground.stop();
}
