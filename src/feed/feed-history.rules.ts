import type { Term, TermTrail } from '../events/feed-terms.rules.ts';

/** A term of this history, and the last position before the next one; the feed's end for the last. */
export interface KnownTerm extends Term {
  end: number;
}

/** What this history knows of the terms that a cursor names. */
export interface KnownTerms {
  /** Those of them that are the same here. */
  same: readonly KnownTerm[];
  /** Where the first term begins; the feed's end when there is none. */
  firstAfter: number;
}

/**
 * The last position up to which this history and that of a cursor agree, as far as it can be known: never too late, and exact
 * where the trail names the term in which they part and the one after it. The event that the cursor names does not
 * stand here, or not at its position.
 */
export function sharedPosition(
  position: number,
  { ordinal, terms }: TermTrail,
  { same, firstAfter }: KnownTerms,
): number {
  const known = new Map(same.map((term) => [term.ordinal, term]));
  const index = terms.findIndex((term) => known.has(term.ordinal));
  if (index === -1) {
    // Before the first term is a time that all histories share.
    const namesAll =
      terms.every((term, place) => term.ordinal === ordinal - place) && terms.length === ordinal;
    if (!namesAll) return 0;
    return agreed(0, terms.at(-1)?.after ?? null, firstAfter, position);
  }
  const { after, end } = known.get(terms[index]!.ordinal)!;
  if (index === 0) return agreed(after, null, end, position);
  const later = terms[index - 1]!;
  const isNext = later.ordinal === terms[index]!.ordinal + 1;
  return isNext ? agreed(after, later.after, end, position) : after;
}

/** Where both are within a term that began after `after`: it ends there at `theirEnd`, if it ends at all, and here at `ourEnd`. */
function agreed(after: number, theirEnd: number | null, ourEnd: number, position: number): number {
  const shared = Math.min(theirEnd ?? position, ourEnd);
  // It cannot reach the event that does not stand here: nobody began anew, and still it is another.
  return shared < position ? shared : after;
}
