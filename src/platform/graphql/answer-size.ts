import {
  type ExecutionArgs,
  getNamedType,
  getNullableType,
  getOperationAST,
  getVariableValues,
  GraphQLError,
  isCompositeType,
  isListType,
} from 'graphql';
import { type ComplexityEstimator, getComplexity } from 'graphql-query-complexity';
import { RequestError } from '../../kernel/problems.ts';
import { LIMITS } from '../limits.ts';
import { MAX_PAGE } from '../page.ts';

/** How long a list is taken to be that has no `first`. */
const UNPAGED_LENGTH = 20;
/** A whole schema, whose own depth graphql-js limits. */
const INTROSPECTION_FIELDS = 10_000;
const MAX_FAULTS = 20;

/**
 * Every field counts one, with what it holds; what a list holds counts as often as the list is long. A connection
 * has its length from `first`, and its `nodes` and `edges` have the connection's.
 */
const estimate: ComplexityEstimator = ({ args, childComplexity, field, type }) => {
  if (field.name === '__schema' || field.name === '__type') return INTROSPECTION_FIELDS;
  if (!isCompositeType(getNamedType(field.type))) return 1;
  const { first } = args as { first?: unknown };
  // What is past the bounds of a page is refused where it is read, by its name.
  if (typeof first === 'number') return 1 + Math.min(Math.max(first, 1), MAX_PAGE) * childComplexity;
  const isPaged = type.name.endsWith('Connection');
  const isList = isListType(getNullableType(field.type));
  return 1 + (isList && !isPaged ? UNPAGED_LENGTH : 1) * childComplexity;
};

/** What of an operation tells how much it would cost. */
export type Operation = Pick<
  ExecutionArgs,
  'schema' | 'document' | 'operationName' | 'variableValues' | 'hideSuggestions'
>;

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
  try {
    return getComplexity({
      schema,
      query: document,
      variables,
      estimators: [estimate],
      ...(operation.name === undefined ? {} : { operationName: operation.name.value }),
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
  const max = LIMITS.answerFields;
  if (typeof fields !== 'number' || fields <= max) return fields;
  const originalError = new RequestError(
    'ANSWER_TOO_LARGE',
    { key: 'query.too-large', params: { fields, max } },
    { limit: 'answerFields', counted: fields, max },
  );
  return [new GraphQLError(originalError.message, { originalError })];
}
