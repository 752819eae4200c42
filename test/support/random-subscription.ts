import type { GeneratorValue } from 'fast-check';
import * as fc from 'fast-check';
import {
  getNamedType,
  type GraphQLField,
  type GraphQLObjectType,
  type GraphQLSchema,
  isObjectType,
  isRequiredArgument,
} from 'graphql';

/** The switches of such a document; those without a default are to be given. */
const SWITCHES = ['a', 'b', 'c'] as const;
const DECLARED = '$a: Boolean!, $b: Boolean = true, $c: Boolean = false, $first: Int = 2';

/** Past them a document only asks for names of types. */
const MOST_PARTS = 60;

/** Makes one subscription to the feed, at most so deep, with aliases, merged fields, fragments of both kinds and switches. */
export function randomSubscription(g: GeneratorValue, schema: GraphQLSchema, depth: number): string {
  const one = <T>(choices: readonly T[]): T => choices[g(fc.nat, { max: choices.length - 1 })]!;
  const chance = (outOf: number): boolean => g(fc.nat, { max: outOf - 1 }) === 0;
  const fragments = new Map<string, string[]>();
  const texts: string[] = [];
  let parts = MOST_PARTS;

  const directive = (): string => {
    if (!chance(4)) return '';
    const value = one([...SWITCHES.map((name) => `$${name}`), 'true', 'false']);
    return ` @${one(['skip', 'include'])}(if: ${value})`;
  };

  // A field has the same arguments under the same name wherever it stands, so that all of them merge.
  const fieldOf = (field: GraphQLField<unknown, unknown>, left: number): string => {
    const alias = chance(4) ? 'another' : chance(8) ? 'first' : '';
    const paged = field.args.some(({ name }) => name === 'first');
    const args = paged ? `(first: ${alias === 'first' ? '1' : '$first'})` : '';
    const under = getNamedType(field.type);
    const name = alias === '' ? field.name : `${alias}_${field.name}: ${field.name}`;
    const selected = isObjectType(under) ? ` ${selection(under, left - 1)}` : '';
    return `${name}${args}${directive()}${selected}`;
  };

  const spread = (type: GraphQLObjectType, left: number): string => {
    const known = fragments.get(type.name) ?? [];
    if (known.length > 0 && chance(2)) return `...${one(known)}${directive()}`;
    const text = selection(type, left);
    const name = `f${texts.length}`;
    texts.push(`fragment ${name} on ${type.name} ${text}`);
    fragments.set(type.name, [...(fragments.get(type.name) ?? []), name]);
    return `...${name}${directive()}`;
  };

  const selection = (type: GraphQLObjectType, left: number): string => {
    const fields = Object.values(type.getFields()).filter((field) => {
      const under = getNamedType(field.type);
      return !field.args.some(isRequiredArgument) && (!isObjectType(under) || left > 0);
    });
    const chosen = Array.from({ length: 1 + g(fc.nat, { max: 4 }) }, () => {
      parts -= 1;
      const isName = fields.length === 0 || parts < 0 || chance(8);
      if (isName) return `${chance(3) ? 'kindOf: ' : ''}__typename${directive()}`;
      if (chance(8)) return `... on ${type.name}${directive()} ${selection(type, left)}`;
      if (chance(16)) return `... @include(if: $b) ${selection(type, left)}`;
      if (chance(8)) return spread(type, left);
      return fieldOf(one(fields), left);
    });
    return `{ ${chosen.join(' ')} }`;
  };

  const type = schema.getType('FeedEvent');
  if (!isObjectType(type)) throw new Error('FeedEvent is no object');
  const selected = selection(type, depth);
  return `subscription (${DECLARED}) { pledgeFeed ${selected} } ${texts.join(' ')}`;
}
