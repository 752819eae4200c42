import { access, constants, readlink, realpath } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { prepareBinaries } from './binaries.ts';
import { checkClusterVersion, initialiseCluster, readClusterVersion } from './cluster.ts';
import { hubUrl } from './database.ts';
import { makeFolder } from './files.ts';
import { holderOf, lockFolder } from './lock.ts';
import type { FolderLock } from './lock.ts';
import { placeCluster } from './placement.ts';
import { findPostmaster, isReady, stopPostmaster } from './postmaster.ts';
import type { Postmaster } from './postmaster.ts';
import { readOrMakeSecret } from './secret.ts';
import { adoptOrLaunch } from './server.ts';

export interface EmbeddedPostgresOptions {
  /**
   * DATA_DIR: holds the cluster `postgres`, its password `postgres.secret`, `postgres.log` and `hub.lock.N`.
   */
  readonly dataDir: string;
  /** Gets a line for everything that an operator would ask about. No secrets. */
  readonly log: (message: string) => void;
  /** Server settings on top of the defaults. */
  readonly settings?: Readonly<Record<string, string>>;
  /** A free port of 127.0.0.1 is picked if absent. */
  readonly port?: number;
  /** For root only: takes what PostgreSQL's user cannot reach in DATA_DIR and node_modules. */
  readonly systemDir?: string;
}

export interface EmbeddedPostgres {
  /** `postgres://…@127.0.0.1:…/sinergi`, with the password, as a role that owns this database. */
  readonly url: string;
  readonly pid: number;
  /**
   * Ends the server, waits until it is gone and frees DATA_DIR. Further calls return the first one's promise.
   */
  readonly stop: () => Promise<void>;
}

/**
 * Runs PostgreSQL as a part of the hub: makes the cluster on the first start, recovers it after a crash, and
 * takes over a server that a killed hub left running. The server outlives the hub unless `stop` is called.
 * @throws with what to do, if DATA_DIR is in use, of another major version, or cannot be run.
 */
export async function startEmbeddedPostgres(options: EmbeddedPostgresOptions): Promise<EmbeddedPostgres> {
  const dataDir = await makeDataDir(options.dataDir);
  const locks = [await lockFolder(dataDir)];
  try {
    const { postmaster, secret } = await runServer(dataDir, options, locks);
    let stopping: Promise<void> | undefined;
    return {
      url: hubUrl(postmaster.port, secret),
      pid: postmaster.process.pid,
      stop: () => (stopping ??= stopPostmaster(postmaster.process).then(() => releaseAll(locks))),
    };
  } catch (error) {
    await releaseAll(locks);
    throw error;
  }
}

/**
 * Where the database of a hub at work answers, for commands that look at it meanwhile; null when no hub uses DATA_DIR.
 * @throws if the hub is just starting or stopping.
 */
export async function urlBesideHub(dataDir: string): Promise<string | null> {
  const folder = await realpath(dataDir).catch(() => null);
  const hub = folder === null ? undefined : await holderOf(folder);
  if (folder === null || hub === undefined) return null;
  const entry = join(folder, 'postgres');
  const clusterDir = await readlink(entry).catch(() => entry);
  const postmaster = await findPostmaster(clusterDir);
  if (!postmaster || !(await isReady(clusterDir, postmaster.process.pid))) {
    throw new Error(`the hub of this DATA_DIR (pid ${hub}) is starting or stopping; try again: ${folder}`);
  }
  return hubUrl(postmaster.port, await readOrMakeSecret(folder, true, undefined));
}

interface RunningServer {
  readonly postmaster: Postmaster;
  readonly secret: string;
}

/** Adds the locks that it takes to `locks`. */
async function runServer(
  dataDir: string,
  options: EmbeddedPostgresOptions,
  locks: FolderLock[],
): Promise<RunningServer> {
  const { log, port, settings = {}, systemDir = '/var/lib/sinergi' } = options;
  const placement = await placeCluster({ dataDir, systemDir, log });
  // A copy of a DATA_DIR that links to its cluster links to the same one.
  if (placement.home !== dataDir) locks.push(await lockFolder(placement.home));
  const binaries = await prepareBinaries(placement.runAs, systemDir, log);
  const version = await readClusterVersion(placement);
  if (version !== undefined) checkClusterVersion(version, binaries, placement);
  const secret = await readOrMakeSecret(dataDir, version !== undefined, placement.runAs);
  if (version === undefined) await initialiseCluster(placement, binaries, secret);
  const logPath = join(dataDir, 'postgres.log');
  return {
    postmaster: await adoptOrLaunch({ placement, binaries, secret, settings, port, logPath, log }),
    secret,
  };
}

/**
 * Open to be passed through by PostgreSQL's user, not to be listed. One path for one folder, whatever links
 * lead to it.
 */
async function makeDataDir(path: string): Promise<string> {
  const folder = resolve(path);
  await makeFolder(folder, 0o711).catch((cause: unknown) => {
    throw new Error(`DATA_DIR is no folder, and cannot be made one: ${folder}`, { cause });
  });
  await access(folder, constants.R_OK | constants.W_OK | constants.X_OK).catch((cause: unknown) => {
    throw new Error(`the hub's user cannot write in DATA_DIR: ${folder}`, { cause });
  });
  return realpath(folder);
}

async function releaseAll(locks: readonly FolderLock[]): Promise<void> {
  for (const lock of locks.toReversed()) await lock.release();
}
