import { run, type Runner } from 'graphile-worker';
import { Logger as WorkerLogger } from 'graphile-worker';
import type { Logger } from 'pino';

/** A job that every node offers to run, and one of them runs when its time has come. */
export interface Job {
  name: string;
  /** When: five cron fields, UTC. */
  schedule: string;
  run(): Promise<unknown>;
}

/**
 * The job queue lives in PostgreSQL (schema graphile_worker) and any node takes the next job; a job whose node
 * dies is taken by another.
 */
export async function startJobs(url: string, jobs: readonly Job[], logger: Logger): Promise<Runner> {
  return run({
    connectionString: url,
    maxPoolSize: 3,
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
}
