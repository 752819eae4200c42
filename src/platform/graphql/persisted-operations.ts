import { createHash } from 'node:crypto';
import { RequestError } from '../../kernel/problems.ts';

/** The id of an operation: the SHA-256 of its text, in hex. */
export const operationId = (text: string): string => createHash('sha256').update(text).digest('hex');

/** What a request holds of its operation, as it came. */
export interface AskedOperation {
  query?: unknown;
  extensions?: unknown;
}

const fieldOf = (value: unknown, name: string): unknown =>
  typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined;

/**
 * Operations that are known before anybody asks, which clients may ask for by their id alone
 * (`extensions.persistedQuery.sha256Hash`). Clients cannot add to them, in no mode: they come from files.
 */
export class PersistedOperations {
  private readonly texts: ReadonlyMap<string, string>;
  private readonly isStrict: boolean;

  /** Strict: no other operation is taken. */
  constructor(texts: Iterable<string>, isStrict: boolean) {
    this.texts = new Map([...texts].map((text) => [operationId(text), text]));
    this.isStrict = isStrict;
  }

  /** The text of what is asked for; null when there is none. Throws the errors named in docs/limits.md. */
  textOf({ query, extensions }: AskedOperation): string | null {
    const id = fieldOf(fieldOf(extensions, 'persistedQuery'), 'sha256Hash');
    const text = typeof query === 'string' && query !== '' ? query : null;
    if (typeof id === 'string') return this.textById(id, text);
    if (text !== null) this.assertKnown(text);
    return text;
  }

  private textById(id: string, text: string | null): string {
    const known = this.texts.get(id);
    if (known !== undefined && (text === null || text === known)) return known;
    if (text === null) {
      // Clients of Apollo send texts from then on, or this text once more.
      const code = this.isStrict ? 'PERSISTED_QUERY_NOT_FOUND' : 'PERSISTED_QUERY_NOT_SUPPORTED';
      throw new RequestError(code, { key: this.isStrict ? 'persisted.not-found' : 'persisted.send-text' });
    }
    if (operationId(text) !== id) {
      throw new RequestError('PERSISTED_QUERY_MISMATCH', { key: 'persisted.mismatch' });
    }
    this.assertKnown(text);
    return text;
  }

  private assertKnown(text: string): void {
    if (!this.isStrict || this.texts.has(operationId(text))) return;
    throw new RequestError('OPERATION_NOT_PERSISTED', { key: 'persisted.only' });
  }
}
