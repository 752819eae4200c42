import { randomBytes } from 'node:crypto';
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Binaries } from './binaries.ts';
import { runCommand } from './command.ts';
import { giveTo, renameDurably } from './files.ts';
import type { Placement } from './placement.ts';

const initPrefix = 'postgres.init-';

/** The superuser of the cluster. The hub itself connects with less: see database.ts. */
export const superuser = 'postgres';

/** @returns the cluster's major version, or `undefined` if there is no cluster yet. */
export async function readClusterVersion({ clusterDir }: Placement): Promise<number | undefined> {
  const text = await readFile(join(clusterDir, 'PG_VERSION'), 'utf8').catch(() => undefined);
  return text === undefined ? undefined : Number(text);
}

export function checkClusterVersion(found: number, binaries: Binaries, { clusterDir }: Placement): void {
  if (found === binaries.majorVersion) return;
  throw new Error(
    `${clusterDir} is a database of PostgreSQL ${found}, and this hub brings PostgreSQL ` +
      `${binaries.majorVersion}. Dump it with pg_dumpall of version ${found} and load it into a new ` +
      `DATA_DIR, or run the hub that made it.`,
  );
}

/**
 * Makes the cluster beside its place and renames it, so that no one ever sees half of one. Takes away what
 * was left by runs that were killed. Text sorts by code point and letters follow Unicode (`C.UTF-8`, built
 * in): the same on every machine, whatever its locales. Pages carry checksums.
 */
export async function initialiseCluster(
  placement: Placement,
  binaries: Binaries,
  secret: string,
): Promise<void> {
  const { home, clusterDir, runAs } = placement;
  await removeStaleDrafts(home);
  const draft = join(home, `${initPrefix}${randomBytes(6).toString('hex')}`);
  const draftData = join(draft, 'data');
  const passwordFile = join(draft, 'password');
  await mkdir(draft, { mode: 0o700 });
  try {
    await writeFile(passwordFile, secret, { mode: 0o600 });
    await giveTo(passwordFile, runAs);
    await giveTo(draft, runAs);
    const locale = ['--encoding=UTF8', '--locale=C', '--locale-provider=builtin', '--builtin-locale=C.UTF-8'];
    const access = ['--auth=scram-sha-256', `--username=${superuser}`, `--pwfile=${passwordFile}`];
    const args = ['-D', draftData, '--data-checksums', ...locale, ...access];
    const made = await runCommand(binaries.initdb, args, runAs);
    if (!made.ok) {
      throw new Error(`initdb could not make the database in DATA_DIR, at ${home}: ${made.output}`);
    }
    await renameDurably(draftData, clusterDir);
  } finally {
    await rm(draft, { recursive: true, force: true });
  }
}

async function removeStaleDrafts(home: string): Promise<void> {
  for (const name of await readdir(home)) {
    if (!name.startsWith(initPrefix)) continue;
    // An initdb that outlived its hub may still write into it for a moment.
    await rm(join(home, name), { recursive: true, force: true, maxRetries: 10, retryDelay: 100 });
  }
}
