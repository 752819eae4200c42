import { ApolloClient, gql as apolloGql, HttpLink, InMemoryCache } from '@apollo/client';
import { Client, fetchExchange, gql as urqlGql } from '@urql/core';
import { cacheExchange } from '@urql/exchange-graphcache';
import { createRequire } from 'node:module';
import { runInNewContext } from 'node:vm';
import type * as Relay from 'relay-runtime';
import { type DocumentName, documents } from './cache-documents.ts';
import { compiledByRelay } from './relay-compiler.ts';

/** A client with a normalised cache, set up as its manual begins: nothing is said of the hub's types. */
export interface Cached {
  /** Asks the hub, and writes to the cache what it answers. */
  load(name: DocumentName, variables: object): Promise<void>;
  /** What the cache says without the hub. */
  kept(name: DocumentName, variables: object): unknown;
  close(): void;
}

export type Open = (url: string, headers: Record<string, string>) => Cached | Promise<Cached>;

/** Without the names of types that clients ask for by themselves. */
function bare(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value), (key, one: unknown) => (key === '__typename' ? undefined : one));
}

export const cachedByApollo: Open = (url, headers) => {
  const client = new ApolloClient({ link: new HttpLink({ uri: url, headers }), cache: new InMemoryCache() });
  const query = (name: DocumentName) => apolloGql(documents[name]);
  return {
    load: async (name, variables) => {
      await client.query({ query: query(name), variables, fetchPolicy: 'network-only' });
    },
    kept: (name, variables) => bare(client.readQuery({ query: query(name), variables })),
    close: () => client.stop(),
  };
};

export const cachedByUrql: Open = (url, headers) => {
  // It warns of each type without a key; what it does with them is what is tested.
  const cache = cacheExchange({ logger: () => undefined });
  const client = new Client({
    url,
    preferGetMethod: false,
    fetchOptions: { headers },
    exchanges: [cache, fetchExchange],
  });
  const ask = (name: DocumentName, variables: object, requestPolicy: 'network-only' | 'cache-only') =>
    client.query<unknown>(urqlGql(documents[name]), variables, { requestPolicy }).toPromise();
  return {
    load: async (name, variables) => {
      const { error } = await ask(name, variables, 'network-only');
      if (error !== undefined) throw error;
    },
    kept: async (name, variables) => bare((await ask(name, variables, 'cache-only')).data),
    close: () => undefined,
  };
};

export const cachedByRelay: Open = async (url, headers) => {
  const relay = createRequire(import.meta.url)('relay-runtime') as typeof Relay;
  const { artifacts } = await compiledByRelay([['Caches', Object.values(documents)]]);
  const requests = new Map<string, Relay.ConcreteRequest>();
  for (const [name, text] of artifacts) {
    const module: { exports?: Relay.ConcreteRequest } = {};
    runInNewContext(text, { module });
    requests.set(name, module.exports!);
  }
  const environment = new relay.Environment({
    network: relay.Network.create(async ({ text }, variables) => {
      const response = await fetch(url, {
        method: 'POST',
        headers: { ...headers, 'content-type': 'application/json' },
        body: JSON.stringify({ query: text, variables }),
      });
      return (await response.json()) as Relay.GraphQLResponse;
    }),
    store: new relay.Store(new relay.RecordSource()),
  });
  const kept: { dispose(): void }[] = [];
  const operation = (name: DocumentName, variables: object) =>
    relay.createOperationDescriptor(requests.get(name)!, { ...variables });
  return {
    load: async (name, variables) => {
      kept.push(environment.retain(operation(name, variables)));
      await relay.fetchQuery(environment, requests.get(name)!, { ...variables }).toPromise();
    },
    kept: (name, variables) => bare(environment.lookup(operation(name, variables).fragment).data),
    close: () => {
      for (const one of kept) one.dispose();
    },
  };
};
