import { Lexer, Source, TokenKind } from 'graphql';

/** How many tokens the parser reads in a text. */
export function tokenCount(text: string): number {
  const lexer = new Lexer(new Source(text));
  let count = 0;
  while (lexer.advance().kind !== TokenKind.EOF) count += 1;
  return count;
}
