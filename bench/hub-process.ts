import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { once } from 'node:events';
import type { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { type Ground, TOKEN_SECRET, WITHOUT_RATES } from './ground.ts';

const PATIENCE_MS = 20_000;
/** As `npm start` runs it. */
export const NODE_OPTIONS = ['--max-semi-space-size=16', '--max-old-space-size=256'];

export interface HubProcess {
  readonly pid: number;
  /** Its HTTP address. */
  readonly url: string;
  stop(): Promise<void>;
}

/** The address that the hub prints when it is open. */
function printedUrl(hub: ChildProcessByStdio<null, Readable, null>): Promise<string> {
  let text = '';
  return new Promise((resolve, reject) => {
    hub.stdout.setEncoding('utf8').on('data', (chunk: string) => {
      text += chunk;
      const url = /http:\/\/127\.0\.0\.1:\d+/.exec(text)?.[0];
      if (url !== undefined) resolve(url);
    });
    hub.once('exit', () => reject(new Error(`the hub ended before it was open:\n${text}`)));
  });
}

/** Starts the hub on the ground in a process of its own. */
export function startHubProcess({ url }: Ground): Promise<HubProcess> {
  return startHubWith({ DATABASE_URL: url, TOKEN_SECRET });
}

/** Starts a hub with these settings in a process of its own; nobody is refused for asking too often. */
export async function startHubWith(settings: Readonly<Record<string, string>>): Promise<HubProcess> {
  const main = fileURLToPath(new URL('../src/main.js', import.meta.url));
  const hub = spawn(process.execPath, [...NODE_OPTIONS, main], {
    env: { PATH: process.env['PATH'], PORT: '0', LOG_LEVEL: 'warn', ...WITHOUT_RATES, ...settings },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const kill = () => hub.kill('SIGKILL');
  process.once('exit', kill);
  const ended = once(hub, 'exit').finally(() => process.off('exit', kill));
  const url = await printedUrl(hub);
  return {
    pid: hub.pid!,
    url,
    stop: async () => {
      hub.kill('SIGTERM');
      const timer = setTimeout(kill, PATIENCE_MS);
      await ended;
      clearTimeout(timer);
    },
  };
}
