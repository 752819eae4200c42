import {
  type DocumentNode,
  GraphQLError,
  type GraphQLSchema,
  NoSchemaIntrospectionCustomRule,
  parse,
  specifiedRules,
  validate,
  type ValidationRule,
} from 'graphql';
import QuickLRU from 'quick-lru';
import { LIMITS } from '../limits.ts';
import { sizeErrors, tooLarge } from './document-size.ts';

/** What the parser may be asked to read. */
export const PARSE_LIMITS = { maxTokens: LIMITS.tokens, maxComments: LIMITS.comments } as const;
const MAX_DOCUMENTS = 500;
const MAX_TEXT_LENGTH = 10_000;
const MAX_FAULTS = 20;

const GIVEN_UP =
  /^Syntax Error: Document contains more (?:than|that) \d+ (tokens|comments)\. Parsing aborted\.$/;

/** The error of a document at which the parser gave up, in the words of the limit; any other error as it is. */
export function parseError(error: GraphQLError): GraphQLError {
  const limit = GIVEN_UP.exec(error.message)?.[1];
  if (limit === 'tokens') return tooLarge(limit, 'query.too-many-tokens', LIMITS.tokens + 1);
  if (limit === 'comments') return tooLarge(limit, 'query.too-many-comments', LIMITS.comments + 1);
  return error;
}

/**
 * Documents, parsed, measured and validated once: many clients send the same few, and those who sent the same text
 * are found to have done so by its document. What is too large is refused before validation, whose rules may take
 * much longer than the square of what they look at.
 */
export class Documents {
  readonly schema: GraphQLSchema;
  /** Whether clients are told what the schema holds: by introspection, and by hints in errors. */
  readonly isSchemaOpen: boolean;
  private readonly rules: readonly ValidationRule[];
  private readonly parsed = new QuickLRU<string, DocumentNode>({ maxSize: MAX_DOCUMENTS });
  private readonly faults = new WeakMap<DocumentNode, readonly GraphQLError[]>();

  constructor(schema: GraphQLSchema, isSchemaOpen = true) {
    this.schema = schema;
    this.isSchemaOpen = isSchemaOpen;
    this.rules = isSchemaOpen ? specifiedRules : [...specifiedRules, NoSchemaIntrospectionCustomRule];
  }

  /** The document, or what is wrong with it. */
  read(text: string): DocumentNode | readonly GraphQLError[] {
    try {
      const document = this.parsed.get(text) ?? this.parse(text);
      const faults = this.faultsOf(document);
      return faults.length > 0 ? faults : document;
    } catch (error) {
      if (error instanceof GraphQLError) return [parseError(error)];
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
      faults = sizeErrors(document);
      if (faults.length === 0) {
        const options = { maxErrors: MAX_FAULTS, hideSuggestions: !this.isSchemaOpen };
        faults = validate(this.schema, document, this.rules, options);
      }
      this.faults.set(document, faults);
    }
    return faults;
  }
}
