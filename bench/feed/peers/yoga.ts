import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { GraphQLSchema, parse, validate } from 'graphql';
import type { ServerOptions } from 'graphql-ws';
import { useServer } from 'graphql-ws/use/ws';
import { createPubSub, createYoga } from 'graphql-yoga';
import { WebSocketServer } from 'ws';
import { type FeedEvent, LISTEN, schemaWith, servePeer } from './peer.ts';

/** How Yoga hands its own functions to graphql-ws. */
type YogaRoot = Required<Pick<ServerOptions, 'execute' | 'subscribe'>>;

interface Enveloped extends YogaRoot {
  schema: GraphQLSchema;
  contextFactory: () => Promise<object>;
  parse: typeof parse;
  validate: typeof validate;
}

/**
 * GraphQL Yoga with graphql-ws and its own PubSub, as https://the-guild.dev/graphql/yoga-server/docs/features/subscriptions
 * puts them together.
 */
await servePeer(async () => {
  const pubSub = createPubSub<Record<string, [{ pledgeFeed: FeedEvent }]>>();
  const yoga = createYoga({ schema: schemaWith((topic) => pubSub.subscribe(topic)) });
  const server = createServer((request, response) => void yoga(request, response));
  const sockets = new WebSocketServer({ server, path: yoga.graphqlEndpoint });
  useServer(
    {
      execute: (args) => (args.rootValue as YogaRoot).execute(args),
      subscribe: (args) => (args.rootValue as YogaRoot).subscribe(args),
      onSubscribe: async (ctx, _id, params) => {
        const enveloped = yoga.getEnveloped({
          ...ctx,
          req: ctx.extra.request,
          socket: ctx.extra.socket,
          params,
        }) as Enveloped;
        const { schema, execute, subscribe, contextFactory } = enveloped;
        const args = {
          schema,
          operationName: params.operationName,
          document: enveloped.parse(params.query),
          variableValues: params.variables,
          contextValue: await contextFactory(),
          rootValue: { execute, subscribe },
        };
        const errors = enveloped.validate(args.schema, args.document);
        return errors.length > 0 ? errors : args;
      },
    },
    sockets,
  );
  server.listen(LISTEN);
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    publish: (topic, event) => pubSub.publish(topic, { pledgeFeed: event }),
  };
});
