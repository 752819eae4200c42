import { afterEach, beforeEach, expect, jest, test } from '@jest/globals';
import { Pace } from '../src/feed/pace.ts';

beforeEach(() => void jest.useFakeTimers());
afterEach(() => void jest.useRealTimers());

/** Events one by one at that rate; answers the longest for which any was gathered. */
function come(pace: Pace, perSecond: number, seconds: number): number {
  let longest = 0;
  for (let number = 0; number < perSecond * seconds; number += 1) {
    jest.advanceTimersByTime(1000 / perSecond);
    pace.count(1);
    longest = Math.max(longest, pace.gatheringMs);
  }
  return longest;
}

test.each([
  [1, 0],
  [80, 0],
  [90, 0],
  [115, 75],
  [140, 150],
  [1000, 150],
])('at %i events a second they are gathered for %i ms', (perSecond, gatheringMs) => {
  const pace = new Pace();
  come(pace, perSecond, 5);
  expect(pace.gatheringMs).toBeCloseTo(gatheringMs, -1);
});

test('a rush is forgotten when it is over, and a lone event long afterwards is not held for it', () => {
  const pace = new Pace();
  come(pace, 1000, 5);
  jest.advanceTimersByTime(10_000);
  pace.count(1);
  expect(pace.gatheringMs).toBe(0);
});

test('what comes at once behind a stall is no rush', () => {
  const pace = new Pace();
  for (let stall = 0; stall < 10; stall += 1) {
    expect(come(pace, 80, 1)).toBeLessThan(1);
    jest.advanceTimersByTime(250);
    pace.count(20);
    expect(pace.gatheringMs).toBeLessThan(1);
  }
});
