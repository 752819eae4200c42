// `npm run build`: compiles the hub and its tests, and builds the page, unless both stand there already. Builds of one folder
// wait for each other, and what is finished is put in place at once: two starts, or a start beside a hub that runs, do not
// break each other.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { FolderHeld, lockFolder } from '../src/platform/embedded/lock.ts';

const OUT = 'dist';
const INPUTS = ['src', 'test', 'migrations', 'client', 'examples', 'bench', 'scripts'];
const SINGLE_INPUTS = ['tsconfig.json', 'package-lock.json'];
/** Holds the hash of the inputs that the folder was compiled from. */
const STAMP = join(OUT, 'inputs.sha256');
const WAIT_MS = 200;

function hashOfInputs(): string {
  const files = INPUTS.flatMap((folder) =>
    readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name)),
  );
  const hash = createHash('sha256');
  for (const file of [...files.toSorted(), ...SINGLE_INPUTS]) {
    hash.update(file).update('\0').update(readFileSync(file)).update('\0');
  }
  return hash.digest('hex');
}

function isUpToDate(inputs: string): boolean {
  return (
    existsSync(STAMP) &&
    readFileSync(STAMP, 'utf8') === inputs &&
    INPUTS.every((folder) => existsSync(join(OUT, folder)))
  );
}

function run(command: string, ...args: string[]): void {
  const { status } = spawnSync(command, args, { stdio: 'inherit' });
  if (status !== 0) process.exit(status ?? 1);
}

/** Compiles beside what stands there, and changes places when all of it is finished. */
function compile(inputs: string): void {
  const draft = join(OUT, `draft.${process.pid}`);
  const old = join(OUT, `old.${process.pid}`);
  process.once('exit', () =>
    [draft, old].forEach((folder) => rmSync(folder, { recursive: true, force: true })),
  );
  run('tsc', '-p', '.', '--outDir', draft);
  rmSync(STAMP, { force: true });
  mkdirSync(old, { recursive: true });
  for (const folder of INPUTS) {
    if (existsSync(join(OUT, folder))) renameSync(join(OUT, folder), join(old, folder));
    renameSync(join(draft, folder), join(OUT, folder));
  }
  writeFileSync(STAMP, inputs);
}

/** Waits until no other build of this folder runs. */
async function lockBuild(): ReturnType<typeof lockFolder> {
  mkdirSync(OUT, { recursive: true });
  for (;;) {
    try {
      return await lockFolder(OUT, 'build');
    } catch (error) {
      if (!(error instanceof FolderHeld)) throw error;
      await delay(WAIT_MS);
    }
  }
}

const lock = await lockBuild();
const inputs = hashOfInputs();
if (!isUpToDate(inputs)) compile(inputs);
run('node', 'workbench/build.ts');
await lock.release();
