import {
  type ASTNode,
  type DocumentNode,
  type GraphQLError,
  Kind,
  parse,
  type Source,
  visit,
  type VariableDefinitionNode,
} from 'graphql';
import { PARSE_LIMITS } from '../limits.ts';

/** A place in the arguments of a field or directive, the innermost name first. */
interface Place {
  name: string;
  within: Place | null;
}

/** Where a variable is used. */
interface Use {
  variable: string;
  /** Of the definition around it, operation or fragment, in the document. */
  definitionStart: number;
  place: Place;
}

interface Places {
  /** By `keyOf` the node. */
  byNode: Map<string, Place>;
  uses: Use[];
}

/** A document that is refused may be so a hundred times over: its places are looked up once. */
const placesBySource = new WeakMap<Source, Places>();

type Ancestors = readonly (ASTNode | readonly ASTNode[])[];

const keyOf = ({ kind, loc }: ASTNode): string => `${kind} ${loc?.start}`;

function namesOf(innermost: Place | null): string[] {
  const names: string[] = [];
  for (let place = innermost; place !== null; place = place.within) names.unshift(place.name);
  return names;
}

/** What a node adds to the place of the nodes in it. */
function nameOf(node: ASTNode, key: unknown, holder: Ancestors[number] | undefined): string | null {
  if (node.kind === Kind.ARGUMENT || node.kind === Kind.OBJECT_FIELD) return node.name.value;
  if (node.kind === Kind.VARIABLE_DEFINITION) return node.variable.name.value;
  const isItem = holder !== undefined && 'kind' in holder && holder.kind === Kind.LIST;
  return isItem && typeof key === 'number' ? String(key) : null;
}

function findPlaces(document: DocumentNode): Places {
  const byNode = new Map<string, Place>();
  const uses: Use[] = [];
  const declared: [VariableDefinitionNode, Place][] = [];
  let place: Place | null = null;
  let definitionStart = 0;
  visit(document, {
    enter(node, key, parent, _path, ancestors) {
      if (ancestors.at(-1) === document) definitionStart = node.loc?.start ?? 0;
      const name = nameOf(node, key, ancestors.at(-1));
      if (name !== null) place = { name, within: place };
      if (place === null) return;
      byNode.set(keyOf(node), place);
      if (node.kind === Kind.VARIABLE_DEFINITION) declared.push([node, place]);
      const isDeclared = parent !== undefined && 'kind' in parent && parent.kind === Kind.VARIABLE_DEFINITION;
      if (node.kind !== Kind.VARIABLE || isDeclared) return;
      uses.push({ variable: node.name.value, definitionStart, place });
    },
    leave(node, key, _parent, _path, ancestors) {
      if (nameOf(node, key, ancestors.at(-1)) !== null) place = place?.within ?? null;
    },
  });
  // A default stands where its variable is used.
  for (const [variable, root] of declared) Object.assign(root, placeOfVariable(variable, uses));
  return { byNode, uses };
}

function placesIn(source: Source): Places {
  let places = placesBySource.get(source);
  if (places === undefined) {
    places = findPlaces(parse(source, PARSE_LIMITS));
    placesBySource.set(source, places);
  }
  return places;
}

/** What a variable is used for: in its own operation if anywhere, else in a fragment. */
function placeOfVariable({ variable, loc }: VariableDefinitionNode, uses: readonly Use[]): Place | null {
  const start = loc?.start ?? 0;
  const named = uses.filter((use) => use.variable === variable.name.value);
  // The definition that begins last before the variable is the one that declares it.
  const operationStart = Math.max(0, ...named.map((use) => use.definitionStart).filter((at) => at <= start));
  return (named.find((use) => use.definitionStart === operationStart) ?? named[0])?.place ?? null;
}

/** The place within a variable's value, which graphql-js says only in words: `… at "input.rules[0].limit"; …`. */
function namesInVariable({ message, originalError }: GraphQLError): string[] {
  const reason = `; ${originalError?.message}`;
  const head = message.endsWith(reason) ? message.slice(0, -reason.length) : message;
  const [, path = ''] = / at "([^"]*)"$/.exec(head) ?? [];
  return path
    .split(/[.[\]]+/)
    .filter((name) => name !== '')
    .slice(1);
}

const MISSING = [
  /(?:^|; )Field "(?:\w+\.)?(\w+)" of required type "[^"]*" was not provided\.$/,
  /(?:^|; )Field "(\w+)" is not defined by type "/,
  / argument "(\w+)" of type "[^"]*" is required, but it was not provided\.$/,
];

/** The field that is missing, or too much, where graphql-js points at what should hold it. */
function namesOfMissing(message: string): string[] {
  return MISSING.flatMap((pattern) => pattern.exec(message)?.[1] ?? []).slice(0, 1);
}

/**
 * The dotted path of the argument that an error of graphql-js finds fault with, such as `input.rules.0.limit`, in
 * literals and in variables; null for an error of something else.
 */
export function argumentOf(error: GraphQLError): string | null {
  for (const node of error.nodes ?? []) {
    const source = node.loc?.source;
    if (source === undefined) continue;
    const places = placesIn(source);
    const isVariable = node.kind === Kind.VARIABLE_DEFINITION;
    const place = isVariable ? placeOfVariable(node, places.uses) : (places.byNode.get(keyOf(node)) ?? null);
    const names = [...namesOf(place), ...(isVariable ? namesInVariable(error) : [])];
    const [missing] = namesOfMissing(error.message);
    if (missing !== undefined && names.at(-1) !== missing) names.push(missing);
    if (names.length > 0) return names.join('.');
  }
  return null;
}
