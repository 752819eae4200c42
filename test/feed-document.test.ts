import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';

const page = readFileSync('docs/feed.md', 'utf8');
const rows = page.split('\n').filter((line) => /^\| .* \| .*“/.test(line));
const named = [...page.matchAll(/([a-z-]+): “([^”]+)”/g)].map(([, file, title]) => ({ file, title }));
const files = ['test', 'test/suites'].flatMap((folder) =>
  readdirSync(folder).map((file) => ({ file, path: `${folder}/${file}` })),
);
const sources = new Map(
  files
    .filter(({ file }) => file.endsWith('.test.ts'))
    .map(({ file, path }) => [file.replace(/\.test\.ts$/, ''), readFileSync(path, 'utf8')]),
);

test('every promise of docs/feed.md names a test that is there', () => {
  expect(rows.length).toBeGreaterThanOrEqual(20);
  const missing = named.filter(({ file, title }) => {
    const source = sources.get(file!) ?? '';
    // A title that a table makes is written there with its placeholders.
    return !source.includes(title!) && !source.includes(title!.replace(/^\w+\((\w+):\)/, '%s(%s:)'));
  });
  expect(missing).toEqual([]);
});

test('every promise of docs/feed.md is held by some test', () => {
  const promises = page.split('\n').filter((line) => /^\| [A-Z“`]/.test(line) && !line.startsWith('| close'));
  expect(promises.filter((line) => !line.includes('“'))).toEqual([]);
});
