import {
  getNamedType,
  getNullableType,
  type GraphQLArgument,
  type GraphQLField,
  type GraphQLInputType,
  type GraphQLNamedType,
  type GraphQLObjectType,
  type GraphQLSchema,
  isAbstractType,
  isEnumType,
  isListType,
  isNonNullType,
  isObjectType,
} from 'graphql';
import type { Generator } from '../../src/seed/generator.ts';

/** One field of a document that is searched for, with what is asked below it. */
export interface Node {
  field: GraphQLField<unknown, unknown>;
  args: Record<string, unknown>;
  children: Node[];
  /** The object type that the children belong to; null for a leaf. */
  under: GraphQLObjectType | null;
}

/** Ids and codes that the database knows, by the field or argument that takes them. */
export type KnownValues = Readonly<Record<string, readonly string[]>>;

const MAX_DEPTH = 8;
/** More would mostly be refused, and take long to make. */
const MAX_NODES = 300;
const WORDS = ['a', 'air', 'dinas', 'sanitasi', 'nothing at all', 'a b c d e f g h i j'];

const FEED_FILTERS = [{}, { areaCode: '36' }, { sectors: ['nowhere'] }, { kinds: ['NEED_CANCELLED'] }];

const first = (most: number, chance: Generator) => (chance.chance(0.6) ? most : chance.int(1, most));

/** Makes random documents of a schema's queries and neighbours of them. */
export class RandomDocuments {
  private readonly schema: GraphQLSchema;
  private readonly chance: Generator;
  private readonly known: KnownValues;

  constructor(schema: GraphQLSchema, chance: Generator, known: KnownValues) {
    this.schema = schema;
    this.chance = chance;
    this.known = known;
  }

  random(): Node[] {
    return Array.from({ length: this.chance.int(1, 3) }, () => this.node(this.schema.getQueryType()!, 0));
  }

  /** The same document with one to four changes. */
  neighbour(roots: readonly Node[]): Node[] {
    const copy = copyOf(roots);
    for (let changes = this.chance.int(1, 4); changes > 0; changes -= 1) this.change(copy);
    return copy;
  }

  private change(roots: Node[]): void {
    const all = nodesIn(roots);
    const parent = this.chance.chance(0.3) ? null : this.chance.pick(all);
    const siblings = parent?.under == null ? roots : parent.children;
    const type = parent?.under ?? this.schema.getQueryType()!;
    const one = this.chance.pick(siblings);
    const add = (nodes: readonly Node[]) => {
      if (all.length + siblings.length < MAX_NODES) siblings.push(...nodes);
    };
    // The same once more, or many times: what is costly is costlier twice.
    const repeat = () => {
      for (let times = this.chance.pick([1, 1, 4, 16]); times > 0; times -= 1) add(copyOf([one]));
    };
    const steps = [
      repeat,
      repeat,
      () => add([this.node(type, depthOf(roots, siblings))]),
      () => {
        if (siblings.length > 1) siblings.splice(siblings.indexOf(one), 1);
      },
      () => {
        one.args = this.argumentsOf(one.field);
      },
      () => widen(all),
    ];
    this.chance.pick(steps)();
  }

  private node(type: GraphQLObjectType, depth: number): Node {
    const choices = Object.values(type.getFields()).filter((field) => this.isAskable(field, depth));
    const field = this.chance.pick(choices);
    const under = this.objectOf(getNamedType(field.type));
    const children =
      under === null ? [] : Array.from({ length: this.chance.int(1, 3) }, () => this.node(under, depth + 1));
    return { field, args: this.argumentsOf(field), children, under };
  }

  private isAskable(field: GraphQLField<unknown, unknown>, depth: number): boolean {
    if (depth >= MAX_DEPTH && this.objectOf(getNamedType(field.type)) !== null) return false;
    return field.args.every((one) => !isNonNullType(one.type) || this.valueOf(field, one) !== undefined);
  }

  private objectOf(type: GraphQLNamedType): GraphQLObjectType | null {
    if (isObjectType(type)) return type;
    return isAbstractType(type) ? this.chance.pick(this.schema.getPossibleTypes(type)) : null;
  }

  private argumentsOf(field: GraphQLField<unknown, unknown>): Record<string, unknown> {
    const given = field.args.flatMap((one) => {
      const isNeeded = isNonNullType(one.type) || one.name === 'first' || one.name === 'id';
      const value = isNeeded || this.chance.chance(0.3) ? this.valueOf(field, one) : undefined;
      return value === undefined ? [] : [[one.name, value] as const];
    });
    return Object.fromEntries(given);
  }

  private valueOf(field: GraphQLField<unknown, unknown>, { name, type }: GraphQLArgument): unknown {
    if (name === 'first') return first(mostOf(field), this.chance);
    if (name === 'search') return this.chance.pick(WORDS);
    const given = this.inputOf(name, type);
    if (given !== undefined) return given;
    // Of a thing that may be named by id or by code, one is enough.
    const isEither = field.args.some((one) => one.name === 'id') && name === 'code';
    if (isEither) return undefined;
    if (name === 'id') return this.oneOf(field.name);
    if (name === 'code') return this.oneOf('areaCode');
    return name in this.known ? this.oneOf(name) : undefined;
  }

  private inputOf(name: string, type: GraphQLInputType): unknown {
    const named = getNamedType(type);
    if (name === 'input') {
      return { needId: this.oneOf('need'), partnerId: this.oneOf('partner'), quantity: 1 };
    }
    if (named.name === 'FeedFilter') return this.chance.pick(FEED_FILTERS);
    if (named.name === 'Boolean') return this.chance.chance(0.5);
    if (!isEnumType(named)) return undefined;
    const value = this.chance.pick(named.getValues()).name;
    return isListType(getNullableType(type)) ? [value] : value;
  }

  private oneOf(name: string): string | undefined {
    const values = this.known[name];
    return values === undefined ? undefined : this.chance.pick(values);
  }
}

function mostOf({ type }: GraphQLField<unknown, unknown>): number {
  const isLong = ['SupportFlow', 'PartnerBalance'].includes(getNamedType(type).name);
  return isLong ? 1000 : 100;
}

/** Makes all pages full. */
function widen(nodes: readonly Node[]): void {
  for (const { args, field } of nodes) if ('first' in args) args['first'] = mostOf(field);
}

/** A copy of the tree; the schema's own objects are shared. */
function copyOf(nodes: readonly Node[]): Node[] {
  return nodes.map((node) => ({
    ...node,
    args: structuredClone(node.args),
    children: copyOf(node.children),
  }));
}

function nodesIn(nodes: readonly Node[]): Node[] {
  return nodes.flatMap((node) => [node, ...nodesIn(node.children)]);
}

function depthOf(nodes: readonly Node[], wanted: readonly Node[], depth = 0): number {
  if (nodes === wanted) return depth;
  return Math.max(0, ...nodes.map(({ children }) => depthOf(children, wanted, depth + 1)));
}

/** The document’s text, with all values of arguments as variables. */
export function printed(roots: readonly Node[]): { query: string; variables: Record<string, unknown> } {
  const variables: Record<string, unknown> = {};
  const definitions: string[] = [];
  const known = new Map<string, string>();
  const variableOf = (type: string, value: unknown): string => {
    const key = `${type} ${JSON.stringify(value)}`;
    let name = known.get(key);
    if (name === undefined) {
      name = `v${known.size}`;
      known.set(key, name);
      variables[name] = value;
      definitions.push(`$${name}: ${type}`);
    }
    return `$${name}`;
  };
  const write = (nodes: readonly Node[]): string => {
    const used = new Map<string, string>();
    const parts = nodes.map(({ field, args, children, under }) => {
      const given = Object.entries(args).map(([name, value]) => {
        const { type } = field.args.find((one) => one.name === name)!;
        return `${name}: ${variableOf(String(type), value)}`;
      });
      const call = `${field.name}${given.length === 0 ? '' : `(${given.join(', ')})`}`;
      const isAbstract = isAbstractType(getNamedType(field.type));
      const inner = under === null ? '' : write(children);
      const body = isAbstract && under !== null ? `{ ... on ${under.name} ${inner} }` : inner;
      const text = `${call} ${body}`;
      const alias = used.has(field.name) ? `a${used.size}_${field.name}: ` : '';
      used.set(alias === '' ? field.name : alias, text);
      return `${alias}${text}`;
    });
    return `{ ${parts.join(' ')} }`;
  };
  const body = write(roots);
  return {
    query: `query${definitions.length === 0 ? '' : ` (${definitions.join(', ')})`} ${body}`,
    variables,
  };
}
