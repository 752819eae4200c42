import type { GeneratorValue } from 'fast-check';
import * as fc from 'fast-check';
import {
  getNamedType,
  type GraphQLField,
  type GraphQLObjectType,
  type GraphQLSchema,
  isObjectType,
  isNonNullType,
} from 'graphql';
import { mappings } from '../../src/mappings.ts';

/** The fields of each type that plans answer. */
const mapped = new Map<string, string[]>();
for (const { types, adds } of mappings) {
  for (const { type, columns, fields } of types) mapped.set(type, [...columns, ...Object.keys(fields)]);
  for (const { type, fields } of adds) {
    mapped.set(type, [...(mapped.get(type) ?? []), ...Object.keys(fields)]);
  }
}
mapped.set('PageInfo', ['hasNextPage', 'hasPreviousPage', 'startCursor', 'endCursor']);

/** What the arguments of the lists may be; the ids and codes of single things are those that the test knows. */
export type Known = Record<'partner' | 'need' | 'pledge' | 'village' | 'area', readonly string[]>;

/** Fewer than a document may have. */
const MOST_ALIASES = 30;

/** Makes one query of what plans answer, at most so deep, with arguments, aliases and fragments. */
export function randomQuery(g: GeneratorValue, schema: GraphQLSchema, known: Known): string {
  const one = <T>(choices: readonly T[]): T => choices[g(fc.nat, { max: choices.length - 1 })]!;
  const chance = (outOf: number): boolean => g(fc.nat, { max: outOf - 1 }) === 0;
  const some = <T>(choices: readonly T[]): T[] => [...new Set([one(choices), one(choices)])];

  let aliases = 0;

  const valueOf = (argument: string, typeName: string, field: string): string | null => {
    switch (argument) {
      case 'first':
        return String(1 + g(fc.nat, { max: 6 }));
      case 'areaCode':
        return JSON.stringify(one(known.area));
      case 'partnerId':
        return JSON.stringify(one(known.partner));
      case 'search':
        return JSON.stringify(one(['air', 'ran', 'dinas', 'nothing at all', '']));
      case 'sector':
        return JSON.stringify(some(['sanitation', 'roads', 'health', 'nowhere']));
      case 'cluster':
        return JSON.stringify(some(['economy', 'infrastructure', 'nowhere']));
      case 'id':
        return JSON.stringify(one(known[field as 'need']));
      case 'code':
        return field === 'area' ? JSON.stringify(one(known.area)) : null;
      default: {
        const type = schema.getType(typeName);
        if (type === undefined || !('getValues' in type)) return null;
        return `[${some(type.getValues().map(({ name }) => name)).join(', ')}]`;
      }
    }
  };

  const argumentsOf = (field: GraphQLField<unknown, unknown>): string => {
    const given = field.args.flatMap(({ name, type }) => {
      const isNeeded = isNonNullType(type) || name === 'id';
      if (!isNeeded && !chance(2)) return [];
      const value = valueOf(name, getNamedType(type).name, field.name);
      return value === null ? [] : [`${name}: ${value}`];
    });
    return given.length === 0 ? '' : `(${given.join(', ')})`;
  };

  const fieldsOf = (type: GraphQLObjectType): string[] => {
    const isOfList = /(Connection|Edge)$/.test(type.name);
    return isOfList ? Object.keys(type.getFields()) : mapped.get(type.name)!;
  };

  const selection = (type: GraphQLObjectType, depth: number): string => {
    const definitions = type.getFields();
    const isLeaf = (name: string) => !isObjectType(getNamedType(definitions[name]!.type));
    const names = fieldsOf(type).filter((name) => depth > 0 || isLeaf(name));
    const chosen = Array.from({ length: 1 + g(fc.nat, { max: 3 }) }, () =>
      names.length === 0 ? '__typename' : one(names),
    );
    const used = new Set<string>();
    const parts = chosen.flatMap((name) => {
      const isAliased = used.has(name) || chance(4);
      if (name === '__typename' || (isAliased && aliases === MOST_ALIASES)) return ['__typename'];
      if (isAliased) aliases += 1;
      else used.add(name);
      const alias = isAliased ? `a${aliases}: ` : '';
      const field = definitions[name]!;
      const under = getNamedType(field.type);
      const text = `${alias}${name}${argumentsOf(field)}`;
      return [isObjectType(under) ? `${text} ${selection(under, depth - 1)}` : text];
    });
    if (chance(4)) parts.push(`... on ${type.name} @include(if: ${chance(2)}) { __typename }`);
    return `{ ${parts.join(' ')} }`;
  };

  return selection(schema.getQueryType()!, 6);
}
