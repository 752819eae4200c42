import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';

/** Where the README says that the hub listens. */
const SAID_URL = 'http://127.0.0.1:4000';
/** The README asks for curl; a machine that only has what `npm ci` needs may lack it. */
const curl = fileURLToPath(new URL('curl.js', import.meta.url));
const CURL_OR_ELSE = `command -v curl >/dev/null || curl() { '${process.execPath}' '${curl}' "$@"; }`;

/** The commands of one section of the README: its indented lines. */
export async function commandsOf(section: string): Promise<string> {
  const readme = await readFile('README.md', 'utf8');
  const [, body] = readme.split(`## ${section}\n`);
  if (body === undefined) throw new Error(`README.md has no section “${section}”`);
  const lines = body.split(/^## /m)[0]!.split('\n');
  return lines
    .filter((line) => line.startsWith('    '))
    .map((line) => line.slice(4))
    .join('\n');
}

/** Runs commands of the README in a shell against that hub; what they printed, answer by answer. */
export async function answersOf(commands: string, url: string): Promise<unknown[]> {
  const script = `set -eu\n${CURL_OR_ELSE}\nTOKEN=\n${commands.replaceAll(SAID_URL, url)}`;
  const { PATH } = process.env;
  const shell = spawn('sh', ['-c', script], { env: { PATH }, stdio: ['ignore', 'pipe', 'pipe'] });
  const ended = once(shell, 'close');
  const [printed, complained] = await Promise.all([text(shell.stdout), text(shell.stderr)]);
  const [code] = (await ended) as [number | null];
  if (code !== 0 || complained !== '') throw new Error(`ended with ${code}: ${complained}\n${printed}`);
  return printed
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => (JSON.parse(line) as { data: unknown }).data);
}
