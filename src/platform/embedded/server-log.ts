import { open, readFile, rename } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import type { RunAs } from './command.ts';
import { giveTo, statOrUndefined } from './files.ts';

const maxBytes = 10_000_000;

/**
 * Opens the log for a server to append to. One that grew past 10 MB is kept as `.1`, in place of an older
 * one.
 */
export async function openServerLog(path: string, owner: RunAs | undefined): Promise<FileHandle> {
  const present = await statOrUndefined(path);
  if (present && present.size > maxBytes) await rename(path, `${path}.1`);
  const file = await open(path, 'a', 0o600);
  await giveTo(path, owner);
  return file;
}

/** The last ten lines after `start` (bytes). */
export async function readTail(path: string, start: number): Promise<string> {
  const text = (await readFile(path)).subarray(start).toString('utf8');
  return text.trim().split('\n').slice(-10).join('\n');
}
