import {
  buildSchema,
  execute,
  type GraphQLError,
  type GraphQLFieldMap,
  type GraphQLFieldResolver,
  type GraphQLSchema,
  isObjectType,
  parse,
} from 'graphql';
import { anonymous } from '../../src/access/actor.ts';
import { Allowances } from '../../src/platform/allowances.ts';
import { Meter } from '../../src/platform/meter.ts';
import { Usage } from '../../src/platform/usage.ts';
import { containerOf } from '../../src/platform/container.ts';
import { Context } from '../../src/platform/graphql/context.ts';
import { projectionOf } from '../../src/platform/graphql/projection.ts';
import { OperationExecution } from '../../src/platform/graphql/shared-execution.ts';
import { createLogger } from '../../src/platform/logger.ts';
import { TestClock } from './test-clock.ts';

const SDL = `
  scalar Anything
  enum Colour { RED GREEN }
  interface Named { name: String }
  union Thing = Event
  type Event implements Named {
    name: String
    sure: String!
    number: Float
    whole: Int
    truth: Boolean
    colour: Colour
    anything: Anything
    names: [String]
    sureNames: [String!]!
    event: Event
    sureEvent: Event!
    events: [Event!]
    named: Named
    thing: Thing
    given(first: Int = 2, tags: [String!] = ["a"]): String
  }
  type Query { event: Event }
  type Subscription { event: Event, sureEvent: Event! }
`;

export type Resolve = GraphQLFieldResolver<object, unknown>;

export function fieldsOf(schema: GraphQLSchema, name: string): GraphQLFieldMap<object, unknown> {
  const type = schema.getType(name);
  if (!isObjectType(type)) throw new Error(`${name} is no object`);
  return type.getFields();
}

/** A small schema whose events have these resolvers; the others take what is there. */
export function schemaWith(resolvers: Record<string, Resolve>): GraphQLSchema {
  const schema = buildSchema(SDL);
  for (const [name, resolve] of Object.entries(resolvers)) fieldsOf(schema, 'Event')[name]!.resolve = resolve;
  return schema;
}

const allowances = new Allowances({ fieldsPerSecond: 1, burstFields: 1, operations: 1 }, new TestClock());

/** Of nobody. */
export const context = new Context({
  maxAnswerBytes: 8_388_608,
  actor: anonymous,
  expiresAt: null,
  locale: 'en',
  publicRead: true,
  container: containerOf([]),
  usage: new Usage('test', allowances.of('test'), new Meter()),
  open: () => () => undefined,
  requestId: 'test',
});

/** What the log heard of executions. */
export const complaints: string[] = [];
export const logger = createLogger('warn', { write: (line: string) => void complaints.push(line) });

/** With what was thrown, by which the hub tells what a client may hear. */
export const format = (errors: readonly GraphQLError[]) =>
  errors.map((error) => ({ ...error.toJSON(), cause: String(error.originalError) }));

/**
 * What the document's third event is answered, what graphql-js answers to it, and how often the root field was
 * resolved for it: once by a projection or by graphql-js alone, twice where the projection left it to graphql-js.
 */
export async function answersOf(
  query: string,
  event: object,
  schema: GraphQLSchema,
  variableValues: Record<string, unknown> = {},
) {
  let resolved = 0;
  const root = fieldsOf(schema, 'Subscription');
  for (const { name } of Object.values(root)) {
    root[name]!.resolve = (source) => {
      resolved += 1;
      return source;
    };
  }
  const args = { schema, document: parse(query), contextValue: context, variableValues };
  const execution = new OperationExecution(args, format, 100, logger);
  await Promise.all([execution.perform(event), execution.perform(event)]);
  resolved = 0;
  const answer = await execution.perform(event);
  const times = resolved;
  const { errors, ...result } = await execute({ ...args, rootValue: event });
  const expected = errors === undefined ? result : { errors: format(errors), ...result };
  return {
    answer,
    expected: JSON.stringify(expected),
    errors,
    times,
    isProjected: projectionOf(args) !== null,
  };
}
