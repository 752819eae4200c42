// `npm run dev`: compiles what changes and restarts the hub with it. Node waits for the hub to end before it starts
// the next, so the embedded database is stopped and started cleanly in between, within seconds. Options go to the hub.
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';

const COMPILED = /Watching for file changes/;
const HUB = ['--enable-source-maps', '--watch', '--watch-preserve-output', 'dist/src/main.js'];

let hub: ChildProcess | undefined;

spawnSync('node', ['workbench/build.ts'], { stdio: 'inherit' });
// Each in a process group of its own, so that Ctrl-C reaches them through us alone, and once.
const compiler = spawn('tsc', ['-p', '.', '--watch', '--preserveWatchOutput'], {
  stdio: ['ignore', 'pipe', 'inherit'],
  detached: true,
});
compiler.stdout.setEncoding('utf8').on('data', (text: string) => {
  process.stdout.write(text);
  if (!COMPILED.test(text)) return;
  hub ??= spawn('node', [...HUB, ...process.argv.slice(2)], { stdio: 'inherit', detached: true });
});

function send(signal: NodeJS.Signals, pid: number | undefined): void {
  try {
    if (pid !== undefined) process.kill(pid, signal);
  } catch {
    // It has ended by itself.
  }
}

for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.on(signal, () => {
    // tsc's wrapper does not pass signals on, so its whole group gets it; Node's watch does, and waits for the hub.
    send('SIGTERM', compiler.pid === undefined ? undefined : -compiler.pid);
    send('SIGTERM', hub?.pid);
  });
}
