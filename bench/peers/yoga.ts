import { createServer } from 'node:http';
import DataLoader from 'dataloader';
import { createSchema, createYoga, type YogaInitialContext } from 'graphql-yoga';
import { type AreaRow, Batches, type NeedRow, type PledgeRow, type VillageRow } from './batches.ts';
import { claim, type ClaimInput } from './claim.ts';
import { listening, openPool, PARTNER_HEADER, schemaText, servePeer } from './peer.ts';

/** The loaders of one request. Lists are keyed by parent; their arguments are alike in each of the benchmark's documents. */
function loadersOf(batches: Batches) {
  return {
    needsOf: new DataLoader<{ id: string; status: string[]; first: number }, NeedRow[], string>(
      (keys) =>
        batches.needsOf(
          keys.map(({ id }) => id),
          keys[0]!.status,
          keys[0]!.first,
        ),
      { cacheKeyFn: ({ id }) => id },
    ),
    pledgesOf: new DataLoader<{ id: string; first: number }, PledgeRow[], string>(
      (keys) =>
        batches.pledgesOf(
          keys.map(({ id }) => id),
          keys[0]!.first,
        ),
      { cacheKeyFn: ({ id }) => id },
    ),
    need: new DataLoader((ids: readonly string[]) => batches.needs(ids)),
    village: new DataLoader((ids: readonly string[]) => batches.villages(ids)),
    partner: new DataLoader((ids: readonly string[]) => batches.partners(ids)),
    children: new DataLoader((ids: readonly string[]) => batches.childrenOf(ids)),
    coverage: new DataLoader((codes: readonly string[]) => batches.coverageOf(codes)),
    synergy: new DataLoader((codes: readonly string[]) => batches.synergyOf(codes)),
  };
}

interface Context {
  loaders: ReturnType<typeof loadersOf>;
}

const nodes = async <T>(rows: Promise<T[]>) => ({ nodes: await rows });

/** GraphQL Yoga with a DataLoader a field and request, as https://the-guild.dev/graphql/yoga-server/docs says. */
await servePeer((databaseUrl) => {
  const pool = openPool(databaseUrl);
  const batches = new Batches(pool);
  const schema = createSchema<YogaInitialContext & Context>({
    typeDefs: schemaText(),
    resolvers: {
      Query: {
        villages: (_root, { areaCode, first }: { areaCode: string; first: number }) =>
          nodes(batches.villagesOf(areaCode, first)),
        pledges: (_root, { first }: { first: number }) => nodes(batches.latestPledges(first)),
        need: (_root, { id }: { id: string }, { loaders }) => loaders.need.load(id),
        area: (_root, { code }: { code: string }) => batches.area(code),
      },
      Mutation: {
        claimNeed: async (_root, { input }: { input: ClaimInput }, { request }) => ({
          pledge: await claim(pool, request.headers.get(PARTNER_HEADER)!, input),
          problems: [],
        }),
      },
      Village: {
        needs: ({ id }: VillageRow, args: { status: string[]; first: number }, { loaders }) =>
          nodes(loaders.needsOf.load({ id, ...args })),
      },
      Need: {
        pledges: ({ id }: NeedRow, args: { first: number }, { loaders }) =>
          nodes(loaders.pledgesOf.load({ id, ...args })),
        village: ({ villageId }: NeedRow, _args, { loaders }) => loaders.village.load(villageId),
      },
      Pledge: {
        need: ({ needId }: PledgeRow, _args, { loaders }) => loaders.need.load(needId),
        partner: ({ partnerId }: PledgeRow, _args, { loaders }) => loaders.partner.load(partnerId),
      },
      Area: {
        children: ({ id }: AreaRow, _args, { loaders }) => loaders.children.load(id),
        coverage: ({ code }: AreaRow, _args, { loaders }) => loaders.coverage.load(code),
        synergy: ({ code }: AreaRow, _args, { loaders }) => loaders.synergy.load(code),
      },
    },
  });
  const yoga = createYoga<object, Context>({
    schema,
    logging: false,
    context: () => ({ loaders: loadersOf(batches) }),
  });
  return listening(createServer((request, response) => void yoga(request, response)));
});
