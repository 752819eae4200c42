import type pg from 'pg';

/** When a job last ran to its end, and whether that is longer ago than it may be. */
export interface JobState {
  lastRunAt: string | null;
  late: boolean;
}

/** A job, and how long after its last run it is late. */
export interface WatchedJob {
  name: string;
  lateAfterMinutes: number;
}

/** Makes known which jobs there are, so that one that never runs becomes late too. */
export async function knowJobs(pool: pg.Pool, jobs: readonly WatchedJob[]): Promise<void> {
  await pool.query(
    `insert into job_runs (name, known_since) select name, now() from unnest($1::text[]) as name on conflict do nothing`,
    [jobs.map(({ name }) => name)],
  );
}

/** Writes down that a job has just run to its end. */
export async function noteRun(pool: pg.Pool, name: string): Promise<void> {
  await pool.query(
    `insert into job_runs (name, known_since, last_run_at) values ($1, now(), now())
      on conflict (name) do update set last_run_at = excluded.last_run_at`,
    [name],
  );
}

/** The state of each job, by PostgreSQL's clock. */
export async function statesOf(
  pool: pg.Pool,
  jobs: readonly WatchedJob[],
): Promise<Record<string, JobState>> {
  const { rows } = await pool.query<JobState & { name: string }>(
    `select j.name, to_char(r.last_run_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') as "lastRunAt",
        coalesce(r.last_run_at, r.known_since) < now() - make_interval(mins => j.minutes) as late
      from unnest($1::text[], $2::int[]) as j(name, minutes) join job_runs r on r.name = j.name order by j.name`,
    [jobs.map(({ name }) => name), jobs.map(({ lateAfterMinutes }) => lateAfterMinutes)],
  );
  return Object.fromEntries(rows.map(({ name, lastRunAt, late }) => [name, { lastRunAt, late }]));
}

/**
 * Mends what a node with a clock in the future has left in the schedule: a run that is recorded in the future, after which
 * graphile-worker would schedule no other until that time, and scheduled jobs that wait for then. These are removed, since
 * the schedule enqueues its jobs anew when they are due. Returns how many of both there were.
 */
export async function healSchedule(pool: pg.Pool, jobs: readonly WatchedJob[]): Promise<number> {
  const names = jobs.map(({ name }) => name);
  const { rows } = await pool.query<{ healed: number }>(
    `with recorded as (
        update graphile_worker._private_known_crontabs set last_execution = null
        where identifier = any($1) and last_execution > now() + interval '1 minute' returning identifier),
      waiting as (
        delete from graphile_worker._private_jobs j using graphile_worker._private_tasks t
        where t.id = j.task_id and t.identifier = any($1) and j.run_at > now() + interval '5 minutes'
          and j.locked_at is null and j.payload::jsonb ? '_cron' returning j.id)
      select ((select count(*) from recorded) + (select count(*) from waiting))::int as healed`,
    [names],
  );
  return rows[0]!.healed;
}
