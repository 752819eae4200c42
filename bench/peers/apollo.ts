import 'reflect-metadata';
import type { AddressInfo } from 'node:net';
import { ApolloServer } from '@apollo/server';
import { fastifyApolloDrainPlugin, fastifyApolloHandler } from '@as-integrations/fastify';
import { DataloaderType } from '@mikro-orm/core';
import { MikroORM } from '@mikro-orm/postgresql';
import Fastify from 'fastify';
import { buildSchema } from 'type-graphql';
import { entities } from './apollo-entities.ts';
import {
  AreaResolver,
  type Context,
  NeedResolver,
  PledgeResolver,
  Roots,
  VillageResolver,
} from './apollo-resolvers.ts';
import { CONNECTIONS, LISTEN, PARTNER_HEADER, servePeer } from './peer.ts';

/**
 * Apollo Server with type-graphql and MikroORM as many applications are built: an entity manager a request, a resolver a
 * field. References are batched by MikroORM's own loader (https://mikro-orm.io/docs/dataloaders); a list with a limit is a
 * statement a parent, for which these packages offer no batch.
 */
await servePeer(async (databaseUrl) => {
  const orm = await MikroORM.init({
    clientUrl: databaseUrl,
    entities,
    pool: { min: 0, max: CONNECTIONS },
    dataloader: DataloaderType.ALL,
    forceUtcTimezone: true,
  });
  const schema = await buildSchema({
    resolvers: [Roots, VillageResolver, NeedResolver, PledgeResolver, AreaResolver],
    validate: false,
  });
  const app = Fastify();
  const apollo = new ApolloServer<Context>({ schema, plugins: [fastifyApolloDrainPlugin(app)] });
  await apollo.start();
  app.post(
    '/graphql',
    fastifyApolloHandler(apollo, {
      context: ({ headers }) =>
        Promise.resolve({ em: orm.em.fork(), partnerId: String(headers[PARTNER_HEADER]) }),
    }),
  );
  await app.listen(LISTEN);
  return (app.server.address() as AddressInfo).port;
});
