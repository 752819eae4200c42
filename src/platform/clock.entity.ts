import { defineEntity, p } from '@mikro-orm/core';
import { instant, key } from './columns.ts';

export const MovedClockSchema = defineEntity({
  name: 'MovedClock',
  tableName: 'moved_clock',
  properties: { id: p.integer().primary().autoincrement(false), at: instant() },
  checks: [{ name: 'moved_clock_is_one_row', expression: 'id = 1' }],
});
/** The time that `sinergi_now()` returns instead of the real one. No transaction can commit a row. */
export class MovedClock extends MovedClockSchema.class {}
MovedClockSchema.setClass(MovedClock);

export const JobRunSchema = defineEntity({
  name: 'JobRun',
  tableName: 'job_runs',
  properties: { name: key().primary(), knownSince: instant(), lastRunAt: instant().nullable() },
});
/** When a job last ran to its end, on whichever node; null until it did. */
export class JobRun extends JobRunSchema.class {}
JobRunSchema.setClass(JobRun);
