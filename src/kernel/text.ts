/**
 * True for text that PostgreSQL can hold, as text and in JSON: no NUL, and no half of a surrogate pair. What it
 * cannot hold is nowhere in it, so a look-up by such a text finds nothing and need not be tried.
 */
export function isStorable(text: string): boolean {
  return !text.includes('\u0000') && text.isWellFormed();
}

/** The texts by which something could be found at all. */
export function storable(texts: readonly string[]): string[] {
  return texts.filter(isStorable);
}

/** True for text that can be an account's address. */
export function isEmailAddress(text: string): boolean {
  return text.length <= 254 && /^[^@\s]+@[^@\s]+$/.test(text);
}
