import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { copyFile, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from '@jest/globals';
import { take } from '../support/listener.ts';
import { gql } from '../support/query.ts';
import { buildRangkas } from '../support/rangkas.ts';
import { testHub } from '../support/test-hub.ts';
import { buildWorld } from '../support/world.ts';
import { measured, toldOf } from './conformance.ts';
import { modules, pageQueries } from './relay-documents.ts';

/** The path of the program, which the package holds for each system. */
const relayCompiler = createRequire(import.meta.url)('relay-compiler') as string;

/** Compiles all modules as an application would; answers the text of each operation that Relay makes of them. */
async function compile(): Promise<Map<string, string>> {
  const folder = await mkdtemp(join(tmpdir(), 'sinergi-relay-'));
  try {
    await mkdir(join(folder, 'src', '__generated__'), { recursive: true });
    await copyFile('schema/schema.graphql', join(folder, 'schema.graphql'));
    for (const [module, documents] of modules) {
      const source = documents.map((document) => `graphql\`${document}\`;\n`).join('');
      await writeFile(join(folder, 'src', `${module}.js`), source);
    }
    await writeFile(join(folder, 'operations.json'), '{}');
    const config = {
      src: 'src',
      schema: 'schema.graphql',
      language: 'javascript',
      artifactDirectory: 'src/__generated__',
      persistConfig: { file: 'operations.json', algorithm: 'SHA256' },
    };
    await writeFile(join(folder, 'relay.config.json'), JSON.stringify(config));
    // Rejects, with what the compiler says, unless it finds everything right.
    await promisify(execFile)(relayCompiler, ['relay.config.json'], { cwd: folder });
    const texts = JSON.parse(await readFile(join(folder, 'operations.json'), 'utf8')) as object;
    return new Map(Object.values(texts).map((text: string) => [/^\w+ (\w+)/.exec(text)![1]!, text]));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

const hub = await testHub();
const world = await buildWorld(hub);
const { as } = world;
const { rangkas, needs, pledges } = await buildRangkas(hub, world);
const operations = await compile();
const document = <T>(name: string) => gql<T>(operations.get(name)!);

interface Page {
  edges: { node: { id: string } | null; cursor: string }[];
  pageInfo: { endCursor: string | null; hasNextPage: boolean };
}

/** The ids of a whole list, page by page as Relay would load it. */
async function idsOf(query: string, pageOf: (answer: unknown) => Page, id?: string): Promise<string[]> {
  const ids: string[] = [];
  let after: string | null = null;
  do {
    const page: Page = pageOf(await as.auditor.request(document(query), { id, first: 7, after }));
    ids.push(...page.edges.map(({ node }) => node!.id));
    expect(page.pageInfo.endCursor).toBe(page.edges.at(-1)!.cursor);
    after = page.pageInfo.hasNextPage ? page.pageInfo.endCursor : null;
  } while (after !== null);
  return ids;
}

test('the compiler takes the schema and makes an operation of each query, page, mutation and subscription', () => {
  const lists = pageQueries.lists.length + pageQueries.nested.length;
  expect(operations.size).toBe(2 * lists + 2);
  expect(toldOf('relay-compiler')).toEqual(
    measured(
      'relay-compiler',
      'every list as an `@connection`, `node(id:)`, a mutation, a subscription',
      `${operations.size} operations, 0 errors`,
    ),
  );
});

test.each(pageQueries.lists)(
  '$query loads the whole list of $field, nothing twice',
  async ({ query, field }) => {
    const ids = await idsOf(query, (answer) => (answer as Record<string, Page>)[field]!);
    const { [field]: list } = await as.auditor.request(
      gql<Record<string, { totalCount: number }>>(`{ ${field} { totalCount } }`),
    );
    expect(new Set(ids).size).toBe(list!.totalCount);
    expect(ids.length).toBe(list!.totalCount);
  },
);

test.each(pageQueries.nested)(
  '$query loads all $field of a $type by node(id:)',
  async ({ query, type, field }) => {
    const idOf: Record<string, string> = {
      Village: rangkas[0]!.id,
      Need: needs[0]!.id,
      Partner: world.partners.semen.id,
    };
    const ids = await idsOf(
      query,
      (answer) => (answer as { node: Record<string, Page> }).node[field]!,
      idOf[type],
    );
    const { node } = await as.auditor.request(
      gql<{ node: Record<string, { totalCount: number }> }>(
        `{ node(id: "${idOf[type]}") { ... on ${type} { ${field} { totalCount } } } }`,
      ),
    );
    expect(new Set(ids).size).toBe(node[field]!.totalCount);
    expect(ids.length).toBeGreaterThan(1);
  },
);

test('the mutation is done, and the subscription hears of it', async () => {
  const results = as.auditor.subscribe(document<{ pledgeFeed: object }>('FeedSubscription'), {
    filter: { needIds: [needs[20]!.id] },
  });
  const heard = take(results, 1);
  await hub.feedsOpen(1);
  const input = { needId: needs[20]!.id, quantity: 1, idempotencyKey: randomUUID() };
  const { claimNeed } = await as.semen.request(
    document<{ claimNeed: { pledge: { id: string }; problems: object[] } }>('ClaimMutation'),
    { input },
  );
  expect(claimNeed).toMatchObject({ pledge: { status: 'PLEDGED', need: { remaining: 9 } }, problems: [] });
  expect(pledges.map(({ id }) => id)).not.toContain(claimNeed.pledge.id);
  expect(await heard).toMatchObject([
    { pledgeFeed: { kind: 'PLEDGE_MADE', pledge: { id: claimNeed.pledge.id } } },
  ]);
  await results.return();
});

test('and the hub had nothing to complain of', () => expect(hub.complaints).toEqual([]));
