import { createHash } from 'node:crypto';
import { readlink, rename, rm, stat, symlink } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { runCommand } from './command.ts';
import type { RunAs } from './command.ts';
import { lstatOrUndefined, makeFolder, statOrUndefined } from './files.ts';
import { findPostmaster, stopPostmaster } from './postmaster.ts';
import { findOrMakeSystemUser, findUserById } from './system-user.ts';

/** Where the cluster is, and as whom it runs. */
export interface Placement {
  /** The folder around the cluster: DATA_DIR, or one below `systemDir` that `DATA_DIR/postgres` links to. */
  readonly home: string;
  readonly clusterDir: string;
  readonly runAs: RunAs | undefined;
}

export interface PlacementOptions {
  /** Absolute, resolved, existing, locked by us. */
  readonly dataDir: string;
  readonly systemDir: string;
  readonly log: (message: string) => void;
}

const uid = process.getuid?.() ?? -1;

/**
 * The cluster is `DATA_DIR/postgres`. If the hub is root and PostgreSQL's user cannot enter DATA_DIR (it is
 * below /root), the cluster is below `systemDir`, and `DATA_DIR/postgres` is a symbolic link to it. That link
 * is the truth: where it is gone, a new cluster begins.
 * @throws with what to do, if an existing cluster cannot be run from where it is.
 */
export async function placeCluster(options: PlacementOptions): Promise<Placement> {
  const entry = join(options.dataDir, 'postgres');
  const present = await lstatOrUndefined(entry);
  if (present?.isSymbolicLink()) return placeLinked(await readlink(entry), options);
  if (present) return placeExisting(options.dataDir, entry, present.uid);
  if (uid !== 0) return { home: options.dataDir, clusterDir: entry, runAs: undefined };

  const runAs = await userForNewCluster(options);
  if (await canEnter(options.dataDir, runAs)) return { home: options.dataDir, clusterDir: entry, runAs };
  return placeBelowSystemDir(options, entry, runAs);
}

async function placeLinked(clusterDir: string, options: PlacementOptions): Promise<Placement> {
  const home = dirname(clusterDir);
  if (!(await statOrUndefined(home))) {
    throw new Error(
      `DATA_DIR's ${options.dataDir}/postgres links to ${clusterDir}, and ${home} is gone. ` +
        `Put it back, or remove the link to begin with an empty database.`,
    );
  }
  const present = await statOrUndefined(clusterDir);
  if (present) return placeExisting(home, clusterDir, present.uid);
  return { home, clusterDir, runAs: uid === 0 ? await userForNewCluster(options) : undefined };
}

async function placeExisting(home: string, clusterDir: string, ownerUid: number): Promise<Placement> {
  if (uid !== 0) {
    if (ownerUid === uid) return { home, clusterDir, runAs: undefined };
    throw new Error(
      `${clusterDir}, the database of DATA_DIR, belongs to user ${ownerUid}. ` +
        `Start the hub as that user or as root, or choose another DATA_DIR.`,
    );
  }
  const runAs = ownerUid === 0 ? undefined : await findUserById(ownerUid);
  if (!runAs) {
    throw new Error(
      `${clusterDir}, the database of DATA_DIR, belongs to user ${ownerUid}, who cannot run PostgreSQL. ` +
        `Give it to a system user: chown -R sinergi-postgres ${clusterDir}`,
    );
  }
  if (await canEnter(home, runAs)) return { home, clusterDir, runAs };
  throw new Error(`user ${runAs.name} of ${clusterDir} cannot enter ${home}. Move DATA_DIR to where it can.`);
}

/** A folder that was made for an ordinary user stays usable for that user alone. */
async function userForNewCluster({ dataDir, log }: PlacementOptions): Promise<RunAs> {
  const owner = (await stat(dataDir)).uid;
  return (owner === 0 ? undefined : await findUserById(owner)) ?? (await findOrMakeSystemUser(log));
}

async function placeBelowSystemDir(
  options: PlacementOptions,
  entry: string,
  runAs: RunAs,
): Promise<Placement> {
  const { dataDir, systemDir, log } = options;
  const home = join(systemDir, createHash('sha256').update(dataDir).digest('hex').slice(0, 16));
  const clusterDir = join(home, 'postgres');
  await makeFolder(systemDir, 0o755);
  if (await statOrUndefined(clusterDir)) await setAside(home, clusterDir, log);
  await makeFolder(home, 0o711);
  if (!(await canEnter(home, runAs))) {
    throw new Error(
      `user ${runAs.name}, who runs PostgreSQL, can enter neither ${dataDir} nor ${home}. Move DATA_DIR.`,
    );
  }
  await symlink(clusterDir, entry);
  log(`the database is in ${home}, since user ${runAs.name}, who runs PostgreSQL, cannot enter ${dataDir}`);
  return { home, clusterDir, runAs };
}

/**
 * DATA_DIR was emptied, so its old cluster is not wanted; the last such one is kept, for it was not us who
 * decided.
 */
async function setAside(home: string, clusterDir: string, log: (message: string) => void): Promise<void> {
  const running = await findPostmaster(clusterDir);
  if (running) await stopPostmaster(running.process);
  await rm(`${home}.old`, { recursive: true, force: true });
  await rename(home, `${home}.old`);
  log(`kept the database of an emptied DATA_DIR in ${home}.old`);
}

/** Asks the kernel rather than reading modes, so access lists and mounts count too. */
async function canEnter(folder: string, runAs: RunAs): Promise<boolean> {
  return (await runCommand('/bin/sh', ['-c', 'cd -- "$1"', 'sh', folder], runAs)).ok;
}
