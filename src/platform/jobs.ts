import { run } from 'graphile-worker';
import { Logger as WorkerLogger } from 'graphile-worker';
import type { Logger } from 'pino';
import { openPool } from './pool.ts';
import { Wires } from './wires.ts';

/** A job that every node offers to run, and one of them runs when its time has come. */
export interface Job {
  name: string;
  /** When: five cron fields, UTC. */
  schedule: string;
  run(): Promise<unknown>;
}

/** Jobs that are looked for until they are stopped. */
export interface JobRunner {
  stop(): Promise<void>;
}

const CONNECTIONS = 3;
/** All runners hear of each new job, and one is due every minute: silence beyond this is a lost connection. */
const SILENCE_MS = 180_000;
const STOP_WITHIN_MS = 2000;

/**
 * The job queue lives in PostgreSQL (schema graphile_worker) and any node takes the next job; a job whose node
 * dies is taken by another. One of the jobs must be due every minute.
 */
export async function startJobs(url: string, jobs: readonly Job[], logger: Logger): Promise<JobRunner> {
  const wires = new Wires({ silenceMs: SILENCE_MS });
  const pool = openPool({ connectionString: url, max: CONNECTIONS }, wires, logger);
  const runner = await run({
    pgPool: pool,
    concurrency: 1,
    noHandleSignals: true,
    pollInterval: 2000,
    taskList: Object.fromEntries(jobs.map((job) => [job.name, async () => void (await job.run())])),
    crontab: jobs.map(({ name, schedule }) => `${schedule} ${name} ?max=3`).join('\n'),
    logger: new WorkerLogger(() => (level, message) => {
      if (level === 'error') logger.error(message);
      else if (level === 'warning') logger.warn(message);
      else logger.debug(message);
    }),
  });
  return {
    /** Lets the job under way come to its end for a moment, then breaks its connections off. */
    stop: async () => {
      const late = setTimeout(() => wires.destroy(), STOP_WITHIN_MS);
      await runner.stop();
      await pool.end();
      clearTimeout(late);
      wires.destroy();
    },
  };
}
