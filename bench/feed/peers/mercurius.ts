import type { AddressInfo } from 'node:net';
import Fastify from 'fastify';
import mercurius from 'mercurius';
import { LISTEN, schemaText, servePeer, topicOf } from './peer.ts';

/**
 * Mercurius with its in-memory PubSub, as https://mercurius.dev/#/docs/subscriptions puts them together, and with the
 * compiler that its documents offer (`jit`).
 */
await servePeer(async () => {
  const app = Fastify();
  await app.register(mercurius, {
    schema: schemaText(),
    resolvers: {
      Subscription: {
        pledgeFeed: {
          subscribe: (_root, args: Parameters<typeof topicOf>[0], { pubsub }) =>
            pubsub.subscribe(topicOf(args)),
        },
      },
    },
    jit: 1,
    subscription: true,
  });
  await app.listen(LISTEN);
  return {
    port: (app.server.address() as AddressInfo).port,
    publish: (topic, event) =>
      app.graphql.pubsub.publish({ topic, payload: { pledgeFeed: event } }, () => undefined),
  };
});
