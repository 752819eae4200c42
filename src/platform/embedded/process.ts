import { readFile } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { runCommand } from './command.ts';

/** A process that runs now. A number alone says little, since numbers are given again. */
export interface ProcessIdentity {
  readonly pid: number;
  /** Opaque; with `pid` it names one process for good, across reboots too. */
  readonly startedAt: string;
  /** Program and arguments, joined by spaces. */
  readonly commandLine: string;
}

/**
 * The process with this number, or `undefined` if none runs. One that only waits to be reaped counts as gone.
 */
export function findProcess(pid: number): Promise<ProcessIdentity | undefined> {
  return process.platform === 'linux' ? findOnLinux(pid) : findByPs(pid);
}

async function findOnLinux(pid: number): Promise<ProcessIdentity | undefined> {
  try {
    const stat = await readFile(`/proc/${pid}/stat`, 'latin1');
    const commandLine = await readFile(`/proc/${pid}/cmdline`, 'utf8');
    const boot = await readFile('/proc/sys/kernel/random/boot_id', 'latin1').catch(() => '');
    // The second field, the program's name, may itself hold spaces and brackets. Fields: man 5 proc.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    const [state, startTicks] = [fields[0], fields[19]];
    if (state === 'Z' || state === 'X') return undefined;
    return {
      pid,
      startedAt: `${boot.trim()}:${startTicks}`,
      commandLine: commandLine.split('\0').join(' ').trim(),
    };
  } catch {
    return undefined;
  }
}

async function findByPs(pid: number): Promise<ProcessIdentity | undefined> {
  const column = (name: string) => runCommand('ps', ['-ww', '-o', `${name}=`, '-p', String(pid)]);
  const [state, start, command] = await Promise.all([column('stat'), column('lstart'), column('command')]);
  if (!state.ok || state.output === '' || state.output.startsWith('Z')) return undefined;
  return { pid, startedAt: start.output, commandLine: command.output };
}

export async function isRunning(identity: ProcessIdentity): Promise<boolean> {
  return (await findProcess(identity.pid))?.startedAt === identity.startedAt;
}

/** Asks every 20 ms. Returns whether the condition came true in time. */
export async function waitUntil(condition: () => Promise<boolean>, timeoutMs: number): Promise<boolean> {
  const deadline = performance.now() + timeoutMs;
  while (!(await condition())) {
    if (performance.now() > deadline) return false;
    await delay(20);
  }
  return true;
}
