import {
  type DocumentNode,
  type ExecutionArgs,
  getNamedType,
  getNullableType,
  getOperationAST,
  getVariableValues,
  GraphQLError,
  isCompositeType,
  isListType,
  Kind,
  type OperationDefinitionNode,
  OperationTypeNode,
} from 'graphql';
import {
  type ComplexityEstimator,
  type ComplexityEstimatorArgs,
  getComplexity,
} from 'graphql-query-complexity';
import QuickLRU from 'quick-lru';
import { RequestError } from '../../kernel/problems.ts';
import { LIMITS } from '../limits.ts';
import { MAX_LIST, MAX_PAGE } from '../page.ts';
import { declaredEntries, leafWeight } from './answer-bounds.ts';
import { priceOf } from './prices.ts';

/** A whole schema, whose own depth graphql-js limits. */
const INTROSPECTION_FIELDS = 10_000;
const MAX_FAULTS = 20;
/** How many somebody asks for. Null asks for as many as nothing at all does: the usual length. */
function firstOf({ args, field }: ComplexityEstimatorArgs): unknown {
  return args['first'] ?? field.args.find(({ name }) => name === 'first')?.defaultValue;
}

/**
 * Every field counts one, with what it holds, and a long text more (answer-bounds.ts); what a list holds counts as often
 * as the list can be long. A connection has its length from `first`, and its `nodes` and `edges` have the connection's;
 * any other list has the length that the schema declares.
 */
function fieldsOf(asked: ComplexityEstimatorArgs): number {
  const { childComplexity, field } = asked;
  if (field.name === '__schema' || field.name === '__type') return INTROSPECTION_FIELDS;
  const isList = isListType(getNullableType(field.type));
  const declared = isList ? declaredEntries(field) : null;
  if (!isCompositeType(getNamedType(field.type))) return (declared ?? 1) * leafWeight(field);
  if (declared !== null) return 1 + declared * childComplexity;
  const first = firstOf(asked);
  // What is past the bounds of a page is refused where it is read, by its name.
  const most = isList ? MAX_LIST : MAX_PAGE;
  if (typeof first === 'number') return 1 + Math.min(Math.max(first, 1), most) * childComplexity;
  return 1 + childComplexity;
}

const estimate: ComplexityEstimator = (asked) => fieldsOf(asked) + priceOf(asked);

/** What of an operation tells how much it would cost. */
export type Operation = Pick<
  ExecutionArgs,
  'schema' | 'document' | 'operationName' | 'variableValues' | 'hideSuggestions'
>;

/** So many different weights of one document are remembered, of values that are no longer. */
const MAX_WEIGHTS = 10;
const MAX_VALUES_LENGTH = 200;
const weights = new WeakMap<DocumentNode, QuickLRU<string, number>>();

/**
 * What of an operation's variables its weight depends on: numbers, that may be page sizes, and switches, that may include
 * fields. Of all others only whether they are there.
 */
function weighedValues(operation: OperationDefinitionNode, variables: Record<string, unknown>): string {
  const values = (operation.variableDefinitions ?? []).map(({ variable, type }) => {
    const value = variables[variable.name.value];
    if (value == null) return value === undefined ? 0 : null;
    const isWeighed = type.kind !== Kind.LIST_TYPE && typeof value !== 'string' && typeof value !== 'object';
    return isWeighed ? [value] : 1;
  });
  return JSON.stringify([operation.loc?.start, ...values]);
}

/** How many fields the answer of an operation could hold, or what is wrong with its variables and arguments. */
export function answerFields(asked: Operation): number | readonly GraphQLError[] {
  const { schema, document, operationName } = asked;
  const operation = getOperationAST(document, operationName);
  // The name is unknown, or missing: nothing is executed, and graphql-js says why.
  if (operation == null) return 0;
  const variables = { ...asked.variableValues };
  const options = { maxErrors: MAX_FAULTS, hideSuggestions: asked.hideSuggestions ?? false };
  const { errors } = getVariableValues(schema, operation.variableDefinitions ?? [], variables, options);
  if (errors !== undefined) return errors;
  let known = weights.get(document);
  if (known === undefined) weights.set(document, (known = new QuickLRU({ maxSize: MAX_WEIGHTS })));
  const values = weighedValues(operation, variables);
  const weight = known.get(values) ?? weigh(asked, operation, variables);
  if (typeof weight === 'number' && values.length <= MAX_VALUES_LENGTH) known.set(values, weight);
  return weight;
}

function weigh(
  { schema, document }: Operation,
  { name }: OperationDefinitionNode,
  variables: Record<string, unknown>,
): number | readonly GraphQLError[] {
  try {
    return getComplexity({
      schema,
      query: document,
      variables,
      estimators: [estimate],
      ...(name === undefined ? {} : { operationName: name.value }),
    });
  } catch (error) {
    if (!(error instanceof GraphQLError)) throw error;
    // An argument is wrong, so that its field has no value.
    return [error];
  }
}

/** What an operation costs, in fields; or the errors of one that may not be executed, since it could cost too much. */
export function costOf(asked: Operation): number | readonly GraphQLError[] {
  const fields = answerFields(asked);
  const { operation } = getOperationAST(asked.document, asked.operationName) ?? {};
  const limit = operation === OperationTypeNode.SUBSCRIPTION ? 'eventFields' : 'answerFields';
  const max = LIMITS[limit];
  if (typeof fields !== 'number' || fields <= max) return fields;
  const originalError = new RequestError(
    'ANSWER_TOO_LARGE',
    { key: 'query.too-large', params: { fields, max } },
    { limit, counted: fields, max },
  );
  return [new GraphQLError(originalError.message, { originalError })];
}
