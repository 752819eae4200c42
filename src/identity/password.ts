import { hash, verify } from '@node-rs/argon2';
import { PASSWORD_LENGTH } from './password.rules.ts';

/** Checked when there is no account, so that the time of an answer does not tell whether there is one. */
const NOBODYS_HASH = hash('no account has this password');

/** Argon2id with the library's defaults, which follow OWASP's recommendation (19 MiB, 2 passes). */
export function hashPassword(password: string): Promise<string> {
  return hash(password);
}

/** Whether it is the password of that hash; takes as long for null, and is false. */
export async function isPasswordOf(passwordHash: string | null, password: string): Promise<boolean> {
  const asked = password.slice(0, PASSWORD_LENGTH.max);
  const matches = await verify(passwordHash ?? (await NOBODYS_HASH), asked);
  return passwordHash !== null && matches && asked === password;
}
