import { chmod, chown, lstat, mkdir, open, rename, stat } from 'node:fs/promises';
import type { Stats } from 'node:fs';
import { dirname } from 'node:path';
import type { RunAs } from './command.ts';

/**
 * The code of a system error (`ENOENT`). Not by `instanceof`: a test's realm has an Error class of its own.
 */
export function errorCode(error: unknown): string | undefined {
  return typeof error === 'object' && error !== null && 'code' in error ? String(error.code) : undefined;
}

function absentIsUndefined(error: unknown): undefined {
  if (errorCode(error) === 'ENOENT') return undefined;
  throw error;
}

export function statOrUndefined(path: string): Promise<Stats | undefined> {
  return stat(path).catch(absentIsUndefined);
}

export function lstatOrUndefined(path: string): Promise<Stats | undefined> {
  return lstat(path).catch(absentIsUndefined);
}

/**
 * Makes a folder with this mode whatever the umask. One that exists keeps its mode: it may be somebody's
 * home.
 */
export async function makeFolder(path: string, mode: number): Promise<void> {
  if (await makeMissing(path, mode)) await chmod(path, mode);
}

/**
 * With the folders around it; false when it was there. Step by step, since Node's recursive mkdir never comes back
 * from a file system that takes no folders, such as /proc.
 */
async function makeMissing(path: string, mode: number): Promise<boolean> {
  try {
    await mkdir(path, { mode });
    return true;
  } catch (error) {
    if (errorCode(error) === 'EEXIST' && (await stat(path)).isDirectory()) return false;
    const isOrphan = errorCode(error) === 'ENOENT' && (await statOrUndefined(dirname(path))) === undefined;
    if (!isOrphan) throw error;
  }
  await makeMissing(dirname(path), mode);
  return makeMissing(path, mode);
}

export async function giveTo(path: string, owner: RunAs | undefined): Promise<void> {
  if (owner) await chown(path, owner.uid, owner.gid);
}

async function syncFolder(path: string): Promise<void> {
  await using folder = await open(path, 'r');
  await folder.sync();
}

/** A rename that outlives a power cut. Both paths are in one file system. */
export async function renameDurably(from: string, to: string): Promise<void> {
  await rename(from, to);
  await syncFolder(dirname(to));
}
