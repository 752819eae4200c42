import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { childEnv } from './command.ts';
import type { RunAs } from './command.ts';
import { errorCode } from './files.ts';
import { findProcess, isRunning, waitUntil } from './process.ts';
import type { ProcessIdentity } from './process.ts';
import { openServerLog, readTail } from './server-log.ts';

/** What `postmaster.pid` says. Its lines: src/include/utils/pidfile.h of PostgreSQL. */
interface PostmasterFile {
  readonly pid: number;
  readonly port: number;
  readonly status: string;
}

/** A server that runs on a cluster. */
export interface Postmaster {
  readonly process: ProcessIdentity;
  readonly port: number;
}

export interface LaunchOptions {
  readonly postgres: string;
  readonly args: readonly string[];
  readonly clusterDir: string;
  readonly port: number;
  readonly runAs: RunAs | undefined;
  readonly logPath: string;
  readonly readyTimeoutMs: number;
}

/** The server ended, or was not ready in time. `serverLog` holds its last lines. */
export class LaunchError extends Error {
  readonly serverLog: string;

  constructor(reason: string, serverLog: string, logPath: string) {
    super(`PostgreSQL ${reason}. The last lines of ${logPath}:\n${serverLog}`);
    this.serverLog = serverLog;
  }
}

async function readPostmasterFile(clusterDir: string): Promise<PostmasterFile | undefined> {
  const text = await readFile(join(clusterDir, 'postmaster.pid'), 'utf8').catch(() => undefined);
  if (text === undefined) return undefined;
  const lines = text.split('\n');
  return { pid: Number(lines[0]), port: Number(lines[3]), status: lines[7]?.trim() ?? '' };
}

/** The server of this cluster, if one runs. A process that was given the number of a dead server is none. */
export async function findPostmaster(clusterDir: string): Promise<Postmaster | undefined> {
  const file = await readPostmasterFile(clusterDir);
  const holder = file && (await findProcess(file.pid));
  if (!holder?.commandLine.includes(`-D ${clusterDir} `)) return undefined;
  return { process: holder, port: file?.port ?? 0 };
}

/** Whether the server with this number takes connections; false while it recovers or stops. */
export async function isReady(clusterDir: string, pid: number | undefined): Promise<boolean> {
  const file = await readPostmasterFile(clusterDir);
  return file?.pid === pid && file?.status === 'ready';
}

/**
 * Starts a server in a session of its own, so that Ctrl-C reaches the hub alone, which then stops it.
 * Call only if no server runs on the cluster.
 * @throws LaunchError
 */
export async function launchPostmaster(options: LaunchOptions): Promise<Postmaster> {
  const { clusterDir, logPath, port, runAs } = options;
  const stale = await readPostmasterFile(clusterDir);
  const log = await openServerLog(logPath, runAs);
  const logStart = (await log.stat()).size;
  const child = spawn(options.postgres, options.args, {
    cwd: '/',
    // A server refuses to start while the holder of postmaster.pid lives, whatever program that is now. It
    // makes an exception for this one; the check of the shared memory, which finds real users of the cluster,
    // stays.
    env: { ...childEnv, ...(stale && { PG_GRANDPARENT_PID: String(stale.pid) }) },
    detached: true,
    stdio: ['ignore', log.fd, log.fd],
    ...(runAs && { uid: runAs.uid, gid: runAs.gid }),
  });
  try {
    await once(child, 'spawn');
  } finally {
    await log.close();
  }
  child.unref();
  const identity = await findProcess(child.pid ?? -1);
  const hasEnded = () => child.exitCode !== null || child.signalCode !== null;
  const settled = async () => hasEnded() || (await isReady(clusterDir, child.pid));
  const inTime = await waitUntil(settled, options.readyTimeoutMs);
  if (identity && inTime && !hasEnded()) return { process: identity, port };
  if (identity) await stopPostmaster(identity);
  const reason = inTime ? 'did not start' : `was not ready within ${options.readyTimeoutMs / 1000} s`;
  throw new LaunchError(reason, await readTail(logPath, logStart), logPath);
}

/**
 * Steps of a shutdown: https://www.postgresql.org/docs/18/server-shutdown.html. SIGKILL is for one that is
 * stopped.
 */
const stopSteps: readonly { signal: NodeJS.Signals; waitMs: number }[] = [
  { signal: 'SIGINT', waitMs: 10_000 },
  { signal: 'SIGQUIT', waitMs: 6_000 },
  { signal: 'SIGKILL', waitMs: 2_000 },
];

/**
 * Ends a server and waits until it is gone: fast (transactions are rolled back), then immediate (the next
 * start recovers), then by force.
 */
export async function stopPostmaster(identity: ProcessIdentity): Promise<void> {
  for (const { signal, waitMs } of stopSteps) {
    if (!(await isRunning(identity))) return;
    signalIfPresent(identity.pid, signal);
    if (await waitUntil(async () => !(await isRunning(identity)), waitMs)) return;
  }
  throw new Error(`PostgreSQL (pid ${identity.pid}) does not end`);
}

function signalIfPresent(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch (error) {
    if (errorCode(error) !== 'ESRCH') throw error;
  }
}
