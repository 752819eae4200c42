import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { isRecord } from '../../kernel/record.ts';
import { operationId } from './persisted-operations.ts';

/** Pairs of id and text, of a manifest of Apollo's or of an object of texts by their ids, as Relay and others write it. */
function pairsOf(manifest: unknown): [id: unknown, text: unknown][] | null {
  if (!isRecord(manifest)) return null;
  const { operations } = manifest;
  if (!Array.isArray(operations)) return Object.entries(manifest);
  return operations.map((one: unknown) => (isRecord(one) ? [one['id'], one['body']] : [null, null]));
}

async function textsIn(path: string): Promise<string[]> {
  const pairs = pairsOf(await readFile(path, 'utf8').then((json): unknown => JSON.parse(json)));
  if (pairs === null) throw new Error(`${path} is no manifest of operations: it must hold a JSON object`);
  return pairs.map(([id, text]) => {
    if (typeof text === 'string' && id === operationId(text)) return text;
    throw new Error(`${path}: the id “${String(id)}” is not the SHA-256 of its operation’s text, in hex`);
  });
}

/** The texts of a manifest, or of all manifests (`*.json`) in a folder. Throws an Error that names the file. */
export async function readManifests(path: string): Promise<string[]> {
  const isFolder = (await stat(path)).isDirectory();
  const names = isFolder ? (await readdir(path)).filter((name) => name.endsWith('.json')).toSorted() : [];
  const files = isFolder ? names.map((name) => join(path, name)) : [path];
  return (await Promise.all(files.map(textsIn))).flat();
}
