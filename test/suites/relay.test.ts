import { randomUUID } from 'node:crypto';
import { expect, test } from '@jest/globals';
import { take } from '../support/listener.ts';
import { gql } from '../support/query.ts';
import { buildRangkas } from '../support/rangkas.ts';
import { testHub } from '../support/test-hub.ts';
import { buildWorld } from '../support/world.ts';
import { measured, toldOf } from './conformance.ts';
import { compiledByRelay } from './relay-compiler.ts';
import { modules, pageQueries } from './relay-documents.ts';

const hub = await testHub();
const world = await buildWorld(hub);
const { as } = world;
const { rangkas, needs, pledges } = await buildRangkas(hub, world);
const { operations } = await compiledByRelay(modules);
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
    { pledgeFeed: { kind: 'PLEDGE_MADE', pledge: { pledgeId: claimNeed.pledge.id } } },
  ]);
  await results.return();
});

test('and the hub had nothing to complain of', () => expect(hub.complaints).toEqual([]));
