import { type DocumentNode, type GraphQLError, type GraphQLSchema, parse, validate } from 'graphql';
import QuickLRU from 'quick-lru';

/** What the parser may be asked to read; the longest operation of the typed client has about 400 tokens. */
export const PARSE_LIMITS = { maxTokens: 5000 } as const;
const MAX_DOCUMENTS = 500;
const MAX_TEXT_LENGTH = 10_000;

/**
 * Documents of subscriptions, parsed and validated once: many clients send the same few, and those who sent the same
 * text are found to have done so by its document.
 */
export class Documents {
  private readonly schema: GraphQLSchema;
  private readonly parsed = new QuickLRU<string, DocumentNode>({ maxSize: MAX_DOCUMENTS });
  private readonly faults = new WeakMap<DocumentNode, readonly GraphQLError[]>();

  constructor(schema: GraphQLSchema) {
    this.schema = schema;
  }

  /** Throws GraphQLError for a text that is no document. */
  parse(text: string): DocumentNode {
    const known = this.parsed.get(text);
    if (known !== undefined) return known;
    const document = parse(text, PARSE_LIMITS);
    if (text.length <= MAX_TEXT_LENGTH) this.parsed.set(text, document);
    return document;
  }

  validate(document: DocumentNode): readonly GraphQLError[] {
    let faults = this.faults.get(document);
    if (faults === undefined) {
      faults = validate(this.schema, document);
      this.faults.set(document, faults);
    }
    return faults;
  }
}
