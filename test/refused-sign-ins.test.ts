// Refused tries to sign in: counted, told to the owner, in the log, and in the audit trail within bounds.
import { beforeEach, describe, expect, test } from '@jest/globals';
import { createLogger } from '../src/platform/logger.ts';
import { hashPassword } from '../src/identity/password.ts';
import { RefusedSignIns } from '../src/identity/refused-sign-ins.service.ts';
import { keyedDigest } from '../src/identity/secrets.ts';
import { SignInAttempt } from '../src/identity/sign-in-attempt.ts';
import { TRAIL_ALLOWANCES } from '../src/identity/throttle.rules.ts';
import { insertAccount } from './support/inserts.ts';
import { outcomeOf, signInFrom } from './support/sign-in.ts';
import { testHub } from './support/test-hub.ts';
import { tracesOf } from './support/trail.ts';

const hub = await testHub({ environment: { TRUSTED_PROXIES: '127.0.0.1' } });
const { database, clock } = hub;
const PASSWORD = 'kampungkb-banten';
const EMAIL = 'pemilik@sinergi.test';
const HOME = '203.0.113.20';
const accountId = await insertAccount(database, {
  email: EMAIL,
  roles: ['AUDITOR'],
  passwordHash: await hashPassword(PASSWORD),
});

const times = (count: number) => Array.from({ length: count }, (_, index) => index);
const later = (ms: number) => clock.moveTo(new Date(clock.now().getTime() + ms));
const guess = (address: string, email = EMAIL) =>
  signInFrom(hub.url, address, { email, password: 'rahasia-dicoba' });
const enter = () => signInFrom(hub.url, HOME, { email: EMAIL, password: PASSWORD });

beforeEach(async () => {
  for (const table of ['sign_in_throttles', 'sign_in_origins', 'refused_sign_ins']) {
    await database.sql(`delete from ${table}`);
  }
});

test('the owner is told once, at the next sign-in, how many tries were refused and when the last one was', async () => {
  expect((await enter()).refusedSince).toBeNull();
  for (const n of times(15)) {
    await guess('198.51.100.1');
    if (n < 14) await later(1000);
  }
  const lastAt = clock.now().toISOString();
  await later(5000);
  expect((await enter()).refusedSince).toEqual({ count: 15, lastAt });
  expect((await enter()).refusedSince).toBeNull();
});

test('two who sign in at once: one of them is told', async () => {
  await enter();
  await guess('198.51.100.1');
  const told = await Promise.all([enter(), enter()]);
  expect(told.map(outcomeOf)).toEqual(['IN', 'IN']);
  expect(told.filter(({ refusedSince }) => refusedSince !== null)).toMatchObject([
    { refusedSince: { count: 1 } },
  ]);
});

describe('in the audit trail', () => {
  test('the first ten of an account have an entry each, also those that were throttled; the rest is summed up', async () => {
    const left = await tracesOf(database, async () => {
      for (let round = 0; round < 25; round += 1) await guess('198.51.100.1');
    });
    const single = {
      action: 'signIn',
      outcome: 'REFUSED',
      actorKind: 'ANONYMOUS',
      subjectIds: [accountId],
      address: '198.51.100.1',
    };
    expect(left).toMatchObject(times(TRAIL_ALLOWANCES.account.tries).map(() => single));
    const summedUp = await tracesOf(database, () => hub.services.refusals.sumUp());
    expect(summedUp).toMatchObject([
      { action: 'refuseSignIns', outcome: 'REFUSED', actorKind: 'SYSTEM', subjectIds: [accountId] },
    ]);
    expect(await tracesOf(database, () => hub.services.refusals.sumUp())).toEqual([]);
    const said = hub.complaints.splice(0).map((line) => JSON.parse(line) as object);
    expect(said).toContainEqual(expect.objectContaining({ level: 40, sums: [{ accountId, tries: 15 }] }));
    expect((await enter()).refusedSince).toMatchObject({ count: 25 });
  });

  test('what was not summed up yet is when its owner is told of it', async () => {
    for (let round = 0; round < 12; round += 1) await guess('198.51.100.1');
    const left = await tracesOf(database, enter);
    expect(left.map(({ action }) => action).toSorted()).toEqual(['refuseSignIns', 'signIn']);
  });

  test('nobody can fill it: of one neighbourhood’s tries at ever new accounts a hundred have entries', async () => {
    const { refusals } = hub.services;
    const digest = keyedDigest('a secret of this test');
    const origin = { address: '198.51.100.1', requestId: null, tokenId: null };
    const left = await tracesOf(database, async () => {
      for (const n of times(130)) {
        const typed = { email: `tiada-${n}@sinergi.test`, address: `198.51.100.${n}`, device: null };
        const attempt = new SignInAttempt(digest, typed);
        await refusals.count({ attempt, accountId: null, origin, reason: 'WRONG' });
      }
    });
    expect(left).toHaveLength(TRAIL_ALLOWANCES.neighbourhood.tries);
    const summedUp = await tracesOf(database, () => refusals.sumUp());
    expect(summedUp).toMatchObject([{ action: 'refuseSignIns', subjectIds: [] }]);
    hub.complaints.splice(0);
  });
});

test('in the log each has a line with the account and the address, and never what was typed; a flood has twenty a minute', async () => {
  const lines: string[] = [];
  const logger = createLogger('info', { write: (line: string) => void lines.push(line) });
  const refusals = new RefusedSignIns(hub.services.database, clock, logger);
  const origin = { address: HOME, requestId: 'request-1', tokenId: null };
  const typed = { email: EMAIL, address: HOME, device: null };
  const attempt = new SignInAttempt(keyedDigest('a secret of this test'), typed);
  for (let round = 0; round < 30; round += 1) refusals.log({ attempt, accountId, origin, reason: 'WRONG' });
  expect(lines).toHaveLength(20);
  expect(JSON.parse(lines[0]!)).toMatchObject({
    accountId,
    address: HOME,
    requestId: 'request-1',
    reason: 'WRONG',
    msg: 'a sign-in was refused',
  });
  await later(60_000);
  refusals.log({ attempt, accountId, origin, reason: 'THROTTLED' });
  expect(lines.slice(20).map((line) => JSON.parse(line) as object)).toMatchObject([
    { leftOut: 10 },
    { reason: 'THROTTLED' },
  ]);
  expect(lines.join('')).not.toContain('@');
});

test('what nobody will be told of any more is forgotten: in a day where there is no such account, else in 90', async () => {
  await guess('198.51.100.1');
  await guess('198.51.100.1', 'tiada@sinergi.test');
  const count = async () => (await database.sql('select from refused_sign_ins')).length;
  expect(await count()).toBe(2);
  await clock.moveDays(2);
  await hub.services.refusals.forgetOld();
  expect(await count()).toBe(1);
  await clock.moveDays(90);
  await hub.services.refusals.forgetOld();
  expect(await count()).toBe(0);
});

test('none of this was a fault to the hub', () => expect(hub.complaints).toEqual([]));
