import { chmod, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { type GraphQLSchema, printSchema } from 'graphql';
import { costOf } from '../../src/platform/graphql/answer-size.ts';
import { Documents } from '../../src/platform/graphql/documents.ts';
import { LIMITS } from '../../src/platform/limits.ts';
import { createSchema } from '../../src/schema.ts';
import { DEMO_PASSWORD } from '../../src/seed/cast.service.ts';
import { type HubProcess, startHubWith } from '../hub-process.ts';
import { cpuSeconds, familyCpuSeconds } from '../process-usage.ts';
import { median } from '../statistics.ts';
import { type Candidate, candidates } from './candidates.ts';
import type { KnownValues } from './random-document.ts';
import { searchWorst } from './search.ts';

/**
 * What the worst operations cost that the limits let pass: CPU of the hub and of its database, over the demo of
 * Banten, each at the greatest size that is let pass. Prints the table of docs/limits.md.
 *
 * Beside the candidates that are known it looks for others by search, for two minutes, from a seed that it prints.
 *
 * Usage: npm run bench:limits [-- [--seed=NUMBER] [--seconds=NUMBER] [part-of-a-name]]
 */
const { values: given, positionals } = parseArgs({
  options: { seed: { type: 'string' }, seconds: { type: 'string' } },
  allowPositionals: true,
});
const [only = ''] = positionals;
const seed = Number(given.seed ?? Date.now() % 1_000_000);
const forMs = 1000 * Number(given.seconds ?? 120);
const TOPS = 5;
const ROUNDS = 5;
const GREATEST = 4096;

type Asked = ReturnType<Candidate['of']>;

interface Answer {
  data?: Record<string, unknown> | null;
  errors?: { message: string; extensions: { code: string } }[];
  extensions?: { cost?: { fields: number } };
}

const isLimit = ({ originalError }: { originalError?: Error | undefined }) => originalError !== undefined;

/** Whether the limits let it pass, as far as that is known before it is executed. */
function passes({ query, variables }: Asked, schema: GraphQLSchema, documents: Documents): boolean {
  if (Buffer.byteLength(JSON.stringify({ query, variables })) > LIMITS.bodyBytes) return false;
  const document = documents.read(query);
  // What is invalid was measured and validated, which is work, unless it was past a limit.
  if (!('kind' in document)) return !document.some(isLimit);
  const cost = costOf({ schema, document, variableValues: variables });
  return typeof cost === 'number' || !cost.some(isLimit);
}

function greatest({ of }: Candidate, isLetPass: (asked: Asked) => boolean): Asked {
  let size = 1;
  for (let step = GREATEST; step >= 1; step /= 2) if (isLetPass(of(size + step))) size += step;
  return of(size);
}

async function ask(hub: HubProcess, body: string, token: string | null): Promise<string> {
  const response = await fetch(`${hub.url}/graphql`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      'accept-language': 'en',
      ...(token !== null && { authorization: `Bearer ${token}` }),
    },
    body,
  });
  return response.text();
}

const milliseconds = (seconds: number) => Math.round(1000 * seconds);

/** One row of the table. */
async function measure(
  hub: HubProcess,
  databasePid: number,
  name: string,
  body: string,
  token: string,
): Promise<string> {
  let answer = await ask(hub, body, token);
  const hubSeconds: number[] = [];
  const databaseSeconds: number[] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    const [hubBefore, databaseBefore] = [cpuSeconds(hub.pid), familyCpuSeconds(databasePid)];
    answer = await ask(hub, body, token);
    hubSeconds.push(cpuSeconds(hub.pid) - hubBefore);
    databaseSeconds.push(familyCpuSeconds(databasePid) - databaseBefore);
  }
  const { extensions, errors } = JSON.parse(answer) as Answer;
  const counted = extensions?.cost?.fields.toLocaleString('en') ?? '–';
  const outcome =
    errors === undefined ? `${Math.round(answer.length / 1000)} kB` : errors[0]!.extensions.code;
  const cells = [name, body.length.toLocaleString('en'), counted, outcome];
  return `| ${[...cells, milliseconds(median(hubSeconds)), milliseconds(median(databaseSeconds))].join(' | ')} |`;
}

async function dataOf<T>(hub: HubProcess, query: string, token: string | null): Promise<T> {
  return (JSON.parse(await ask(hub, JSON.stringify({ query }), token)) as { data: T }).data;
}

/** Ids and codes of the demo, by the fields and arguments that take them. */
async function knownValues(hub: HubProcess, token: string): Promise<KnownValues> {
  type Ids = { nodes: { id: string }[] };
  const data = await dataOf<{ needs: Ids; pledges: Ids; partners: Ids; villages: Ids }>(
    hub,
    '{ needs(first: 5) { nodes { id } } pledges(first: 5) { nodes { id } } partners(first: 5) { nodes { id } } villages(first: 5) { nodes { id } } }',
    token,
  );
  const idsOf = ({ nodes }: Ids) => nodes.map(({ id }) => id);
  const [need, pledge, partner, village] = [data.needs, data.pledges, data.partners, data.villages].map(
    idsOf,
  );
  return {
    need: need!,
    pledge: pledge!,
    partner: partner!,
    village: village!,
    node: [...need!, ...pledge!, ...partner!, ...village!],
    partnerId: partner!,
    areaCode: ['36', '36.02', '36.02.14', '36.02.11.2005'],
  };
}

const dataDir = await mkdtemp(join(tmpdir(), 'sinergi-limits-'));
// PostgreSQL's own user, which a root needs, must be able to pass through.
await chmod(dataDir, 0o711);
const hub = await startHubWith({ DATA_DIR: dataDir });
try {
  const databasePid = Number.parseInt(await readFile(join(dataDir, 'postgres/postmaster.pid'), 'utf8'), 10);
  const input = `{ email: "admin@sinergi.test", password: "${DEMO_PASSWORD}" }`;
  const { signIn } = await dataOf<{ signIn: { token: string } }>(
    hub,
    `mutation { signIn(input: ${input}) { token } }`,
    null,
  );
  const found = await dataOf<{ needs: { nodes: [{ id: string }] }; partners: { nodes: [{ id: string }] } }>(
    hub,
    '{ needs(status: [OPEN], first: 1) { nodes { id } } partners(first: 1) { nodes { id } } }',
    signIn.token,
  );
  const schema = await createSchema();
  const documents = new Documents(schema);
  console.log(`Schema of ${printSchema(schema).length.toLocaleString('en')} characters.\n`);
  console.log('| operation | bytes | cost, fields | answer | CPU of the hub, ms | of PostgreSQL, ms |');
  console.log('|---|--:|--:|---|--:|--:|');
  for (const candidate of candidates.filter(({ name }) => name.includes(only))) {
    const asked = greatest(candidate, (one) => passes(one, schema, documents));
    const body = JSON.stringify(asked)
      .replaceAll('A_PARTNER', found.partners.nodes[0].id)
      .replaceAll('A_NEED', found.needs.nodes[0].id);
    console.log(await measure(hub, databasePid, candidate.name, body, signIn.token));
  }
  const cpu = () => cpuSeconds(hub.pid) + familyCpuSeconds(databasePid);
  const tops = await searchWorst({
    schema,
    seed,
    forMs,
    known: await knownValues(hub, signIn.token),
    passes: (asked) => passes(asked, schema, documents),
    cost: async (body) => {
      const before = cpu();
      await ask(hub, body, signIn.token);
      return cpu() - before;
    },
  });
  for (const [index, { body }] of tops.slice(0, TOPS).entries()) {
    console.log(await measure(hub, databasePid, `found by search, ${index + 1}`, body, signIn.token));
  }
  console.log(
    `\nSearched for ${forMs / 1000} s from seed ${seed}; ${tops.length} tops. The costliest:\n\n${tops[0]?.body}`,
  );
} finally {
  await hub.stop();
  await rm(dataDir, { recursive: true, force: true });
}
