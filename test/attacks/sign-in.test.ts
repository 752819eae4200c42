// Somebody guesses at accounts, from wherever; the owners come in all the same. The clock stands still unless it is moved.
import { beforeEach, describe, expect, test } from '@jest/globals';
import { hashPassword } from '../../src/identity/password.ts';
import { ALLOWANCES, mostIn } from '../../src/identity/throttle.rules.ts';
import { insertAccount } from '../support/inserts.ts';
import { outcomeOf, signInFrom } from '../support/sign-in.ts';
import { testHub } from '../support/test-hub.ts';

const hub = await testHub({ environment: { TRUSTED_PROXIES: '127.0.0.1' } });
const PASSWORD = 'kampungkb-banten';
const passwordHash = await hashPassword(PASSWORD);
const OWNER = 'pemilik@sinergi.test';
const NOBODY = 'tiada@sinergi.test';
await insertAccount(hub.database, { email: OWNER, roles: ['ADMIN'], passwordHash });

const OFFICE = '203.0.113.20';
const times = (count: number) => Array.from({ length: count }, (_, index) => index);
const later = (ms: number) => hub.clock.moveTo(new Date(hub.clock.now().getTime() + ms));
const ask = async (address: string, email: string, password: string, device?: string | null) =>
  outcomeOf(await signInFrom(hub.url, address, { email, password, device }));
const guess = (address: string, email = OWNER) => ask(address, email, 'wrong');
const enter = (address: string, device?: string | null) => ask(address, OWNER, PASSWORD, device);

/** Comes in once from the office, as the hub's people do every day. */
async function comeInBefore(): Promise<string> {
  const { device } = await signInFrom(hub.url, OFFICE, {
    email: OWNER,
    password: PASSWORD,
    rememberDevice: true,
  });
  return device!;
}

/** Uses up all that strangers have at that account, from networks of no region twice. */
async function besiege(email: string): Promise<void> {
  for (const n of times(ALLOWANCES.account.tries)) {
    expect(await guess(`${n + 11}.7.7.7`, email)).toBe('Forbidden');
  }
  expect(await guess('99.7.7.7', email)).toBe('TooManyAttempts');
}

beforeEach(async () => {
  for (const table of ['sign_in_throttles', 'sign_in_origins', 'refused_sign_ins']) {
    await hub.database.sql(`delete from ${table}`);
  }
});

describe('a stranger who guesses once a second', () => {
  test('from one network keeps the owner out nowhere else, though the owner never came in before', async () => {
    for (let round = 0; round < 75; round += 1) {
      await guess('198.51.100.1');
      await later(1000);
    }
    expect(await guess('198.51.100.1')).toBe('TooManyAttempts');
    expect(await enter('192.0.2.77')).toBe('IN');
  });

  test('for two days from one region leaves room for others', async () => {
    const step = 10 * 60_000;
    for (const n of times((2 * 86_400_000) / step)) {
      await guess(`198.51.${n % 250}.1`);
      await later(step);
    }
    expect(await enter('192.0.2.77')).toBe('IN');
  });

  test('from ever new /64 of one IPv6 /48 has no more than that /48 has', async () => {
    const outcomes: string[] = [];
    for (const n of times(60)) outcomes.push(await guess(`2001:db8:1:${n.toString(16)}::1`));
    const lookedAt = outcomes.filter((outcome) => outcome === 'Forbidden');
    expect(lookedAt).toHaveLength(ALLOWANCES.region.tries);
    expect(await enter('2001:db8:2::1')).toBe('IN');
  });
});

describe('many strangers, who have used up all that strangers have', () => {
  test('keep the owner out of neither the networks nor the devices from which the owner came in before', async () => {
    const device = await comeInBefore();
    await besiege(OWNER);
    expect(await enter(OFFICE)).toBe('IN');
    expect(await enter('203.0.113.99')).toBe('IN');
    expect(await enter('8.8.8.8', device)).toBe('IN');
    expect(await enter('8.8.4.4')).toBe('TooManyAttempts');
    await later(ALLOWANCES.account.everyMs);
    expect(await enter('8.8.4.4')).toBe('IN');
  });

  test('learn nothing by it: the right password and a wrong one, and accounts that are there and not, are answered alike', async () => {
    await besiege(OWNER);
    await besiege(NOBODY);
    const answers = await Promise.all([
      signInFrom(hub.url, '8.8.4.4', { email: OWNER, password: PASSWORD }),
      signInFrom(hub.url, '8.8.4.4', { email: OWNER, password: 'wrong' }),
      signInFrom(hub.url, '8.8.4.4', { email: NOBODY, password: PASSWORD }),
    ]);
    expect(new Set(answers.map((answer) => JSON.stringify(answer))).size).toBe(1);
  });

  test('learn nothing from within the owner’s network either, whose wrong passwords are answered as those of strangers', async () => {
    await comeInBefore();
    await besiege(OWNER);
    await besiege(NOBODY);
    const from = (email: string) => signInFrom(hub.url, OFFICE, { email, password: 'wrong' });
    for (let round = 0; round < 12; round += 1) expect(await from(OWNER)).toEqual(await from(NOBODY));
  });
});

describe('somebody behind the owner’s own address', () => {
  test('keeps out whoever brings no device, and nobody who brings one', async () => {
    const device = await comeInBefore();
    for (let round = 0; round < 75; round += 1) {
      await guess(OFFICE);
      await later(1000);
    }
    expect(await enter(OFFICE)).toBe('TooManyAttempts');
    expect(await enter(OFFICE, device)).toBe('IN');
  });

  test('who uses up the address at accounts that are not there does not keep out a device', async () => {
    const device = await comeInBefore();
    await hub.database.sql(`update sign_in_throttles set busy_until = $1::timestamptz + interval '1 day'`, [
      hub.clock.now(),
    ]);
    expect(await ask(OFFICE, NOBODY, 'wrong')).toBe('TooManyAttempts');
    expect(await enter(OFFICE, device)).toBe('IN');
  });
});

describe('a device', () => {
  test('lets nobody in, and has no more tries than a network has', async () => {
    const device = await comeInBefore();
    for (let round = 0; round < ALLOWANCES.device.tries; round += 1) {
      expect(await ask('8.8.8.8', OWNER, 'wrong', device)).toBe('Forbidden');
    }
    expect(await enter('8.8.8.8', device)).toBe('TooManyAttempts');
    expect(await enter('8.8.8.8')).toBe('IN');
    expect(mostIn(ALLOWANCES.device, 86_400_000)).toBeLessThanOrEqual(100);
  });

  test('is of use at accounts alone that came in on it', async () => {
    const other = 'lain@sinergi.test';
    await insertAccount(hub.database, { email: other, roles: ['AUDITOR'], passwordHash });
    const device = await comeInBefore();
    await besiege(other);
    expect(await ask('8.8.8.8', other, PASSWORD, device)).toBe('TooManyAttempts');
    await later(ALLOWANCES.account.everyMs);
    expect(await ask('8.8.8.8', other, PASSWORD, device)).toBe('IN');
    expect(await guess('9.9.9.9', other)).toBe('Forbidden');
    expect(await guess('9.9.9.9', other)).toBe('TooManyAttempts');
    expect(await ask('9.9.9.9', other, PASSWORD, device)).toBe('IN');
  });

  test('that the client thought up is none', async () => {
    const made = 'sinergi_device_0000000000000000000000000000000000000000000';
    const request = { email: OWNER, password: PASSWORD, device: made };
    expect((await signInFrom(hub.url, OFFICE, request)).device).toBeNull();
    const { device } = await signInFrom(hub.url, OFFICE, { ...request, rememberDevice: true });
    expect(device).toMatch(/^sinergi_device_[\w-]{43}$/);
    expect(device).not.toBe(made);
    expect((await signInFrom(hub.url, OFFICE, { ...request, device })).device).toBe(device);
    const kept = JSON.stringify(await hub.database.sql('select * from sign_in_origins'));
    expect(kept).not.toContain(device);
  });

  test('is forgotten when it was not used for half a year, or for twenty newer ones', async () => {
    for (let round = 0; round < 21; round += 1) await comeInBefore();
    const count = async () =>
      (await hub.database.sql(`select from sign_in_origins where kind = 'DEVICE'`)).length;
    expect(await count()).toBe(20);
    await hub.clock.moveDays(181);
    await hub.services.origins.forgetOld();
    expect(await count()).toBe(0);
  });
});

test('a hall of 200 people behind one address comes in at once', async () => {
  const emails = times(200).map((n) => `peserta-${n}@sinergi.test`);
  for (const email of emails) await insertAccount(hub.database, { email, roles: [], passwordHash });
  const hall = await testHub({
    database: hub.database,
    clock: hub.clock,
    environment: {
      TRUSTED_PROXIES: '127.0.0.1',
      // The addresses of these people are like those of the demo.
      DEMO: 'public',
      FIELDS_PER_SECOND: '20000',
      FIELDS_BURST: '400000',
      OPERATIONS_PER_ACCOUNT: '50',
    },
  });
  const outcomes = await Promise.all(
    emails.map(async (email) => outcomeOf(await signInFrom(hall.url, OFFICE, { email, password: PASSWORD }))),
  );
  expect(outcomes).toEqual(times(200).map(() => 'IN'));
  expect(hall.complaints).toEqual([]);
});

test('none of this was a fault to the hub', () => expect(hub.complaints).toEqual([]));
