import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { errorCode } from '../../src/platform/embedded/files.ts';
import { findPostmaster } from '../../src/platform/embedded/postmaster.ts';
import { waitUntil } from '../../src/platform/embedded/process.ts';

const GONE_WITHIN_MS = 15_000;

/** The server and its children, which share its session, without those that only wait to be reaped: man 5 proc. */
async function processesOf(postmaster: number): Promise<number[]> {
  const pids = (await readdir('/proc')).map(Number).filter((pid) => pid > 0);
  const stats = await Promise.all(pids.map((pid) => readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '')));
  const fields = stats.map((text) => text.slice(text.lastIndexOf(')') + 2).split(' '));
  const isOfSession = (index: number) =>
    fields[index]?.[3] === String(postmaster) && fields[index][0] !== 'Z';
  return pids.filter((_, index) => isOfSession(index));
}

/** All processes of the server on a hub's own cluster, the postmaster first. */
export async function clusterProcesses(dataDir: string): Promise<number[]> {
  const running = await findPostmaster(join(dataDir, 'postgres'));
  if (running === undefined) return [];
  const { pid } = running.process;
  return [pid, ...(await processesOf(pid)).filter((other) => other !== pid)];
}

/** kill -9 of each, in that order and without a pause. */
export function killNow(pids: readonly number[]): void {
  for (const pid of pids) {
    try {
      process.kill(pid, 'SIGKILL');
    } catch (error) {
      if (errorCode(error) !== 'ESRCH') throw error;
    }
  }
}

/** Waits until nothing is left of a server that was killed. */
export async function clusterGone(postmaster: number): Promise<void> {
  const isGone = async () => (await processesOf(postmaster)).length === 0;
  if (!(await waitUntil(isGone, GONE_WITHIN_MS))) throw new Error(`processes of ${postmaster} are left`);
}
