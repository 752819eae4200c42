import { randomUUID } from 'node:crypto';
import { ApolloClient, ApolloLink, gql as apolloGql, HttpLink, InMemoryCache } from '@apollo/client';
import { GraphQLWsLink } from '@apollo/client/link/subscriptions';
import type { TypedDocumentNode } from '@graphql-typed-document-node/core';
import { getMainDefinition, relayStylePagination } from '@apollo/client/utilities';
import { expect, test } from '@jest/globals';
import { Client, fetchExchange, gql as urqlGql, subscriptionExchange } from '@urql/core';
import { cacheExchange } from '@urql/exchange-graphcache';
import { relayPagination } from '@urql/exchange-graphcache/extras';
import { Kind, OperationTypeNode } from 'graphql';
import { createClient, type Client as Socket } from 'graphql-ws/client';
import WebSocket from 'ws';
import { claim } from '../support/acts.ts';
import { buildRangkas } from '../support/rangkas.ts';
import { testHub } from '../support/test-hub.ts';
import { buildWorld } from '../support/world.ts';
import { measured, toldOf } from './conformance.ts';
import { until } from '../support/until.ts';

const hub = await testHub();
const world = await buildWorld(hub);
const { as, accounts } = world;
const { needs } = await buildRangkas(hub, world);
const url = `${hub.url}/graphql`;
const token = await hub.tokenOf(accounts.semen);
const headers = { authorization: `Bearer ${token}`, 'accept-language': 'en' };

const openSocket = (): Socket =>
  createClient({
    url: url.replace('http', 'ws'),
    webSocketImpl: WebSocket,
    connectionParams: { authorization: headers.authorization },
  });

const VILLAGES = `query Villages($first: Int, $after: Cursor) { villages(first: $first, after: $after) {
  edges { cursor node { id name } } pageInfo { hasNextPage hasPreviousPage startCursor endCursor } } }`;
const CLAIM = `mutation Claim($input: ClaimNeedInput!) { claimNeed(input: $input) {
  pledge { id status need { id remaining } } problems { __typename message path } } }`;
const FEED = `subscription Feed($filter: FeedFilter, $after: Cursor) { pledgeFeed(filter: $filter, after: $after) {
  kind cursor previousCursor need { needId remaining } } }`;

interface Villages {
  villages: { edges: { node: { id: string } }[]; pageInfo: { hasNextPage: boolean; endCursor: string } };
}
interface Claimed {
  claimNeed: { pledge: { status: string } | null; problems: { __typename: string }[] };
}
interface Heard {
  pledgeFeed: { kind: string; cursor: string; previousCursor: string };
}

/** What both clients are asked to do. */
interface Live {
  /** The cached list after one page more. */
  page(variables: { first: number; after?: string }): Promise<Villages>;
  claim(input: object): Promise<Claimed>;
  follow(variables: object, hear: (event: Heard['pledgeFeed']) => void): () => void;
  failing(): Promise<string>;
  close(): Promise<void>;
}

function urql(): Live {
  const socket = openSocket();
  const client = new Client({
    url,
    preferGetMethod: false,
    fetchOptions: { headers },
    exchanges: [
      cacheExchange({
        keys: { FeedEvent: () => null, ClaimPayload: () => null },
        resolvers: { Query: { villages: relayPagination() } },
      }),
      fetchExchange,
      subscriptionExchange({
        forwardSubscription: ({ query, variables }) => ({
          subscribe: (sink) => ({
            unsubscribe: socket.subscribe({ query: query!, variables: variables as never }, sink as never),
          }),
        }),
      }),
    ],
  });
  const VILLAGES_DOCUMENT = urqlGql<Villages, object>(VILLAGES);
  return {
    page: async (variables) => (await client.query(VILLAGES_DOCUMENT, variables).toPromise()).data!,
    claim: async (input) => (await client.mutation(urqlGql<Claimed>(CLAIM), { input }).toPromise()).data!,
    follow: (variables, hear) =>
      client
        .subscription(urqlGql<Heard>(FEED), variables)
        .subscribe(({ data }) => data !== undefined && hear(data.pledgeFeed)).unsubscribe,
    failing: async () =>
      (await client.query(urqlGql('{ villages(first: 101) { totalCount } }'), {}).toPromise()).error!.message,
    close: async () => socket.dispose(),
  };
}

function apollo(): Live {
  const socket = openSocket();
  const client = new ApolloClient({
    link: ApolloLink.split(
      ({ query }) => {
        const definition = getMainDefinition(query);
        return (
          definition.kind === Kind.OPERATION_DEFINITION &&
          definition.operation === OperationTypeNode.SUBSCRIPTION
        );
      },
      new GraphQLWsLink(socket),
      new HttpLink({ uri: url, headers }),
    ),
    cache: new InMemoryCache({ typePolicies: { Query: { fields: { villages: relayStylePagination() } } } }),
  });
  const VILLAGES_DOCUMENT = apolloGql(VILLAGES);
  const CLAIM_DOCUMENT: TypedDocumentNode<Claimed> = apolloGql(CLAIM);
  return {
    page: async (variables) => {
      // A list has one place in the cache, so that a page of it is there already: it is asked for all the same.
      await client.query({ query: VILLAGES_DOCUMENT, variables, fetchPolicy: 'network-only' });
      return client.readQuery<Villages>({ query: VILLAGES_DOCUMENT })!;
    },
    claim: async (input) => (await client.mutate({ mutation: CLAIM_DOCUMENT, variables: { input } })).data!,
    follow: (variables, hear) => {
      const events = client.subscribe<Heard>({ query: apolloGql(FEED), variables });
      const subscription = events.subscribe(({ data }) => data != null && hear(data.pledgeFeed));
      return () => subscription.unsubscribe();
    },
    failing: () =>
      client
        .query({ query: apolloGql('{ villages(first: 101) { totalCount } }') })
        .then(JSON.stringify, (error: Error) => error.message),
    close: async () => {
      client.stop();
      await socket.dispose();
    },
  };
}

test.each<[name: string, make: () => Live]>([
  ['@urql/core', urql],
  ['@apollo/client', apollo],
])(
  '%s pages into its cache, claims, follows the feed, resumes it, and is told what is wrong',
  async (name, make) => {
    const live = make();
    const done: string[] = [];
    // Pages grow into one list in the client's cache.
    const { villages: first } = await live.page({ first: 10 });
    expect(first).toMatchObject({ edges: { length: 10 }, pageInfo: { hasNextPage: true } });
    const { villages: second } = await live.page({ first: 10, after: first.pageInfo.endCursor });
    expect(second.edges.slice(0, 10)).toEqual(first.edges);
    expect(new Set(second.edges.map(({ node }) => node.id)).size).toBe(20);
    done.push('pages into its cache');

    const need = needs[name === '@urql/core' ? 20 : 21]!;
    const input = () => ({ needId: need.id, quantity: 1, idempotencyKey: randomUUID() });
    const heard: Heard['pledgeFeed'][] = [];
    const stop = live.follow({ filter: { needIds: [need.id] } }, (event) => heard.push(event));
    await hub.feedsOpen(1);
    expect(await live.claim(input())).toMatchObject({
      claimNeed: { pledge: { status: 'PLEDGED' }, problems: [] },
    });
    await until(() => heard.length === 1, 'the event of the claim');
    done.push('mutation', 'subscription');
    stop();
    await hub.feedsOpen(0);

    // What happened while nobody listened is told after the cursor, and nothing twice.
    await claim(as.kodim, need.id, 1);
    const again: Heard['pledgeFeed'][] = [];
    const last = heard[0]!.cursor;
    const end = live.follow({ filter: { needIds: [need.id] }, after: last }, (event) => again.push(event));
    await until(() => again.length === 1, 'the event that was missed');
    await live.claim(input());
    await until(() => again.length === 2, 'the event after it');
    expect(again.map(({ previousCursor }) => previousCursor)).toEqual([last, again[0]!.cursor]);
    done.push('resumed feed');
    end();
    await hub.feedsOpen(0);

    // A refusal is data, a mistake is an error.
    expect(await live.claim({ ...input(), quantity: 1000 })).toMatchObject({
      claimNeed: { pledge: null, problems: [{ __typename: 'NotEnoughRemaining' }] },
    });
    expect(await live.failing()).toContain('1 to 100');
    done.push('refusals and errors');
    await live.close();
    expect(toldOf(name)).toEqual(measured(name, done.join(', '), `${done.length} ok, 0 errors`));
  },
);

test('and the hub had nothing to complain of', () => expect(hub.complaints).toEqual([]));
