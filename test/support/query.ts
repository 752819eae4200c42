import type { TypedDocumentNode } from '@graphql-typed-document-node/core';
import { parse } from 'graphql';

/** A document that only one test asks, with the answer that the test expects of it. */
export function gql<T, V = Record<string, unknown>>(source: string): TypedDocumentNode<T, V> {
  return parse(source);
}
