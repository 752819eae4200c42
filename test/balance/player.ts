import { type Problem, Refused } from '../../src/kernel/problems.ts';
import type { Lane, World } from './lane.ts';
import type { Model } from './model.ts';

/** A refusal in a word or two: its kind and what tells it from others of that kind. */
function wordOf(problem: Problem): string {
  const { kind } = problem;
  switch (kind) {
    case 'WrongState':
      return `${kind} ${problem.status}`;
    case 'StaleVersion':
      return `${kind} ${problem.currentVersion}`;
    case 'NotEnoughRemaining':
      return `${kind} ${problem.remaining}`;
    case 'BalanceRuleBroken':
      return `${kind} ${problem.verdict.rule}`;
    case 'InvalidInput':
      return `${kind} ${problem.path?.at(-1)}`;
    default:
      return kind;
  }
}

/** A claim as it was sent, to be sent again, with what it was answered. */
export interface SentClaim {
  send: () => Promise<unknown>;
  answer: Answer;
}

/** Where a story is played: the hub's services, the model, and what was done so far. */
export interface Stage {
  lane: Lane;
  world: World;
  model: Model;
  /** What was done and what came of it, a line each, to be read when something was wrong. */
  trace: string[];
  sent: SentClaim[];
  /** Before each claim its preview is asked for, and held against what then comes of the claim. */
  previews: boolean;
}

/** What a client would read: the value, or the problems, as JSON. */
export type Answer = Record<string, unknown>;

const asAnswer = (answer: { value: unknown } | { problems: unknown }): Answer =>
  JSON.parse(JSON.stringify(answer)) as Answer;

/** Does it and tells `hear` the answer, a refusal's problems too. */
export async function heard<T>(hear: (answer: Answer) => void, act: () => Promise<T>): Promise<T> {
  try {
    const value = await act();
    hear(asAnswer({ value }));
    return value;
  } catch (error) {
    if (error instanceof Refused) hear(asAnswer({ problems: error.problems }));
    throw error;
  }
}

export async function answerOf(act: () => Promise<unknown>): Promise<Answer> {
  let answer: Answer = {};
  try {
    await heard((one) => void (answer = one), act);
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
  }
  return answer;
}

/**
 * Does it, and compares what came of it with what the model foretold: null for done, else the word of its first
 * problem. Answers what was made, or null for a foretold refusal.
 */
export async function foretold<T>(
  { trace }: Stage,
  what: string,
  refusal: string | null,
  act: () => Promise<T>,
): Promise<T | null> {
  let value: T | null = null;
  let word: string | null = null;
  try {
    value = await act();
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    word = wordOf(error.problems[0]!);
  }
  trace.push(`${what}: ${word ?? 'done'}`);
  if (word !== refusal) throw new Error(`${what} was to be ${refusal ?? 'done'}, and was ${word ?? 'done'}`);
  return value;
}

/** Mostly one of those for which the act is meant, else any; null when there is none at all. */
export function pick<T>(all: readonly T[], meant: readonly T[], value: number): T | null {
  const from = meant.length > 0 && value % 10 !== 0 ? meant : all;
  return from[Math.trunc(value / 10) % Math.max(1, from.length)] ?? null;
}

/** True for one value in so many. */
export const seldom = (value: number, oneIn: number) => Math.trunc(value / 7) % oneIn === oneIn - 1;
