import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { once } from 'node:events';
import type { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { type Ground, TOKEN_SECRET, WITHOUT_RATES } from './ground.ts';

const PATIENCE_MS = 20_000;
/** As `npm start` runs it. */
const NODE_OPTIONS = ['--max-semi-space-size=16', '--max-old-space-size=256'];

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
export async function startHubProcess({ url: databaseUrl }: Ground): Promise<HubProcess> {
  const main = fileURLToPath(new URL('../src/main.js', import.meta.url));
  const hub = spawn(process.execPath, [...NODE_OPTIONS, main], {
    env: { PORT: '0', DATABASE_URL: databaseUrl, TOKEN_SECRET, LOG_LEVEL: 'warn', ...WITHOUT_RATES },
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
