import { type DocumentNode, getOperationAST, Kind, OperationTypeNode } from 'graphql';
import { rootAccess } from '../access/api-access.ts';
import { isRecord } from '../kernel/record.ts';
import type { Documents } from './graphql/documents.ts';
import type { PersistedOperations } from './graphql/persisted-operations.ts';

/** The mutations by which somebody comes in. */
const COME_IN = new Set(
  Object.entries(rootAccess.Mutation).flatMap(([name, act]) => (act === 'comeIn' ? [name] : [])),
);
const MENTION = new RegExp([...COME_IN].join('|'));

/** Tells requests that do nothing but sign in, which have an allowance of their own, from all others. */
export class SignInRequests {
  private readonly documents: Documents;
  private readonly persisted: PersistedOperations;

  constructor(documents: Documents, persisted: PersistedOperations) {
    this.documents = documents;
    this.persisted = persisted;
  }

  /** The text of a request that may be one; null for one that is none for sure. Reads no document. */
  candidateIn(body: unknown): string | null {
    if (!isRecord(body)) return null;
    try {
      const text = this.persisted.textOf(body);
      return text !== null && MENTION.test(text) ? text : null;
    } catch {
      // It is refused where its operation is looked for.
      return null;
    }
  }

  /** Whether the operation of that text, and all of it, is one. */
  isOne(text: string, operationName: unknown): boolean {
    const document = this.documents.read(text);
    return 'kind' in document && comesIn(document, operationName);
  }
}

function comesIn(document: DocumentNode, operationName: unknown): boolean {
  const name = typeof operationName === 'string' && operationName !== '' ? operationName : null;
  const operation = getOperationAST(document, name);
  return (
    operation?.operation === OperationTypeNode.MUTATION &&
    operation.selectionSet.selections.every(
      (selection) => selection.kind === Kind.FIELD && COME_IN.has(selection.name.value),
    )
  );
}
