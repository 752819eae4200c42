/** The order of the curve P-256 (FIPS 186-4, D.1.2.3). */
const ORDER = BigInt('0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551');
const HALF = 32;

/** Another token with the same words, which whoever holds one can make: of an ES256 signature (r, s), (r, n − s) is good too. */
export function otherSpellingOf(token: string): string {
  const dot = token.lastIndexOf('.');
  const signature = Buffer.from(token.slice(dot + 1), 'base64url');
  const s = BigInt(`0x${signature.subarray(HALF).toString('hex')}`);
  const other = (ORDER - s).toString(16).padStart(2 * HALF, '0');
  const spelled = Buffer.concat([signature.subarray(0, HALF), Buffer.from(other, 'hex')]);
  return `${token.slice(0, dot)}.${spelled.toString('base64url')}`;
}
