import { randomBytes } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { errorCode, renameDurably } from './embedded/files.ts';

const BYTES = 48;
const LEAST_LENGTH = 32;

/**
 * The secret in a file that only its owner reads; made by chance when there is none. The folder belongs to this
 * process alone. Throws Error when the file holds less than a secret.
 */
export async function readOrMakeSecretFile(path: string): Promise<string> {
  const present = await readFile(path, 'utf8').catch((error: unknown) => {
    if (errorCode(error) === 'ENOENT') return null;
    throw error;
  });
  if (present !== null) {
    const secret = present.trim();
    if (secret.length < LEAST_LENGTH) {
      throw new Error(`${path} is damaged; remove it, and everybody signs in again.`);
    }
    return secret;
  }
  const secret = randomBytes(BYTES).toString('base64url');
  const draft = `${path}.draft`;
  await writeFile(draft, `${secret}\n`, { mode: 0o600, flush: true });
  await renameDurably(draft, path);
  return secret;
}
