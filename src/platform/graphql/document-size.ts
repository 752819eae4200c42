import {
  type ASTNode,
  type DocumentNode,
  type FragmentDefinitionNode,
  GraphQLError,
  Kind,
  type OperationDefinitionNode,
  type SelectionNode,
  type SelectionSetNode,
} from 'graphql';
import type { MessageKey } from '../../kernel/messages/en.ts';
import { RequestError } from '../../kernel/problems.ts';
import { LIMITS } from '../limits.ts';

/** How large a part of a document is, once its fragments stand where they are spread. */
export interface Size {
  depth: number;
  aliases: number;
  /** Of the longest alias. */
  aliasCharacters: number;
  directives: number;
  selections: number;
}

const NOTHING: Size = { depth: 0, aliases: 0, aliasCharacters: 0, directives: 0, selections: 0 };

const beside = (one: Size, other: Size): Size => ({
  depth: Math.max(one.depth, other.depth),
  aliases: one.aliases + other.aliases,
  aliasCharacters: Math.max(one.aliasCharacters, other.aliasCharacters),
  directives: one.directives + other.directives,
  selections: one.selections + other.selections,
});

const directivesOf = (node: ASTNode): number => ('directives' in node ? (node.directives?.length ?? 0) : 0);

/** Measures each fragment once, so that fragments which double each other cost no more than their text. */
class Measure {
  private readonly fragments = new Map<string, FragmentDefinitionNode>();
  private readonly measured = new Map<string, Size>();

  constructor({ definitions }: DocumentNode) {
    for (const one of definitions) {
      if (one.kind === Kind.FRAGMENT_DEFINITION) this.fragments.set(one.name.value, one);
    }
  }

  definition(node: OperationDefinitionNode | FragmentDefinitionNode): Size {
    const variables = node.kind === Kind.OPERATION_DEFINITION ? (node.variableDefinitions ?? []) : [];
    const directives = [node, ...variables].reduce((sum, one) => sum + directivesOf(one), 0);
    return beside({ ...NOTHING, directives }, this.selectionSet(node.selectionSet));
  }

  /** Those that no operation reaches. */
  unreached(): FragmentDefinitionNode[] {
    return [...this.fragments.values()].filter(({ name }) => !this.measured.has(name.value));
  }

  private selectionSet({ selections }: SelectionSetNode): Size {
    return selections.map((one) => this.selection(one)).reduce(beside, NOTHING);
  }

  private selection(node: SelectionNode): Size {
    const own = { ...NOTHING, directives: directivesOf(node), selections: 1 };
    if (node.kind === Kind.FRAGMENT_SPREAD) return beside(own, this.fragment(node.name.value));
    if (node.kind === Kind.INLINE_FRAGMENT) return beside(own, this.selectionSet(node.selectionSet));
    const inner = node.selectionSet === undefined ? NOTHING : this.selectionSet(node.selectionSet);
    const aliasCharacters = node.alias?.value.length ?? 0;
    const field = { ...own, aliases: node.alias === undefined ? 0 : 1, aliasCharacters };
    return { ...beside(field, inner), depth: inner.depth + 1 };
  }

  private fragment(name: string): Size {
    const known = this.measured.get(name);
    if (known !== undefined) return known;
    // One that spreads itself finds this; validation refuses it by its name.
    this.measured.set(name, NOTHING);
    const definition = this.fragments.get(name);
    const size = definition === undefined ? NOTHING : this.definition(definition);
    this.measured.set(name, size);
    return size;
  }
}

/** The size of a whole document: the deepest of its operations, the longest alias, and the sum of the rest. */
export function documentSize(document: DocumentNode): Size {
  const measure = new Measure(document);
  const sizeOf = (one: OperationDefinitionNode | FragmentDefinitionNode) => measure.definition(one);
  const operations = document.definitions.filter((one) => one.kind === Kind.OPERATION_DEFINITION);
  const used = operations.map(sizeOf).reduce(beside, NOTHING);
  return measure.unreached().map(sizeOf).reduce(beside, used);
}

const MEASURED: readonly [limit: keyof Size, key: MessageKey][] = [
  ['depth', 'query.too-deep'],
  ['aliases', 'query.too-many-aliases'],
  ['aliasCharacters', 'query.alias-too-long'],
  ['directives', 'query.too-many-directives'],
  ['selections', 'query.too-many-selections'],
];

/** The error for a document that is past a limit, which it names with what was counted. */
export function tooLarge(limit: keyof typeof LIMITS, key: MessageKey, counted: number): GraphQLError {
  const max = LIMITS[limit];
  const originalError = new RequestError(
    'OPERATION_TOO_LARGE',
    { key, params: { counted, max } },
    { limit, counted, max },
  );
  return new GraphQLError(originalError.message, { originalError });
}

/** Every limit that a document is past; none for one that may be validated and executed. */
export function sizeErrors(document: DocumentNode): GraphQLError[] {
  const size = documentSize(document);
  return MEASURED.filter(([limit]) => size[limit] > LIMITS[limit]).map(([limit, key]) =>
    tooLarge(limit, key, size[limit]),
  );
}
