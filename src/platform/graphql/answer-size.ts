import {
  getNamedType,
  getNullableType,
  getOperationAST,
  getVariableValues,
  GraphQLError,
  isCompositeType,
  isListType,
  type DocumentNode,
  type GraphQLSchema,
} from 'graphql';
import { type ComplexityEstimator, getComplexity } from 'graphql-query-complexity';
import { type Message, RequestError } from '../../kernel/problems.ts';
import { MAX_PAGE } from '../page.ts';

/** So many fields may an answer hold at the most, were every page full. */
export const MAX_ANSWER_FIELDS = 100_000;
/** How long a list is taken to be that has no `first`. */
const UNPAGED_LENGTH = 20;
/** A whole schema, whose own depth graphql-js limits. */
const INTROSPECTION_FIELDS = 10_000;

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

export interface Operation {
  schema: GraphQLSchema;
  document: DocumentNode;
  operationName?: string | null | undefined;
  variableValues?: Readonly<Record<string, unknown>> | null | undefined;
}

/** How many fields the answer of an operation could hold; null where its variables are wrong, so that it has none. */
export function answerFields({ schema, document, operationName, variableValues }: Operation): number | null {
  const operation = getOperationAST(document, operationName);
  const variables = { ...variableValues };
  const { errors } = getVariableValues(schema, operation?.variableDefinitions ?? [], variables);
  if (operation == null || errors !== undefined) return null;
  return getComplexity({
    schema,
    query: document,
    variables,
    estimators: [estimate],
    ...(operation.name === undefined ? {} : { operationName: operation.name.value }),
  });
}

/** The error of an operation whose answer could be too large, or null for one that may be executed. */
export function answerSizeError(operation: Operation): GraphQLError | null {
  let fields: number | null;
  try {
    fields = answerFields(operation);
  } catch (error) {
    if (!(error instanceof GraphQLError)) throw error;
    // What cannot be counted is not executed: an argument is wrong, or there are too many selections to look at.
    return error.message.startsWith('Query exceeds') ? refusal({ key: 'query.too-many-fragments' }) : error;
  }
  if (fields === null || fields <= MAX_ANSWER_FIELDS) return null;
  return refusal({ key: 'query.too-large', params: { fields, max: MAX_ANSWER_FIELDS } });
}

function refusal(said: Message): GraphQLError {
  const originalError = new RequestError('ANSWER_TOO_LARGE', said);
  return new GraphQLError(originalError.message, { originalError, extensions: { http: { status: 400 } } });
}
