import {
  type DocumentNode,
  getNamedType,
  getOperationAST,
  type GraphQLSchema,
  isCompositeType,
  Kind,
  type OperationDefinitionNode,
  OperationTypeNode,
  type SelectionSetNode,
} from 'graphql';
import type { ComplexityEstimatorArgs } from 'graphql-query-complexity';
import { ENTRIES } from '../../kernel/bounds.ts';

/**
 * What a field costs besides the fields that it holds, in fields. A price is an estimate that is reserved before the
 * operation runs; settlement corrects it by what the operation took (usage.ts), but for the prices of mutations.
 */

/** A field of Query reads by a statement of its own, whatever it finds: a millisecond. */
const STATEMENT_FIELDS = 100;

/** A search by words compares the text of many rows. */
const SEARCH_FIELDS = 100;

/** A change takes a transaction, locks and an event. */
const MUTATION_FIELDS = 500;

/** To hash a password once, which is slow on purpose. */
export const PASSWORD_FIELDS = 20_000;

/** To find the five best needs that a partner may claim. */
export const SUGGESTIONS_FIELDS = 5000;

/**
 * The same of a refused claim, in one of its problems: a price within a list counts as often as the list is long, and only one
 * of the problems ever has suggestions.
 */
export const CLAIM_SUGGESTIONS_FIELDS = SUGGESTIONS_FIELDS / ENTRIES.problems;

/** To sum up all that partners did for each other in an area. */
export const REPORT_FIELDS = 1000;

/** To count all that a list holds. */
export const COUNT_FIELDS = 5;

/** For `@Extensions`: the price of a field that differs from the usual one of its type. */
export const costs = (fields: number): { cost: number } => ({ cost: fields });

function usualPrice({ type, field }: ComplexityEstimatorArgs): number {
  if (type.name === 'Mutation') return MUTATION_FIELDS;
  return type.name === 'Query' && isCompositeType(getNamedType(field.type)) ? STATEMENT_FIELDS : 0;
}

/** What one occurrence of the field costs besides what it holds. */
export function priceOf(asked: ComplexityEstimatorArgs): number {
  const own: unknown = asked.field.extensions['cost'];
  const search = asked.args['search'] == null ? 0 : SEARCH_FIELDS;
  return (typeof own === 'number' ? own : usualPrice(asked)) + search;
}

const fixedPrices = new WeakMap<OperationDefinitionNode, number>();

/**
 * Of what an operation costs, what is never given back: the prices of its mutations, whose statements are not measured,
 * since they wait for locks. A mutation that variables leave out counts too.
 */
export function fixedFields(
  schema: GraphQLSchema,
  document: DocumentNode,
  operationName: string | null | undefined,
): number {
  const operation = getOperationAST(document, operationName);
  if (operation?.operation !== OperationTypeNode.MUTATION) return 0;
  let price = fixedPrices.get(operation);
  if (price === undefined) {
    price = mutationPrices(schema, document, operation.selectionSet);
    fixedPrices.set(operation, price);
  }
  return price;
}

function mutationPrices(
  schema: GraphQLSchema,
  document: DocumentNode,
  { selections }: SelectionSetNode,
): number {
  const mutations = schema.getMutationType()?.getFields() ?? {};
  const prices = selections.map((selection) => {
    if (selection.kind === Kind.INLINE_FRAGMENT) {
      return mutationPrices(schema, document, selection.selectionSet);
    }
    const name = selection.name.value;
    if (selection.kind === Kind.FIELD) {
      const own: unknown = mutations[name]?.extensions['cost'];
      return typeof own === 'number' ? own : MUTATION_FIELDS;
    }
    const fragment = document.definitions.find(
      (one) => one.kind === Kind.FRAGMENT_DEFINITION && one.name.value === name,
    );
    return fragment?.kind === Kind.FRAGMENT_DEFINITION
      ? mutationPrices(schema, document, fragment.selectionSet)
      : 0;
  });
  return prices.reduce((sum, one) => sum + one, 0);
}
