import {
  type DocumentNode,
  getVariableValues,
  GraphQLError,
  type GraphQLSchema,
  isNonNullType,
  type OperationDefinitionNode,
} from 'graphql';
import type { Logger } from 'pino';
import { type SelectedField, Selections } from '../read-plan/selection.ts';
import { type Hearer, toClientError } from './errors.ts';

/** A query whose one statement failed. */
export interface FailedRead {
  schema: GraphQLSchema;
  document: DocumentNode;
  operation: OperationDefinitionNode;
  variables: Record<string, unknown>;
}

function rootFields({ schema, document, operation, variables }: FailedRead): SelectedField[] {
  const { coerced = {} } = getVariableValues(schema, operation.variableDefinitions ?? [], variables);
  const selections = new Selections(schema, document.definitions, coerced);
  return selections.ofOperation(operation, schema.getQueryType()!);
}

/** As graphql-js answers where every root field fails: null for each, or for all where one of them may not be null. */
function emptyData(fields: readonly SelectedField[]): Record<string, null> | null {
  const mayBeNull = fields.every(({ definition }) => definition !== null && !isNonNullType(definition.type));
  return mayBeNull ? Object.fromEntries(fields.map(({ key }) => [key, null])) : null;
}

/**
 * What is answered to a query whose one statement failed: all of its root fields failed, and each error has the path and
 * the places of its own. The failure is logged once.
 */
export function answerOfFailure(failed: FailedRead, error: unknown, hearer: Hearer, logger: Logger): object {
  const fields = rootFields(failed);
  const originalError = error instanceof Error ? error : new Error(String(error), { cause: error });
  const place = ({ key, nodes }: SelectedField): GraphQLError =>
    new GraphQLError('a read failed', { nodes, path: [key], originalError });
  const [first, ...others] = fields.map(place);
  const told = toClientError(first!, hearer, logger);
  const errors = [told, ...others.map(({ locations, path }) => ({ ...told, locations, path }))];
  return { errors, data: emptyData(fields) };
}
