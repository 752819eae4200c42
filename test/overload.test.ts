import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from '@jest/globals';
import { publish } from './support/acts.ts';
import { insertAccount, insertPartner } from './support/inserts.ts';
import { TEST_APPLICATION } from './support/test-database.ts';
import { testHub } from './support/test-hub.ts';
import { until } from './support/until.ts';
import { buildWorld } from './support/world.ts';

const HUBS = 2;
const PARTNERS = 10;
/** Rounds of the load, in each of which every partner makes a new claim; twenty claims a second together. */
const ROUNDS = 12;
const ROUND_MS = 500;
/** After this a client gives up and repeats its request with the same key. */
const PATIENCE_MS = 100;

const first = await testHub({ environment: { READ_CONNECTIONS: '4' } });
const second = await testHub({
  database: first.database,
  clock: first.clock,
  environment: { READ_CONNECTIONS: '4' },
});
const hubs = [first, second];
const { as, villages, accounts } = await buildWorld(first);

const CLAIM = `mutation ($input: ClaimNeedInput!) { claimNeed(input: $input) { pledge { status } problems { __typename
  ... on BalanceRuleBroken { verdict { rule } suggestions { complete nodes { id title } } } } } }`;

interface Answer {
  data: {
    claimNeed: {
      pledge: { status: string } | null;
      problems: { __typename: string; verdict?: { rule: string } }[];
    };
  };
}

async function claim(
  hub: number,
  token: string,
  needId: string,
  key: string,
  signal?: AbortSignal,
): Promise<Answer> {
  const headers = {
    'content-type': 'application/json',
    accept: 'application/json',
    authorization: `Bearer ${token}`,
  };
  const input = { needId, quantity: 1, idempotencyKey: key };
  const body = JSON.stringify({ query: CLAIM, variables: { input } });
  const answer = await fetch(`${hubs[hub % HUBS]!.url}/graphql`, {
    method: 'POST',
    headers,
    body,
    signal: signal ?? null,
  });
  return (await answer.json()) as Answer;
}

/** A policy of Lebak under which nobody may claim anything there that it has not proven to carry. */
async function allowNothingInLebak(): Promise<void> {
  const off = ['RECIPROCITY', 'PARTNER_SHARE', 'COLOUR_SHARE', 'SPREAD'].map((rule) => ({
    rule,
    mode: 'OFF',
    limit: 0,
    floor: 0,
    ceiling: 0,
  }));
  const capacity = { rule: 'CAPACITY', mode: 'ENFORCE', limit: 0, floor: 1, ceiling: null };
  await first.database.sql(
    `insert into policies (id, version, area_id, rules, synergy_colours, synergy_diversity, pledge_days, grace_days,
      effective_from) select 'policy_00000000000000000000000009', 1, id, $1, 2, 1.5, 14, 14, '2020-01-01'
      from areas where code = '36.02'`,
    [JSON.stringify([...off, capacity])],
  );
}

async function tokenOfPartner(index: number): Promise<string> {
  const code = `past-capacity-${index}`;
  // Half of them could claim elsewhere, so that other needs have to be looked at.
  const areas = [index % 2 === 0 ? '36' : '36.02'];
  const { id } = await insertPartner(first.database, { code, cluster: 'economy', areas });
  const email = `${code}@sinergi.test`;
  return first.tokenOf(await insertAccount(first.database, { email, roles: ['PARTNER'], partnerId: id }));
}

/** What the hubs have the database do at this moment. */
async function runningStatements(): Promise<string[]> {
  const rows = await first.database.sql<{ query: string }>(
    `select query from pg_stat_activity where datname = current_database() and state <> 'idle' and application_name <> $1`,
    [TEST_APPLICATION],
  );
  return rows.map(({ query }) => query);
}

test('while ten partners past CAPACITY claim and impatient clients repeat, both hubs stay ready and others’ claims go through; it ends with the load', async () => {
  await allowNothingInLebak();
  const refused = await publish(as.kader, { villageId: villages.cimarga.id, quantity: 1000, unitValue: 1 });
  const open = await publish(as.kaderTunjungTeja, { villageId: villages.tunjungTeja.id, quantity: 1000 });
  const tokens = await Promise.all(Array.from({ length: PARTNERS }, (_, index) => tokenOfPartner(index)));
  const other = await first.tokenOf(accounts.perkim);
  const over = new AbortController();
  const keys: { token: string; key: string }[] = [];

  const impatiently = async (hub: number, token: string, key: string): Promise<void> => {
    for (let tries = 0; !over.signal.aborted; tries += 1) {
      const answer = await claim(hub + tries, token, refused.id, key, AbortSignal.timeout(PATIENCE_MS)).catch(
        () => null,
      );
      if (answer !== null) return;
    }
  };
  const load = async () => {
    const claims: Promise<void>[] = [];
    for (let round = 0; round < ROUNDS; round += 1) {
      for (const [index, token] of tokens.entries()) {
        const key = randomUUID();
        keys.push({ token, key });
        claims.push(impatiently(round + index, token, key));
      }
      await sleep(ROUND_MS);
    }
    over.abort();
    await Promise.all(claims);
  };
  const probed: number[] = [];
  const probe = async () => {
    while (!over.signal.aborted) {
      const answers = await Promise.all(hubs.map(({ url }) => fetch(`${url}/health/ready`)));
      probed.push(...answers.map(({ status }) => status));
      await sleep(20);
    }
  };
  const honest: unknown[] = [];
  const claimElsewhere = async () => {
    for (let index = 0; !over.signal.aborted; index += 1) {
      const { data } = await claim(index, other, open.id, randomUUID());
      honest.push(data.claimNeed);
    }
  };
  await Promise.all([load(), probe(), claimElsewhere()]);

  expect(new Set(probed)).toEqual(new Set([200]));
  expect(honest.length).toBeGreaterThan(0);
  for (const one of honest) expect(one).toEqual({ pledge: { status: 'PLEDGED' }, problems: [] });
  await until(async () => (await runningStatements()).length === 0, 'hubs that are idle');
  for (const [index, { token, key }] of keys.entries()) {
    const { data } = await claim(index, token, refused.id, key);
    expect(data.claimNeed.problems).toMatchObject([
      { __typename: 'BalanceRuleBroken', verdict: { rule: 'CAPACITY' }, suggestions: { complete: true } },
    ]);
  }
});

test('no operation failed of which a hub had to tell its log', () => {
  const complaints = hubs.flatMap((hub) => hub.complaints);
  expect(complaints.filter((line) => line.includes('an operation failed'))).toEqual([]);
});
