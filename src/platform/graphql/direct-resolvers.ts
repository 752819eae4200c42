import { type GraphQLFieldResolver, type GraphQLNamedType, type GraphQLSchema, isObjectType } from 'graphql';
import { getMetadataStorage } from 'type-graphql';
import type { Context } from './context.ts';

type Handler = ReturnType<typeof getMetadataStorage>['fieldResolvers' | 'subscriptions'][number];
type Param = NonNullable<Handler['params']>[number];
type Resolver = GraphQLFieldResolver<unknown, Context, Record<string, unknown>>;
type Take = (root: unknown, args: Record<string, unknown>, context: Context) => unknown;
type Methods = Record<string, (...params: unknown[]) => unknown>;

/** How a method gets one of its parameters; null for one that type-graphql would convert, check or make itself. */
function takeOf(param: Param): Take | null {
  switch (param.kind) {
    case 'root': {
      const isPlain = param.getType === undefined || param.getType() === Object;
      return isPlain && param.propertyName === undefined ? (root) => root : null;
    }
    case 'context':
      return param.propertyName === undefined ? (_root, _args, context) => context : null;
    case 'arg': {
      const { name, validateFn, validateSettings } = param;
      return validateFn === undefined && !validateSettings ? (_root, args) => args[name] : null;
    }
    default:
      return null;
  }
}

/** Null where type-graphql has more to do than to call the method. */
function directResolver({ target, methodName, params, middlewares, roles }: Handler): Resolver | null {
  if (params === undefined || middlewares?.length !== 0 || roles !== undefined) return null;
  const takes = params.toSorted((a, b) => a.index - b.index).map(takeOf);
  if (!takes.every((take) => take !== null)) return null;
  const type = target as new () => Methods;
  return (root, args, context) =>
    context.container.get(type)[methodName]!(...takes.map((take) => take(root, args, context)));
}

function setResolver(type: GraphQLNamedType | null | undefined, handler: Handler): void {
  const field = isObjectType(type) ? type.getFields()[handler.schemaName] : undefined;
  const resolve = directResolver(handler);
  if (field !== undefined && resolve !== null) field.resolve = resolve;
}

/**
 * Lets fields of objects, and subscriptions, call their methods themselves where type-graphql would only hand on what
 * it was given: it sorts parameters at each call, and waits for each argument. Fields with arguments, queries and
 * mutations stay as they are. A subscription's method gets its arguments as graphql-js coerced them, not as instances
 * of their classes.
 *
 * `resolvers`: the classes that the schema was built of, without global middleware: the metadata know any class that
 * was ever loaded.
 */
export function resolveDirectly(schema: GraphQLSchema, resolvers: readonly object[]): void {
  const { fieldResolvers, subscriptions, objectTypes } = getMetadataStorage();
  const isUsed = ({ target }: Handler): boolean => resolvers.includes(target);
  for (const handler of fieldResolvers.filter(isUsed)) {
    const owner = handler.kind === 'external' ? handler.getObjectType?.() : undefined;
    const type = objectTypes.find(({ target }) => target === owner);
    const takesArguments = handler.params?.some(({ kind }) => kind === 'arg') ?? false;
    if (type !== undefined && !takesArguments) setResolver(schema.getType(type.name), handler);
  }
  for (const handler of subscriptions.filter(isUsed)) setResolver(schema.getSubscriptionType(), handler);
}
