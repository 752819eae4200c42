import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { withoutRates } from './rates.ts';

const PATIENCE_MS = 180_000;
/** A child gets no variable of the tests but these. */
const { PATH, HOME } = process.env;

/** A command of the hub in a process of its own, as npm starts it. */
export class ChildHub {
  output = '';
  readonly pid: number;
  private readonly child: ChildProcess;
  private readonly ended: Promise<number | NodeJS.Signals>;

  constructor(
    entry: 'main.js' | 'seed/seed.js' | 'tools/verify-books.js' | 'tools/verify-audit.js',
    environment: Record<string, string>,
    args: readonly string[] = [],
    nodeArgs: readonly string[] = [],
  ) {
    const path = fileURLToPath(new URL(`../../src/${entry}`, import.meta.url));
    this.child = spawn(process.execPath, [...nodeArgs, path, ...args], {
      env: { PATH, HOME, ...withoutRates, ...environment },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.pid = this.child.pid!;
    for (const stream of [this.child.stdout!, this.child.stderr!]) {
      stream.setEncoding('utf8').on('data', (text: string) => (this.output += text));
    }
    this.ended = once(this.child, 'close').then(
      ([code, signal]) => (code ?? signal) as number | NodeJS.Signals,
    );
  }

  /** Waits until it has printed that; fails when it ends before, or prints it not at all. */
  async printed(text: string): Promise<void> {
    const late = AbortSignal.timeout(PATIENCE_MS);
    const end = this.ended.then(() => 'end');
    while (!this.output.includes(text)) {
      const more = once(this.child.stdout!, 'data', { signal: late }).then(() => 'more');
      if ((await Promise.race([more, end])) === 'more' || this.output.includes(text)) continue;
      throw new Error(`ended without printing “${text}”, after:\n${this.output}`);
    }
  }

  /** Its exit code, or the signal that ended it. */
  end(): Promise<number | NodeJS.Signals> {
    return this.ended;
  }

  /** SIGSTOP: it does nothing at all until it is let go on; its connections stay. */
  freeze(): void {
    this.child.kill('SIGSTOP');
  }

  thaw(): void {
    this.child.kill('SIGCONT');
  }

  kill(signal: NodeJS.Signals): Promise<number | NodeJS.Signals> {
    this.child.kill(signal);
    return this.ended;
  }
}
