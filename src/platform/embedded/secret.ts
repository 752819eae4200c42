import { randomBytes } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { RunAs } from './command.ts';
import { giveTo, renameDurably, statOrUndefined } from './files.ts';

/**
 * The password of the cluster, from `postgres.secret` (mode 0600). Made before the cluster is, so a cluster
 * without one has lost it.
 */
export async function readOrMakeSecret(
  dataDir: string,
  clusterExists: boolean,
  owner: RunAs | undefined,
): Promise<string> {
  const path = join(dataDir, 'postgres.secret');
  if (await statOrUndefined(path)) return (await readFile(path, 'utf8')).trim();
  if (clusterExists) {
    throw new Error(`${path}, the password of the database, is gone. Put it back from a backup.`);
  }
  // Hexadecimal digits need no quotes in SQL, URLs and files.
  const secret = randomBytes(24).toString('hex');
  const draft = `${path}.${randomBytes(6).toString('hex')}`;
  await writeFile(draft, `${secret}\n`, { mode: 0o600, flush: true });
  await giveTo(draft, owner);
  await renameDurably(draft, path);
  return secret;
}
