import { type Runner, run } from 'graphile-worker';
import { Logger as WorkerLogger } from 'graphile-worker';
import type pg from 'pg';
import type { Logger } from 'pino';
import { healSchedule, type JobState, knowJobs, noteRun, statesOf, type WatchedJob } from './job-runs.ts';
import { openPool } from './pool.ts';
import { Wires } from './wires.ts';

/** A job that every node offers to run, and one of them runs when its time has come. */
export interface Job extends WatchedJob {
  /** When: five cron fields, UTC. */
  schedule: string;
  run(): Promise<unknown>;
}

export interface JobOptions {
  url: string;
  jobs: readonly Job[];
  /** Whether this node's clock is right: the schedule goes by it, so that a node with a wrong one takes no jobs. */
  isClockRight: () => boolean;
  logger: Logger;
}

const CONNECTIONS = 3;
/** All runners hear of each new job, and one is due every minute: silence beyond this is a lost connection. */
const SILENCE_MS = 180_000;
const STOP_WITHIN_MS = 2000;
/** How often it is asked whether this node's clock is right, and how often the schedule is looked at. */
const CLOCK_LOOK_MS = 1000;
const SCHEDULE_LOOK_MS = 5000;

/**
 * Jobs that are looked for until they are stopped. The job queue lives in PostgreSQL (schema graphile_worker) and any node
 * whose clock is right takes the next job; a job whose node dies is taken by another. One of the jobs must be due every
 * minute.
 */
export class JobRunner {
  private readonly options: JobOptions;
  private readonly wires = new Wires({ silenceMs: SILENCE_MS });
  private readonly pool: pg.Pool;
  private runner: Runner | null = null;
  private known: Record<string, JobState> = {};
  private timer: NodeJS.Timeout | undefined;
  private turning: Promise<void> | null = null;
  private lookedAt = -Infinity;

  private constructor(options: JobOptions) {
    this.options = options;
    this.pool = openPool({ connectionString: options.url, max: CONNECTIONS }, this.wires, options.logger);
  }

  static async start(options: JobOptions): Promise<JobRunner> {
    const jobs = new JobRunner(options);
    try {
      await knowJobs(jobs.pool, options.jobs);
      await jobs.followClock();
    } catch (error) {
      await jobs.stop();
      throw error;
    }
    jobs.timer = setInterval(() => {
      jobs.turning ??= jobs.turn().finally(() => (jobs.turning = null));
    }, CLOCK_LOOK_MS);
    jobs.timer.unref();
    return jobs;
  }

  /** When each job last ran on any node, as of a few seconds ago. */
  get states(): Readonly<Record<string, JobState>> {
    return this.known;
  }

  /** Lets the job under way come to its end for a moment, then breaks its connections off. */
  async stop(): Promise<void> {
    clearInterval(this.timer);
    const late = setTimeout(() => this.wires.destroy(), STOP_WITHIN_MS);
    await this.turning;
    await this.stopTaking();
    await this.pool.end();
    clearTimeout(late);
    this.wires.destroy();
  }

  private async turn(): Promise<void> {
    const { logger } = this.options;
    try {
      await this.followClock();
      if (performance.now() - this.lookedAt >= SCHEDULE_LOOK_MS) await this.look();
    } catch (error) {
      logger.warn({ err: error }, 'the schedule of jobs could not be looked at; it is tried again');
    }
  }

  private async followClock(): Promise<void> {
    if (!this.options.isClockRight()) await this.stopTaking();
    else if (this.runner === null) {
      const runner = await this.take();
      this.runner = runner;
      // One that ends by itself is begun anew at the next turn.
      const ended = () => {
        if (this.runner === runner) this.runner = null;
      };
      runner.promise.then(ended, ended);
    }
  }

  private take(): Promise<Runner> {
    const { jobs, logger } = this.options;
    return run({
      pgPool: this.pool,
      concurrency: 1,
      noHandleSignals: true,
      pollInterval: 2000,
      taskList: Object.fromEntries(jobs.map((job) => [job.name, () => this.perform(job)])),
      crontab: jobs.map(({ name, schedule }) => `${schedule} ${name} ?max=3`).join('\n'),
      logger: new WorkerLogger(() => (level, message) => {
        if (level === 'error') logger.error(message);
        else if (level === 'warning') logger.warn(message);
        else logger.debug(message);
      }),
    });
  }

  private async stopTaking(): Promise<void> {
    const { runner } = this;
    this.runner = null;
    await runner?.stop();
  }

  private async perform(job: Job): Promise<void> {
    await job.run();
    await noteRun(this.pool, job.name);
  }

  /** Heals the schedule, and logs which jobs have become late. */
  private async look(): Promise<void> {
    const { jobs, isClockRight, logger } = this.options;
    this.lookedAt = performance.now();
    const healed = isClockRight() ? await healSchedule(this.pool, jobs) : 0;
    if (healed > 0) logger.warn({ healed }, 'the schedule of jobs had entries in the future; it is healed');
    const before = this.known;
    this.known = await statesOf(this.pool, jobs);
    for (const [job, { late, lastRunAt }] of Object.entries(this.known)) {
      if (late && before[job]?.late !== true) logger.warn({ job, lastRunAt }, 'a job is late');
    }
  }
}
