import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { BackOff } from '../client/back-off.ts';
import { errorOfClose } from '../client/close-codes.ts';

describe('the back-off', () => {
  test('doubles from the first wait to the longest, half of it by chance, and begins anew after progress', () => {
    const waits = (chance: number) => {
      const backOff = new BackOff({ firstMs: 1000, mostMs: 30_000, chance: () => chance });
      return Array.from({ length: 7 }, () => backOff.nextMs());
    };
    expect(waits(0)).toEqual([500, 1000, 2000, 4000, 8000, 15_000, 15_000]);
    expect(waits(1)).toEqual([1000, 2000, 4000, 8000, 16_000, 30_000, 30_000]);
    const backOff = new BackOff({ firstMs: 100, mostMs: 1000, chance: () => 1 });
    expect([backOff.nextMs(), backOff.nextMs()]).toEqual([100, 200]);
    backOff.reset();
    expect(backOff.nextMs()).toBe(100);
  });

  test('never waits longer than it may, nor less than half of that, however often it fails', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 5000 }),
        fc.integer({ min: 0, max: 2000 }),
        (firstMs, failures) => {
          const backOff = new BackOff({ firstMs, mostMs: 30_000 });
          for (let failure = 0; failure < failures; failure += 1) backOff.nextMs();
          const longest = Math.min(30_000, firstMs * 2 ** failures);
          const wait = backOff.nextMs();
          expect(wait).toBeGreaterThanOrEqual(longest / 2);
          expect(wait).toBeLessThanOrEqual(longest);
        },
      ),
    );
  });
});

test.each([
  [1000, '', 'CONNECTION_LOST'],
  [1001, 'The hub is stopping; connect again.', 'CONNECTION_LOST'],
  [1006, '', 'CONNECTION_LOST'],
  [1012, 'null', 'CONNECTION_LOST'],
  [4400, 'Invalid message', 'REFUSED'],
  [4401, 'Unauthorized', 'UNAUTHENTICATED'],
  [4403, 'Your permissions have changed; connect again.', 'PERMISSIONS_CHANGED'],
  [4408, 'Connection initialisation timeout', 'CONNECTION_LOST'],
  [4429, 'Too many initialisation requests', 'REFUSED'],
  [4413, '{"code":"FEED_OVERFLOW","cursor":"ZmVlZDox"}', 'FEED_OVERFLOW'],
  [4499, 'Terminated', 'CONNECTION_LOST'],
  [4500, 'Internal server error', 'CONNECTION_LOST'],
  [4503, 'Too many connections; try again later.', 'CONNECTION_LOST'],
])('the close code %d with the reason “%s” is the error %s', (code, reason, expected) => {
  const error = errorOfClose({ code, reason });
  expect(error.code).toBe(expected);
  expect(error.message).toContain(String(code));
});

test('the reason of the hub is kept with the error, the cursor to resume from included', () => {
  const { errors } = errorOfClose({ code: 4413, reason: '{"code":"FEED_OVERFLOW","cursor":"ZmVlZDox"}' });
  expect(errors).toMatchObject([{ extensions: { code: 'FEED_OVERFLOW', cursor: 'ZmVlZDox' } }]);
});
