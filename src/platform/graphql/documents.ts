import { type DocumentNode, GraphQLError, type GraphQLSchema, parse, validate } from 'graphql';
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

  /** The document, or what is wrong with it. */
  read(text: string): DocumentNode | readonly GraphQLError[] {
    try {
      const document = this.parsed.get(text) ?? this.parse(text);
      const faults = this.faultsOf(document);
      return faults.length > 0 ? faults : document;
    } catch (error) {
      if (error instanceof GraphQLError) return [error];
      throw error;
    }
  }

  private parse(text: string): DocumentNode {
    const document = parse(text, PARSE_LIMITS);
    if (text.length <= MAX_TEXT_LENGTH) this.parsed.set(text, document);
    return document;
  }

  private faultsOf(document: DocumentNode): readonly GraphQLError[] {
    let faults = this.faults.get(document);
    if (faults === undefined) {
      faults = validate(this.schema, document);
      this.faults.set(document, faults);
    }
    return faults;
  }
}
