import { beforeEach, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { hashPassword } from '../src/identity/password.ts';
import { keyedDigest } from '../src/identity/secrets.ts';
import { SignInAttempt } from '../src/identity/sign-in-attempt.ts';
import { ALLOWANCES, latestBusy, mostIn, nextTryAt } from '../src/identity/throttle.rules.ts';
import { insertAccount } from './support/inserts.ts';
import { outcomeOf, signInFrom } from './support/sign-in.ts';
import { testHub } from './support/test-hub.ts';

const environment = { TRUSTED_PROXIES: '127.0.0.1' };
const hub = await testHub({ environment });
const second = await testHub({ database: hub.database, clock: hub.clock, environment });
const nodes = [hub, second] as const;
const PASSWORD = 'kampungkb-banten';
const EMAIL = 'masuk@sinergi.test';
const HERE = '192.0.2.10';
await insertAccount(hub.database, {
  email: EMAIL,
  roles: ['AUDITOR'],
  passwordHash: await hashPassword(PASSWORD),
});

const signIn = (email: string, password: string, node: 0 | 1 = 0, address = HERE) =>
  signInFrom(nodes[node].url, address, { email, password });
const later = (ms: number) => hub.clock.moveTo(new Date(hub.clock.now().getTime() + ms));
const inMs = (ms: number) => new Date(hub.clock.now().getTime() + ms).toISOString();
const times = (count: number) => Array.from({ length: count }, (_, index) => index);

/** So many wrong passwords at once, at both nodes. */
const guess = async (email: string, count: number, address = HERE) =>
  (await Promise.all(times(count).map((n) => signIn(email, 'wrong', n % 2 === 0 ? 0 : 1, address)))).map(
    outcomeOf,
  );

/** A moment at which somebody tries the account from there, without a password to be hashed. */
function tryAt(email: string, address: string) {
  const attempt = new SignInAttempt(keyedDigest('a secret of this test'), { email, address, device: null });
  return hub.services.throttle.take(attempt.inner(false), attempt.outer(false));
}

beforeEach(async () => {
  await hub.database.sql('delete from sign_in_throttles');
  await hub.database.sql('delete from sign_in_origins');
  await hub.database.sql('delete from refused_sign_ins');
});

describe('at one account from one network', () => {
  test.each([
    ['that is there', EMAIL],
    ['that is not there', 'niemand@sinergi.test'],
    ['that cannot be', 'a\u0000b'],
  ])(
    '%s, ten wrong passwords are looked at, whichever node is asked; then one each 30 minutes',
    async (_, email) => {
      expect(await guess(email, 10)).toEqual(times(10).map(() => 'Forbidden'));
      const tooMany = {
        __typename: 'TooManyAttempts',
        message:
          'Too many attempts to sign in; try again in 30 minutes, or from a device on which you were remembered.',
        retryAt: inMs(ALLOWANCES.network.everyMs),
      };
      for (const password of ['wrong', PASSWORD]) {
        expect(await signIn(` ${email.toUpperCase()}`, password, 1)).toEqual({
          token: null,
          device: null,
          refusedSince: null,
          problems: [tooMany],
        });
      }
      await later(ALLOWANCES.network.everyMs);
      expect(await guess(email, 1)).toEqual(['Forbidden']);
      expect(await guess(email, 1)).toEqual(['TooManyAttempts']);
    },
  );

  test('of fifty tries at once ten are looked at', async () => {
    const outcomes = await guess(EMAIL, 50);
    expect(outcomes.toSorted()).toEqual([
      ...times(10).map(() => 'Forbidden'),
      ...times(40).map(() => 'TooManyAttempts'),
    ]);
  });

  test('a good sign-in does not count, and shows nobody who shares the network that somebody came in', async () => {
    await guess(EMAIL, 9);
    for (let round = 0; round < 3; round += 1) expect(outcomeOf(await signIn(EMAIL, PASSWORD))).toBe('IN');
    expect(await guess(EMAIL, 2)).toEqual(expect.arrayContaining(['Forbidden', 'TooManyAttempts']));
    expect(outcomeOf(await signIn('niemand@sinergi.test', 'wrong'))).toBe('Forbidden');
  });
});

test('from one address 400 wrong passwords are looked at, whichever accounts are tried, then one each 10 s', async () => {
  const email = (n: number) => `nobody-${n}@sinergi.test`;
  for (const n of times(ALLOWANCES.address.tries)) await tryAt(email(n), HERE);
  await expect(tryAt('another@sinergi.test', HERE)).rejects.toMatchObject({
    problems: [{ kind: 'TooManyAttempts', retryAt: new Date(inMs(10_000)) }],
  });
  await tryAt('another@sinergi.test', '192.0.2.11');
  await later(10_000);
  await tryAt('another@sinergi.test', HERE);
});

test('a try that is refused within a narrow bucket takes nothing from the wider ones', async () => {
  for (let round = 0; round < ALLOWANCES.network.tries; round += 1) await tryAt(EMAIL, HERE);
  for (let round = 0; round < 60; round += 1) {
    await expect(tryAt(EMAIL, HERE)).rejects.toThrow('TooManyAttempts');
  }
  for (const n of times(40)) expect((await tryAt(EMAIL, `198.${n}.100.1`)).refusal).toBeNull();
  const { refusal } = await tryAt(EMAIL, '203.0.113.1');
  expect(refusal).toMatchObject({ retryAt: new Date(inMs(ALLOWANCES.account.everyMs)) });
});

test('at one account at most 98 guesses of strangers are looked at in any 24 hours, from however many networks', async () => {
  const day = 24 * 3_600_000;
  expect(mostIn(ALLOWANCES.account, day)).toBe(98);
  let lookedAt = 0;
  for (const step of times(144)) {
    for (const n of times(3)) {
      const { refusal } = await tryAt(EMAIL, `${11 + ((3 * step + n) % 200)}.${step}.7.1`);
      if (refusal === null) lookedAt += 1;
    }
    await later(day / 144);
  }
  expect(lookedAt).toBeLessThanOrEqual(98);
  expect(lookedAt).toBeGreaterThan(90);
});

test('a bucket lets through no more than it says in any span, whenever tries come', () => {
  const allowances = Object.values(ALLOWANCES);
  fc.assert(
    fc.property(
      fc.constantFrom(...allowances),
      fc.array(fc.nat(3_600_000), { maxLength: 300 }),
      fc.nat(86_400_000),
      (allowance, gaps, span) => {
        const through: number[] = [];
        let now = 0;
        let busyUntil = 0;
        for (const gap of gaps) {
          now += gap;
          if (busyUntil > latestBusy(allowance, new Date(now)).getTime()) continue;
          busyUntil = Math.max(busyUntil, now) + allowance.everyMs;
          through.push(now);
        }
        for (const start of through) {
          const within = through.filter((at) => at >= start && at <= start + span);
          expect(within.length).toBeLessThanOrEqual(mostIn(allowance, span) + 1);
        }
      },
    ),
  );
});

test('a bucket that is busy for all its tries has room when one of them is over', () => {
  const allowance = { tries: 3, everyMs: 1000 };
  const now = new Date(10_000);
  expect(latestBusy(allowance, now)).toEqual(new Date(12_000));
  expect(nextTryAt(allowance, new Date(13_000))).toEqual(new Date(11_000));
});

test('what was tried is forgotten once it counts no more, and holds no address', async () => {
  await signIn(EMAIL, 'wrong');
  const rows = await hub.database.sql<{ key: string }>('select key from sign_in_throttles');
  expect(rows).toHaveLength(8);
  expect(rows.every(({ key }) => /^[0-9a-f]{64}$/.test(key))).toBe(true);
  await later(3_600_000);
  await hub.services.throttle.forgetOld();
  expect(await hub.database.sql('select key from sign_in_throttles')).toEqual([]);
});

test('none of this was a fault to the hubs', () => {
  expect([...hub.complaints, ...second.complaints]).toEqual([]);
});
