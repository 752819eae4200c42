// Builds the page into dist/workbench, unless what is there was built from the same inputs.
import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { promisify } from 'node:util';
import { brotliCompress, constants, gzip } from 'node:zlib';
import { bundle, type Bundles } from './bundle.ts';

const ROOT = join(import.meta.dirname, '..');
const OUT = join(ROOT, 'dist/workbench');
/** Holds the hash of the inputs that the folder was built from. */
const STAMP = 'inputs.sha256';
const INPUTS = ['workbench', 'schema/operations', 'package-lock.json'];
const COMPRESSIBLE = /\.(js|css|html|svg|ttf)$/;

function listFiles(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .toSorted();
}

function hashInputs(): string {
  const paths = INPUTS.map((input) => join(ROOT, input)).filter((path) =>
    statSync(path, { throwIfNoEntry: false }),
  );
  const files = paths.flatMap((path) => (statSync(path).isFile() ? [path] : listFiles(path)));
  const hash = createHash('sha256');
  for (const file of files) {
    hash.update(relative(ROOT, file)).update('\0').update(readFileSync(file)).update('\0');
  }
  return hash.digest('hex');
}

function isUpToDate(inputs: string): boolean {
  try {
    return readFileSync(join(OUT, STAMP), 'utf8') === inputs;
  } catch {
    return false;
  }
}

function writeIndex(out: string, { script, styles, icon }: Bundles): void {
  const assets: Record<string, string> = { script, styles, icon };
  const template = readFileSync(join(import.meta.dirname, 'page/index.html'), 'utf8');
  const html = template.replaceAll(
    /\{\{(\w+)\}\}/g,
    (_text, name: string) => `workbench/assets/${assets[name]}`,
  );
  writeFileSync(join(out, 'index.html'), html);
}

/** Writes a .br and a .gz beside each file, for a server that can pick one by Accept-Encoding. */
async function compress(out: string): Promise<void> {
  const brotliQuality = { params: { [constants.BROTLI_PARAM_QUALITY]: 6 } };
  const files = listFiles(out).filter((file) => COMPRESSIBLE.test(file));
  const writes = files.map(async (file) => {
    const content = readFileSync(file);
    writeFileSync(`${file}.br`, await promisify(brotliCompress)(content, brotliQuality));
    writeFileSync(`${file}.gz`, await promisify(gzip)(content));
  });
  await Promise.all(writes);
}

/** Puts the finished folder in place; a server that starts at the same time may have been faster. */
function publish(built: string): void {
  rmSync(OUT, { recursive: true, force: true });
  try {
    renameSync(built, OUT);
  } catch (error) {
    rmSync(built, { recursive: true, force: true });
    if (!statSync(join(OUT, STAMP), { throwIfNoEntry: false })) throw error;
  }
}

function sizeKilobytes(files: string[]): number {
  return Math.round(files.reduce((sum, file) => sum + statSync(file).size, 0) / 1000);
}

const startedAt = performance.now();
const inputs = hashInputs();
if (isUpToDate(inputs)) {
  console.log('workbench: up to date');
} else {
  const draft = `${OUT}.${process.pid}`;
  mkdirSync(draft, { recursive: true });
  writeIndex(draft, await bundle(draft));
  await compress(draft);
  writeFileSync(join(draft, STAMP), inputs);
  publish(draft);
  const files = listFiles(OUT);
  const plain = sizeKilobytes(files.filter((file) => COMPRESSIBLE.test(file)));
  const packed = sizeKilobytes(files.filter((file) => file.endsWith('.br')));
  const seconds = ((performance.now() - startedAt) / 1000).toFixed(1);
  console.log(`workbench: built in ${seconds} s, ${plain} kB (${packed} kB compressed)`);
}
