import type { GraphQLResolveInfo } from 'graphql';

/** Something happens in an event that only graphql-js can tell as it should be told. */
export class Unusual extends Error {}

/** What a resolver may hear of its field: what is the same for every event. */
export type KnownInfo = Pick<
  GraphQLResolveInfo,
  'fieldName' | 'fieldNodes' | 'parentType' | 'returnType' | 'schema'
>;

const refuse = (): never => {
  throw new Unusual('a resolver asks for more than a projection knows');
};

const onlyKnown: ProxyHandler<KnownInfo> = {
  get: (known, name) => (Object.hasOwn(known, name) ? known[name as keyof KnownInfo] : refuse()),
  has: refuse,
  ownKeys: refuse,
  getOwnPropertyDescriptor: refuse,
  set: refuse,
  defineProperty: refuse,
  deleteProperty: refuse,
};

/** The `info` of a field, for all its events. Looking at anything else of it, such as its path, throws Unusual. */
export function infoOf(known: KnownInfo): GraphQLResolveInfo {
  return new Proxy<object>(known, onlyKnown) as GraphQLResolveInfo;
}

const noArguments = Object.freeze({});

/** A variable's value stands in many arguments: what is frozen was frozen with all that it holds. */
function freeze(value: unknown): void {
  if (Object.isFrozen(value) || typeof value !== 'object' || value === null) return;
  Object.values(value).forEach(freeze);
  Object.freeze(value);
}

/** All events are resolved with the same arguments: a resolver that would change them throws. */
export function unchangeable(args: Record<string, unknown>): object {
  if (Object.keys(args).length === 0) return noArguments;
  freeze(args);
  return args;
}
