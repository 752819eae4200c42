import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { appendFile, cp, mkdtemp, readFile, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, expect, test } from '@jest/globals';

/** `npm run build` of a folder of its own, as `npm start` and `npm test` begin. */
const FILES = ['src', 'test', 'migrations', 'client', 'examples', 'bench', 'scripts', 'workbench', 'schema'];
const folder = await mkdtemp(join(tmpdir(), 'sinergi-build-'));
for (const name of [...FILES, 'package.json', 'package-lock.json', 'tsconfig.json']) {
  await cp(resolve(name), join(folder, name), { recursive: true });
}
await symlink(resolve('node_modules'), join(folder, 'node_modules'));
afterAll(() => rm(folder, { recursive: true, force: true }));

async function run(args: readonly string[], environment: Record<string, string> = {}) {
  const path = `${resolve('node_modules/.bin')}:${process.env['PATH']}`;
  const child = spawn(process.execPath, args, {
    cwd: folder,
    env: { ...process.env, ...environment, PATH: path },
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (text: Buffer) => (output += String(text)));
  }
  const [code] = (await once(child, 'close')) as [number];
  return { code, output };
}

const build = () => run(['scripts/build.ts']);
/** What the built hub says of a wrong setting: it stands there whole. */
const tryHub = () => run(['dist/src/main.js'], { PORT: 'none' });

test('two builds at once both succeed, and what they leave works; a third finds all of it done', async () => {
  const both = await Promise.all([build(), build()]);
  expect(both.map(({ code }) => code)).toEqual([0, 0]);
  expect((await tryHub()).output).toContain('PORT must be a whole number');
  const stamp = await readFile(join(folder, 'dist/inputs.sha256'), 'utf8');
  expect(await build()).toEqual({ code: 0, output: 'workbench: up to date\n' });
  expect(await readFile(join(folder, 'dist/inputs.sha256'), 'utf8')).toBe(stamp);
});

test('a build that fails leaves what stands there as it is', async () => {
  await appendFile(join(folder, 'src/main.ts'), '\nconst broken: number = "text";\n');
  const failed = await build();
  expect([failed.code !== 0, failed.output]).toEqual([true, expect.stringContaining('src/main.ts')]);
  expect((await tryHub()).output).toContain('PORT must be a whole number');
});
