import {
  type DocumentNode,
  GraphQLError,
  type GraphQLSchema,
  NoSchemaIntrospectionCustomRule,
  parse,
  SingleFieldSubscriptionsRule,
  specifiedRules,
  validate,
  type ValidationRule,
} from 'graphql';
import { BoundedCache } from '../bounded-cache.ts';
import { LIMITS, PARSE_LIMITS } from '../limits.ts';
import { argumentOf } from './argument-path.ts';
import { documentBytes } from './document-memory.ts';
import { sizeErrors, tooLarge } from './document-size.ts';
import { SubscriptionRootRule } from './subscription-root.ts';

/** Some 200 of the largest documents that there are, or all that a hundred different clients send. */
const MAX_BYTES = 33_554_432;
const MAX_TEXT_LENGTH = 10_000;
const MAX_FAULTS = 20;
const FAULT_BYTES = 4000;
/** Of what is found out of any document, such as its weights. */
const ANY_BYTES = 10_000;

const GIVEN_UP =
  /^Syntax Error: Document contains more (?:than|that) \d+ (tokens|comments)\. Parsing aborted\.$/;

/** The error of a document at which the parser gave up, in the words of the limit; any other error as it is. */
export function parseError(error: GraphQLError): GraphQLError {
  const limit = GIVEN_UP.exec(error.message)?.[1];
  if (limit === 'tokens') return tooLarge(limit, 'query.too-many-tokens', LIMITS.tokens + 1);
  if (limit === 'comments') return tooLarge(limit, 'query.too-many-comments', LIMITS.comments + 1);
  return error;
}

const RULES = specifiedRules.map((rule) =>
  rule === SingleFieldSubscriptionsRule ? SubscriptionRootRule : rule,
);

/**
 * The same fault at many places, such as an unknown directive that is written ten times, is one error with all of its
 * places. Faults of arguments stay apart, since each error names the argument that it is about.
 */
function toldOnce(faults: readonly GraphQLError[]): readonly GraphQLError[] {
  if (faults.length < 2) return faults;
  const told = new Map<string, GraphQLError>();
  for (const fault of faults) {
    const key = JSON.stringify([fault.message, argumentOf(fault)]);
    const same = told.get(key);
    const nodes = [...(same?.nodes ?? []), ...(fault.nodes ?? [])];
    told.set(key, same === undefined ? fault : new GraphQLError(fault.message, { nodes }));
  }
  return [...told.values()];
}

interface Read {
  document: DocumentNode;
  faults: readonly GraphQLError[];
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
  private readonly known = new BoundedCache<Read>(MAX_BYTES);

  constructor(schema: GraphQLSchema, isSchemaOpen = true) {
    this.schema = schema;
    this.isSchemaOpen = isSchemaOpen;
    this.rules = isSchemaOpen ? RULES : [...RULES, NoSchemaIntrospectionCustomRule];
  }

  /** How many bytes are kept of documents, about. */
  get bytes(): number {
    return this.known.bytes;
  }

  /** The document, or what is wrong with it. */
  read(text: string): DocumentNode | readonly GraphQLError[] {
    try {
      const { document, faults } = this.known.get(text) ?? this.look(text);
      return faults.length > 0 ? faults : document;
    } catch (error) {
      if (error instanceof GraphQLError) return [parseError(error)];
      throw error;
    }
  }

  private look(text: string): Read {
    const document = parse(text, PARSE_LIMITS);
    const read = { document, faults: this.faultsOf(document) };
    const bytes = ANY_BYTES + documentBytes(document) + read.faults.length * FAULT_BYTES;
    if (text.length <= MAX_TEXT_LENGTH) this.known.add(text, read, bytes);
    return read;
  }

  private faultsOf(document: DocumentNode): readonly GraphQLError[] {
    const faults = sizeErrors(document);
    if (faults.length > 0) return faults;
    const options = { maxErrors: MAX_FAULTS, hideSuggestions: !this.isSchemaOpen };
    return toldOnce(validate(this.schema, document, this.rules, options));
  }
}
