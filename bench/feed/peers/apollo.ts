import type { AddressInfo } from 'node:net';
import { ApolloServer } from '@apollo/server';
import { ApolloServerPluginDrainHttpServer } from '@apollo/server/plugin/drainHttpServer';
import { fastifyApolloDrainPlugin, fastifyApolloHandler } from '@as-integrations/fastify';
import Fastify from 'fastify';
import { PubSub } from 'graphql-subscriptions';
import { useServer } from 'graphql-ws/use/ws';
import { WebSocketServer } from 'ws';
import { type FeedEvent, LISTEN, schemaWith, servePeer } from './peer.ts';

/**
 * Apollo Server with graphql-ws and the in-memory PubSub, as https://www.apollographql.com/docs/apollo-server/data/subscriptions
 * puts them together, on Fastify like the hub. A topic a village spares it the filter that the page has.
 */
await servePeer(async () => {
  const pubSub = new PubSub<Record<string, { pledgeFeed: FeedEvent }>>();
  const schema = schemaWith((topic) => pubSub.asyncIterableIterator([topic]));
  const app = Fastify();
  const sockets = new WebSocketServer({ server: app.server, path: '/graphql' });
  const cleanup = useServer({ schema }, sockets);
  const apollo = new ApolloServer({
    schema,
    plugins: [
      fastifyApolloDrainPlugin(app),
      ApolloServerPluginDrainHttpServer({ httpServer: app.server }),
      {
        serverWillStart: () =>
          Promise.resolve({
            drainServer: async () => {
              await cleanup.dispose();
            },
          }),
      },
    ],
  });
  await apollo.start();
  app.post('/graphql', fastifyApolloHandler(apollo));
  await app.listen(LISTEN);
  return {
    port: (app.server.address() as AddressInfo).port,
    publish: (topic, event) => {
      void pubSub.publish(topic, { pledgeFeed: event });
    },
  };
});
