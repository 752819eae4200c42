import { randomBytes } from 'node:crypto';
import { link, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { errorCode } from './files.ts';
import { findProcess } from './process.ts';

export interface FolderLock {
  release(): Promise<void>;
}

/** Another process of the same kind holds the folder. */
export class FolderHeld extends Error {
  override readonly name = 'FolderHeld';

  constructor(kind: string, pid: number, folder: string) {
    super(`another ${kind} uses this folder (pid ${pid}): ${folder}`);
  }
}

/**
 * Makes this process the only one of its kind in a folder, such as its only hub. The lock is the file `hub.lock.N` with the
 * highest N; it names its holder by number and start time, so one that was killed with -9 holds it no longer. It guards
 * against processes on the same machine, in the same container.
 *
 * Invariant: the highest file is never removed, only followed by the next N, which one claim alone can make.
 * So two hubs that find the same dead holder cannot both succeed it, and no one takes a fresh lock for the
 * stale one.
 * @throws FolderHeld if another process, or an earlier call of this one, holds it.
 */
export async function lockFolder(folder: string, kind = 'hub'): Promise<FolderLock> {
  const self = await findProcess(process.pid);
  const content = JSON.stringify({ pid: process.pid, startedAt: self?.startedAt });
  for (;;) {
    const last = Math.max(0, ...(await readNumbers(folder, kind)));
    const holder = await findHolder(lockPath(folder, kind, last));
    if (holder !== undefined) throw new FolderHeld(kind, holder, folder);
    const own = lockPath(folder, kind, last + 1);
    if (!(await claim(own, content))) continue;
    // A slow claim may have made a number again that was passed and removed long ago.
    const numbers = await readNumbers(folder, kind);
    const isHighest = Math.max(...numbers) === last + 1;
    const passed = isHighest ? numbers.filter((number) => number <= last) : [last + 1];
    for (const number of passed) await rm(lockPath(folder, kind, number), { force: true });
    if (isHighest) return { release: () => writeFile(own, '{}') };
  }
}

/** The number of the process that holds the folder's lock, if one does. */
export async function holderOf(folder: string, kind = 'hub'): Promise<number | undefined> {
  return findHolder(lockPath(folder, kind, Math.max(0, ...(await readNumbers(folder, kind)))));
}

function lockPath(folder: string, kind: string, number: number): string {
  return join(folder, `${kind}.lock.${number}`);
}

async function readNumbers(folder: string, kind: string): Promise<number[]> {
  const numbers = (await readdir(folder)).map((name) => name.split(`${kind}.lock.`));
  return numbers.flatMap(([before, number]) =>
    before === '' && /^\d+$/.test(number ?? '') ? [Number(number)] : [],
  );
}

/** Links a finished file into place: readers see all of it or none, and one of two claims fails. */
async function claim(path: string, content: string): Promise<boolean> {
  const draft = `${path}.${randomBytes(6).toString('hex')}`;
  await writeFile(draft, content, { mode: 0o644 });
  try {
    await link(draft, path);
    return true;
  } catch (error) {
    if (errorCode(error) !== 'EEXIST') throw error;
    return false;
  } finally {
    await rm(draft);
  }
}

async function findHolder(path: string): Promise<number | undefined> {
  const { pid, startedAt } = parseHolder(await readFile(path, 'utf8').catch(() => ''));
  const holder = pid === undefined ? undefined : await findProcess(pid);
  return holder?.startedAt === startedAt ? holder?.pid : undefined;
}

/** No holder: the lock was released, or cut off by a power cut, which nobody outlived. */
function parseHolder(content: string): { pid?: number; startedAt?: string } {
  try {
    const value: unknown = JSON.parse(content);
    if (typeof value !== 'object' || value === null) return {};
    return {
      ...('pid' in value && typeof value.pid === 'number' && { pid: value.pid }),
      ...('startedAt' in value && typeof value.startedAt === 'string' && { startedAt: value.startedAt }),
    };
  } catch {
    return {};
  }
}
