import { createHash, createHmac, randomBytes } from 'node:crypto';

const BYTES = 32;

/** A secret of 256 random bits after a word that says what it is, so that scanners for leaked secrets find it. */
export function newSecret(prefix: string): string {
  return prefix + randomBytes(BYTES).toString('base64url');
}

/** What is kept of such a secret: nobody guesses 256 bits, so one round of SHA-256 is enough. */
export function hashSecret(secret: string): string {
  return createHash('sha256').update(secret).digest('hex');
}

/** Digest of what could be guessed, such as a network: 64 hex digits that only the holder of the hub's secret can compute. */
export type KeyedDigest = (...words: string[]) => string;

export function keyedDigest(secret: string): KeyedDigest {
  return (...words) => createHmac('sha256', secret).update(JSON.stringify(words)).digest('hex');
}
