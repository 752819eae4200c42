import { beforeEach, describe, expect, test } from '@jest/globals';
import { SignInDocument } from '../client/operations.ts';
import { hashPassword } from '../src/identity/password.ts';
import { latestBusy, networkOf, nextTryAt } from '../src/identity/throttle.rules.ts';
import { insertAccount } from './support/inserts.ts';
import { testHub } from './support/test-hub.ts';

const hub = await testHub();
const second = await testHub({ database: hub.database, clock: hub.clock });
const PASSWORD = 'kampungkb-banten';
const EMAIL = 'masuk@sinergi.test';
await insertAccount(hub.database, {
  email: EMAIL,
  roles: ['AUDITOR'],
  passwordHash: await hashPassword(PASSWORD),
});
const clients = [hub.clientWith(undefined), second.clientWith(undefined)] as const;

async function signIn(email: string, password: string, node: 0 | 1 = 0) {
  return (await clients[node].request(SignInDocument, { input: { email, password } })).signIn;
}

const byKind = (a: unknown, b: unknown) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1);

const later = (seconds: number) => hub.clock.moveTo(new Date(hub.clock.now().getTime() + seconds * 1000));

/** Ten wrong passwords at once, at both nodes. */
const useUp = (email: string) =>
  Promise.all(Array.from({ length: 10 }, (_, n) => signIn(email, 'wrong', n % 2 === 0 ? 0 : 1)));

beforeEach(() => hub.database.sql('delete from sign_in_throttles'));

describe('at one account', () => {
  test.each([
    ['that is there', EMAIL],
    ['that is not there', 'niemand@sinergi.test'],
    ['that cannot be', 'a\u0000b'],
  ])(
    '%s, ten wrong passwords are looked at, whichever node is asked; then one each 30 s',
    async (_, email) => {
      const wrong = { __typename: 'Forbidden', message: 'Email or password is wrong.', path: ['input'] };
      for (const { problems } of await useUp(email)) expect(problems).toEqual([wrong]);
      const tooMany = {
        __typename: 'TooManyAttempts',
        message: 'Too many attempts to sign in; try again in 30 seconds.',
        path: ['input'],
        retryAt: new Date(hub.clock.now().getTime() + 30_000).toISOString(),
      };
      for (const password of ['wrong', PASSWORD]) {
        expect(await signIn(` ${email.toUpperCase()}`, password, 1)).toEqual({
          token: null,
          expiresAt: null,
          viewer: null,
          problems: [tooMany],
        });
      }
      await later(30);
      expect((await signIn(email, 'wrong')).problems).toEqual([wrong]);
      expect((await signIn(email, 'wrong')).problems).toMatchObject([{ __typename: 'TooManyAttempts' }]);
    },
  );

  test('the right password makes room for ten tries again, and others are not held up', async () => {
    await useUp('niemand@sinergi.test');
    await Promise.all(Array.from({ length: 9 }, () => signIn(EMAIL, 'wrong')));
    expect((await signIn(EMAIL, PASSWORD)).problems).toEqual([]);
    for (const { problems } of await useUp(EMAIL)) {
      expect(problems).toMatchObject([{ __typename: 'Forbidden' }]);
    }
    expect((await signIn(EMAIL, PASSWORD)).problems).toMatchObject([{ __typename: 'TooManyAttempts' }]);
  });

  test('of fifty tries at once ten are looked at', async () => {
    const answers = await Promise.all(
      Array.from({ length: 50 }, (_, n) => signIn(EMAIL, 'wrong', n % 2 === 0 ? 0 : 1)),
    );
    const kinds = answers.map(({ problems: [problem] }) => problem).toSorted(byKind);
    expect(kinds.slice(0, 10)).toMatchObject(Array.from({ length: 10 }, () => ({ __typename: 'Forbidden' })));
    expect(kinds.slice(10)).toMatchObject(
      Array.from({ length: 40 }, () => ({ __typename: 'TooManyAttempts' })),
    );
  });
});

test('from one address a hundred wrong passwords are looked at, however many accounts are tried', async () => {
  const tries = Array.from({ length: 100 }, (_, n) => signIn(`nobody-${n}@sinergi.test`, 'wrong'));
  for (const { problems } of await Promise.all(tries)) {
    expect(problems).toMatchObject([{ __typename: 'Forbidden' }]);
  }
  expect((await signIn(EMAIL, PASSWORD)).problems).toMatchObject([
    { __typename: 'TooManyAttempts', retryAt: new Date(hub.clock.now().getTime() + 3000).toISOString() },
  ]);
  await later(3);
  expect((await signIn(EMAIL, PASSWORD)).problems).toEqual([]);
});

test('what was tried is forgotten once it counts no more, and holds no address', async () => {
  await signIn(EMAIL, 'wrong');
  const rows = await hub.database.sql<{ key: string }>('select key from sign_in_throttles');
  expect(rows.map(({ key }) => /^[0-9a-f]{64}$/.test(key))).toEqual([true, true]);
  await hub.services.throttle.forgetOld();
  expect(await hub.database.sql('select key from sign_in_throttles')).toHaveLength(2);
  await later(30);
  await hub.services.throttle.forgetOld();
  expect(await hub.database.sql('select key from sign_in_throttles')).toEqual([]);
});

test.each([
  ['203.0.113.9', '203.0.113.9'],
  ['::ffff:203.0.113.9', '203.0.113.9'],
  ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
  ['2001:0db8:0001:0002::1', '2001:db8:1:2::/64'],
  ['2001:DB8:1::9', '2001:db8:1:0::/64'],
  ['fe80::1%eth0', 'fe80:0:0:0::/64'],
  ['::1', '0:0:0:0::/64'],
])('the address %s lies in the network %s', (address, network) => {
  expect(networkOf(address)).toBe(network);
});

test('a bucket that is busy for all its tries has room when one of them is over', () => {
  const allowance = { tries: 3, everyMs: 1000 };
  const now = new Date(10_000);
  expect(latestBusy(allowance, now)).toEqual(new Date(12_000));
  expect(nextTryAt(allowance, new Date(13_000))).toEqual(new Date(11_000));
});

test('none of this was a fault to the hubs', () => {
  expect([...hub.complaints, ...second.complaints]).toEqual([]);
});
