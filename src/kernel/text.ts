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

/** Characters that addresses of mail and of pages never show. */
const UNSEEN = /[\p{Cc}\p{Cf}\p{Z}\p{Default_Ignorable_Code_Point}\u2800]/u;

/** True for text that can be an account's address. */
export function isEmailAddress(text: string): boolean {
  return text.length <= 254 && /^[^@\s]+@[^@\s]+$/.test(text) && !UNSEEN.test(text) && text.isWellFormed();
}

/** True for the address of a page or a file that a browser can open. */
export function isWebAddress(text: string): boolean {
  return /^https?:\/\/\S+$/.test(text) && !UNSEEN.test(text) && text.isWellFormed() && URL.canParse(text);
}

/** True for a web address that holds a user or a password, which everybody who may see it would learn. */
export function hasCredentials(address: string): boolean {
  const { username, password } = new URL(address);
  return username !== '' || password !== '';
}
