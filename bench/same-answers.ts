import { deepStrictEqual } from 'node:assert/strict';
import pg from 'pg';
import type { Contestant } from './contestants.ts';
import type { Shape } from './data/shape.ts';
import { PASSWORD } from './data/fill.ts';
import type { Ground } from './ground.ts';
import { headersFor, requestsOf } from './requests.ts';
import { claimNames, FRESH_KEY, type WorkloadName, workloadNames } from './workloads.ts';
import { needId } from './world.ts';

/** How many different requests of each workload are compared. */
const SAMPLES = 5;

interface Answer {
  data?: object;
  errors?: object[];
}

export async function ask(url: string, body: string, headers: Record<string, string>): Promise<object> {
  const response = await fetch(url, { method: 'POST', headers, body });
  const { data, errors } = (await response.json()) as Answer;
  if (data === undefined || errors !== undefined) throw new Error(`${body}: ${JSON.stringify(errors)}`);
  return data;
}

/** The content of an answer: instants in one form, and a list whether or not it is inside a connection. */
function contentOf(value: unknown, name = ''): unknown {
  if (name === 'createdAt') return new Date(value as string).toISOString();
  if (name === 'children' && !Array.isArray(value)) return contentOf((value as { nodes: unknown }).nodes);
  if (Array.isArray(value)) return value.map((one) => contentOf(one));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, contentOf(one, key)]));
}

/** What a contestant answers to the first requests of each workload that reads. */
export async function readAnswers(
  contestant: Contestant,
  shape: Shape,
): Promise<Map<WorkloadName, unknown[]>> {
  const answers = new Map<WorkloadName, unknown[]>();
  for (const name of workloadNames) {
    if (claimNames.includes(name)) continue;
    const { bodies, headers } = await requestsOf(name, contestant, shape);
    const all: unknown[] = [];
    for (const body of bodies.slice(0, SAMPLES)) {
      all.push(contentOf(await ask(contestant.url, body, headers[0]!)));
    }
    answers.set(name, all);
  }
  return answers;
}

/** Claims once, and proves what it is answered and what is in the database then. */
export async function proveClaim(contestant: Contestant, shape: Shape, ground: Ground): Promise<void> {
  const { bodies } = await requestsOf('spread', contestant, shape);
  const [headers] = await headersFor('spread', shape);
  const client = new pg.Client({ connectionString: ground.url });
  await client.connect();
  const remaining = async () => {
    const { rows } = await client.query<{ id: string; remaining: number }>(
      'select id, quantity - pledged - committed as remaining from needs where id = $1',
      [needId(1)],
    );
    return rows[0]!;
  };
  try {
    const before = await remaining();
    const data = await ask(contestant.url, bodies[0]!.replace(FRESH_KEY, crypto.randomUUID()), headers!);
    const { claimNeed } = data as { claimNeed: { pledge: { id: string } } };
    const { id, ...pledge } = claimNeed.pledge;
    const need = { id: before.id, remaining: before.remaining - 1 };
    deepStrictEqual(pledge, { status: 'PLEDGED', quantity: 1, need });
    deepStrictEqual(await remaining(), need);
    const made = await client.query('select from pledges where id = $1 and need_id = $2', [id, need.id]);
    deepStrictEqual(made.rowCount, 1);
  } finally {
    await client.end();
  }
}

/** A member of the set can sign in at the hub, with a password. */
export async function proveSignIn(hub: Contestant): Promise<void> {
  const query = `mutation SignIn($input: SignInInput!) { signIn(input: $input) { viewer { email } } }`;
  const input = { email: 'partner-1@bench.test', password: PASSWORD };
  const headers = { 'content-type': 'application/json' };
  const data = await ask(hub.url, JSON.stringify({ query, variables: { input } }), headers);
  deepStrictEqual(data, { signIn: { viewer: { email: input.email } } });
}
