import { assertMayRead } from './access.rules.ts';
import type { Actor } from './actor.ts';

declare const proof: unique symbol;

/**
 * Somebody who may read what partners share. Services ask for one in every read, and `readerOf` is the only way to
 * get one, so a read without the check does not compile.
 */
export type Reader = Actor & { readonly [proof]: true };

/** Throws UNAUTHENTICATED for somebody who has not signed in, unless the public may read. */
export function readerOf(actor: Actor, publicRead: boolean): Reader {
  assertMayRead(actor, publicRead);
  return actor as Reader;
}
