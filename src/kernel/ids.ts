/** The prefixes of all TypeIDs: each names one kind of thing (https://github.com/jetify-com/typeid). */
export const idPrefixes = [
  'account',
  'area',
  'delivery',
  'entry',
  'need',
  'partner',
  'pledge',
  'policy',
  'token',
  'village',
] as const;
export type IdPrefix = (typeof idPrefixes)[number];

/** A TypeID's second part: a UUID in 26 characters of Crockford base 32; the first holds 3 bits. */
const SUFFIX = '[0-7][0-9a-hjkmnp-tv-z]{25}';

const patterns = new Map(idPrefixes.map((prefix) => [prefix, new RegExp(`^${prefix}_${SUFFIX}$`)]));

/** True when `text` is a well-formed TypeID of that kind; whether the thing exists is another question. */
export function isId(prefix: IdPrefix, text: string): boolean {
  return patterns.get(prefix)!.test(text);
}

/** The kind of thing an id names, or null when it is no id of ours. */
export function prefixOf(text: string): IdPrefix | null {
  return idPrefixes.find((prefix) => isId(prefix, text)) ?? null;
}

/** The same law for PostgreSQL's CHECK constraints, as SQL over a column. */
export function idCheck(prefix: IdPrefix, column = 'id'): string {
  return `${column} ~ '^${prefix}_${SUFFIX}$'`;
}
