import { setTimeout as delay } from 'node:timers/promises';
import type { Binaries } from './binaries.ts';
import { prepareDatabase } from './database.ts';
import type { Placement } from './placement.ts';
import { findFreePort } from './port.ts';
import { findPostmaster, isReady, launchPostmaster, LaunchError, stopPostmaster } from './postmaster.ts';
import type { Postmaster } from './postmaster.ts';
import { waitUntil } from './process.ts';
import { serverArguments } from './settings.ts';

export interface ServerOptions {
  readonly placement: Placement;
  readonly binaries: Binaries;
  readonly secret: string;
  readonly settings: Readonly<Record<string, string>>;
  /** A free one if absent. */
  readonly port: number | undefined;
  readonly logPath: string;
  readonly log: (message: string) => void;
}

/** Crash recovery replays at most about 1 GB of log (max_wal_size). */
const readyTimeoutMs = 60_000;

/** For obstacles that pass by themselves. */
const retryForMs = 10_000;

/**
 * A running server with the hub's database: the one that a killed hub left behind if it is what we would
 * start, otherwise a new one.
 */
export async function adoptOrLaunch(options: ServerOptions): Promise<Postmaster> {
  const running = await findPostmaster(options.placement.clusterDir);
  if (running && (await adopt(running, options))) return running;
  if (running) await stopPostmaster(running.process);
  const launched = await launchWithRetries(options);
  try {
    await prepareDatabase(launched.port, options.secret);
    return launched;
  } catch (error) {
    await stopPostmaster(launched.process);
    throw new Error('PostgreSQL started, but its database could not be prepared', { cause: error });
  }
}

async function adopt(running: Postmaster, options: ServerOptions): Promise<boolean> {
  const { placement, port, secret, log } = options;
  const wanted = commandLine(options, port ?? running.port);
  if (running.process.commandLine !== wanted.join(' ')) {
    log(`restarting PostgreSQL (pid ${running.process.pid}), which a former hub left with other settings`);
    return false;
  }
  try {
    const ready = await waitUntil(() => isReady(placement.clusterDir, running.process.pid), readyTimeoutMs);
    if (!ready) throw new Error('not ready');
    await prepareDatabase(running.port, secret);
    log(`took over PostgreSQL (pid ${running.process.pid}), which a former hub left running`);
    return true;
  } catch (error) {
    log(`restarting PostgreSQL (pid ${running.process.pid}) of a former hub, which fails: ${String(error)}`);
    return false;
  }
}

function commandLine({ placement, binaries, settings }: ServerOptions, port: number): string[] {
  const { clusterDir } = placement;
  return [binaries.postgres, ...serverArguments({ clusterDir, port, settings, version: binaries.version })];
}

async function launchWithRetries(options: ServerOptions): Promise<Postmaster> {
  const { placement, logPath } = options;
  const deadline = performance.now() + retryForMs;
  for (;;) {
    const port = options.port ?? (await findFreePort());
    const [postgres = '', ...args] = commandLine(options, port);
    try {
      return await launchPostmaster({ ...placement, postgres, args, port, logPath, readyTimeoutMs });
    } catch (error) {
      if (performance.now() > deadline || !mayPass(error, options.port)) throw error;
      await delay(100);
    }
  }
}

/** A port that was free is taken, or backends of a killed server have not ended yet. */
function mayPass(error: unknown, givenPort: number | undefined): boolean {
  if (!(error instanceof LaunchError)) return false;
  if (error.serverLog.includes('Address already in use')) return givenPort === undefined;
  return error.serverLog.includes('shared memory block');
}
