import { isCommitted, type PlannedPledge } from './planned-pledge.ts';

/**
 * When the demo's past happened. Days are counted from today, day 0; a fraction is a part of a working day, from
 * 8:00 to 16:00 in Banten. All of it lies before today, so that nothing is later than the load itself.
 */
const WIB_OFFSET_MS = 7 * 3_600_000;
const DAY_MS = 86_400_000;
const WORK_BEGINS_MS = 8 * 3_600_000;
const WORK_MS = 8 * 3_600_000;

/** The first day of the demo's past. */
export const FIRST_DAY = -60;
const NEEDS_FROM_DAY = -59;
const NEEDS_DAYS = 8;
/** Those that must expire until today have their 14 days to commit, or 14 days of grace, behind them. */
const EARLY_FROM_DAY = -50;
const EARLY_DAYS = 28;
/** Those that stay undecided have most of their 14 days ahead. */
const LATE_FROM_DAY = -6;
const LATE_DAYS = 5.5;
const PLEDGE_DAYS = 14;
const GRACE_DAYS = 14;
/** By when a commitment to a need without a due date is to be delivered, in days from today. */
const USUAL_DUE_DAY = 60;

export type StepKind =
  | 'CLAIM'
  | 'COMMIT'
  | 'REPORT'
  | 'VERIFY'
  | 'DISPUTE'
  | 'WITHDRAW'
  | 'DECLINE'
  | 'CANCEL_NEED'
  | 'EXPIRE';

/** One thing that somebody does, or the clock. */
export interface Step {
  day: number;
  kind: StepKind;
  pledgeIndex: number;
  /** Of a REPORT: which of the pledge's deliveries it is. */
  deliveryIndex: number;
}

/** The instant of a day; `today` is YYYY-MM-DD in Banten. */
export function momentOf(today: string, day: number): Date {
  const midnight = Date.parse(`${today}T00:00:00Z`) - WIB_OFFSET_MS;
  const whole = Math.floor(day);
  return new Date(midnight + whole * DAY_MS + WORK_BEGINS_MS + (day - whole) * WORK_MS);
}

/** The day on which each of `count` needs is published, in their order. */
export function publicationDay(index: number, count: number): number {
  return NEEDS_FROM_DAY + (NEEDS_DAYS * index) / count;
}

/** The day by which a pledge that is committed on `day` is to be delivered, counted from today. */
export function commitmentDueDay(pledge: PlannedPledge, claimDay: number): number {
  return pledge.story === 'EXPIRED_COMMITMENT' ? claimDay + 2 : USUAL_DUE_DAY;
}

/**
 * All steps of all pledges in the order in which they happen.
 *
 * Claims that are still open for a decision, or were declined, come last, the others before them, each in the
 * order of the plan. The plan allows that: its figures hold for the worst case, in which none of its pledges has
 * given anything back, and an approval is needed because of pledges that stand before it in the plan.
 */
export function timetable(pledges: readonly PlannedPledge[]): Step[] {
  const indexes = [...pledges.keys()];
  const isLate = (index: number) => LATE_STORIES.includes(pledges[index]!.story);
  const early = indexes.filter((index) => !isLate(index));
  const late = indexes.filter(isLate);
  const claimDays = new Map<number, number>([
    ...early.map((index, place) => [index, EARLY_FROM_DAY + (EARLY_DAYS * place) / early.length] as const),
    ...late.map((index, place) => [index, LATE_FROM_DAY + (LATE_DAYS * place) / late.length] as const),
  ]);
  const steps = [...claimDays].flatMap(([index, day]) => stepsOf(pledges[index]!, index, day));
  return [...steps, ...cancellations(pledges, claimDays)].toSorted((a, b) => a.day - b.day);
}

const LATE_STORIES: readonly string[] = ['PLEDGED', 'AWAITING_APPROVAL', 'DECLINED'];

function stepsOf(pledge: PlannedPledge, pledgeIndex: number, claimDay: number): Step[] {
  const steps: Step[] = [];
  const add = (kind: StepKind, day: number, deliveryIndex = 0) =>
    steps.push({ day, kind, pledgeIndex, deliveryIndex });
  add('CLAIM', claimDay);
  if (isCommitted(pledge.story, pledge.deliveries)) add('COMMIT', claimDay + 1);
  let day = claimDay + 2;
  pledge.deliveries.forEach(({ outcome }, index) => {
    add('REPORT', day, index);
    if (outcome !== 'REPORTED') add(outcome === 'VERIFIED' ? 'VERIFY' : 'DISPUTE', day + 1, index);
    day += 2;
  });
  switch (pledge.story) {
    case 'WITHDRAWN':
      add('WITHDRAW', day + 1);
      break;
    case 'DECLINED':
      add('DECLINE', claimDay + 0.4);
      break;
    case 'EXPIRED_PLEDGE':
      add('EXPIRE', claimDay + PLEDGE_DAYS + 0.01);
      break;
    case 'EXPIRED_COMMITMENT':
      add('EXPIRE', commitmentDueDay(pledge, claimDay) + GRACE_DAYS + 1);
      break;
    default:
  }
  return steps;
}

/** A need is cancelled once all pledges on it are made. */
function cancellations(pledges: readonly PlannedPledge[], claimDays: ReadonlyMap<number, number>): Step[] {
  const last = new Map<number, Step>();
  pledges.forEach(({ story, needIndex }, pledgeIndex) => {
    if (story !== 'CANCELLED') return;
    const day = Math.max(claimDays.get(pledgeIndex)! + 2, last.get(needIndex)?.day ?? -Infinity);
    last.set(needIndex, { day, kind: 'CANCEL_NEED', pledgeIndex, deliveryIndex: 0 });
  });
  return [...last.values()];
}
