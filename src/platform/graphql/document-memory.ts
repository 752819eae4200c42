import type { DocumentNode } from 'graphql';

/** Measured: the most that one token takes with the nodes made of it is 490 bytes, of a field without anything. */
const BYTES_PER_TOKEN = 500;
/** Of the text itself, and of values that were unescaped. */
const BYTES_PER_CHARACTER = 4;
/** Of JSON whose values are as small as they can be, such as empty lists. */
const BYTES_PER_JSON_CHARACTER = 20;

/** About how many bytes a parsed document takes, and no fewer. */
export function documentBytes({ loc }: DocumentNode): number {
  if (loc === undefined) throw new Error('a document without its text');
  let tokens = 0;
  for (let token = loc.startToken.next; token !== null; token = token.next) tokens += 1;
  return tokens * BYTES_PER_TOKEN + loc.source.body.length * BYTES_PER_CHARACTER;
}

/** The same of what was read from so much JSON. */
export const jsonBytes = (characters: number): number => characters * BYTES_PER_JSON_CHARACTER;
