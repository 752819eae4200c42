import { readFileSync } from 'node:fs';

const table = readFileSync('docs/conformance.md', 'utf8')
  .split('\n')
  .filter((line) => line.startsWith('| '))
  .map((line) => line.slice(2, -2).split(' | '));

const versionOf = (name: string): string =>
  (JSON.parse(readFileSync(`node_modules/${name}/package.json`, 'utf8')) as { version: string }).version;

/** What docs/conformance.md says of a package: its version there, and the figures behind it. */
export function toldOf(name: string): string[] {
  const row = table.find(([first]) => first === `\`${name}\``);
  if (row === undefined) throw new Error(`docs/conformance.md does not speak of ${name}`);
  return row.slice(1);
}

/** What that row must say. */
export function measured(name: string, ...figures: string[]): string[] {
  return [versionOf(name), ...figures];
}
