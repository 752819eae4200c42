// `npm run release-check`: what has to be true of the packages before a release. Writes dist/sbom.cdx.json (CycloneDX).
// Ends with 1 when something is wrong, and also when something could not be found out.
import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bundle } from '../workbench/bundle.ts';
import { bundleVerdict } from './bundle-rules.ts';
import {
  auditVerdict,
  billVerdict,
  licencesOf,
  type Lockfile,
  type Verdict,
  withoutDevelopment,
} from './release-rules.ts';

const BILL = 'dist/sbom.cdx.json';
const MAX_OUTPUT_BYTES = 64 * 1024 * 1024;

/** What npm prints, whatever its exit code: `npm audit` fails when it finds something. */
function npm(args: readonly string[], cwd = '.'): Promise<string> {
  return new Promise((resolve) => {
    execFile('npm', args, { cwd, maxBuffer: MAX_OUTPUT_BYTES }, (_error, stdout) => resolve(stdout));
  });
}

async function readJson<T>(path: string): Promise<T> {
  return JSON.parse(await readFile(path, 'utf8')) as T;
}

const lock = await readJson<Lockfile>('package-lock.json');

function licences(): Promise<Verdict> {
  const { counts, refused } = licencesOf(lock.packages);
  if (refused.length > 0) return Promise.resolve({ ok: false, said: `not allowed: ${refused.join('; ')}` });
  const said = Object.entries(counts).toSorted(([, a], [, b]) => b - a);
  return Promise.resolve({
    ok: true,
    said: said.map(([licence, count]) => `${count} ${licence}`).join(', '),
  });
}

async function bill(): Promise<Verdict> {
  const folder = await mkdtemp(join(tmpdir(), 'sinergi-'));
  try {
    const { devDependencies: _, ...manifest } = await readJson<{ devDependencies?: object }>('package.json');
    await writeFile(join(folder, 'package.json'), JSON.stringify(manifest));
    await writeFile(join(folder, 'package-lock.json'), JSON.stringify(withoutDevelopment(lock)));
    const text = await npm(['sbom', '--sbom-format', 'cyclonedx', '--package-lock-only'], folder);
    if (text === '') return { ok: false, said: 'npm sbom wrote nothing; run it by hand to see why' };
    await mkdir('dist', { recursive: true });
    await writeFile(BILL, text);
    const { ok, said } = billVerdict(text, lock.packages);
    return { ok, said: `${BILL}: ${said}` };
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** The page as it is built, by the files that it is made of. */
async function page(): Promise<Verdict> {
  const folder = await mkdtemp(join(tmpdir(), 'sinergi-'));
  try {
    const { inputs } = await bundle(folder);
    const paths = inputs.filter((path) => !path.startsWith('<'));
    const files = paths.map(async (path) => ({ path, text: await readFile(path, 'utf8') }));
    return bundleVerdict(await Promise.all(files), lock.packages);
  } finally {
    await rm(folder, { recursive: true });
  }
}

const checks: [name: string, check: () => Promise<Verdict>][] = [
  ['known vulnerabilities', async () => auditVerdict(await npm(['audit', '--omit=dev', '--json']))],
  ['licences', licences],
  ['bill of materials', bill],
  ['bundle of the page', page],
];

for (const [name, check] of checks) {
  const { ok, said } = await check();
  console.log(`${ok ? '✓' : '✗'} ${name}: ${said}`);
  if (!ok) process.exitCode = 1;
}
