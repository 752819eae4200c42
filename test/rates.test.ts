// How much one account, or one address, may ask for; the clock stands still unless a test moves it.
import type { IncomingMessage } from 'node:http';
import { describe, expect, test } from '@jest/globals';
import pg from 'pg';
import { followFeed } from '../client/follow-feed.ts';
import { RequestError } from '../src/kernel/problems.ts';
import { Allowance, Allowances } from '../src/platform/allowances.ts';
import { LIMITS } from '../src/platform/limits.ts';
import { ownerOf } from '../src/platform/owner.ts';
import { FIELDS_PER_MS } from '../src/platform/usage.ts';
import { addressOf, trustIn } from '../src/platform/proxies.ts';
import { RawReader } from './faults/raw-reader.ts';
import { publish } from './support/acts.ts';
import { Asker, type Transport, transports } from './support/asker.ts';
import { TestClock } from './support/test-clock.ts';
import { testHub } from './support/test-hub.ts';
import { TestMeter } from './support/test-meter.ts';
import { buildWorld } from './support/world.ts';
import { until } from './support/until.ts';

const RATES = { FIELDS_PER_SECOND: '1000', FIELDS_BURST: '100000', OPERATIONS_PER_ACCOUNT: '3' };
const meter = new TestMeter();
const hub = await testHub({
  environment: { ...RATES, TRUSTED_PROXIES: '127.0.0.1' },
  publicRead: true,
  meter,
});
const { accounts, as, villages } = await buildWorld(hub);
const asker = async (accountId: string) => new Asker(hub.url, await hub.tokenOf(accountId));
const wait = (seconds: number) => hub.clock.moveTo(new Date(hub.clock.now().getTime() + seconds * 1000));

const small = '{ clusters { code } }';
/** A statement, 100 × (1 + 89 fields), and one more. */
const large = (fields: number) =>
  `{ needs(first: 100) { nodes { ${Array.from({ length: fields / 100 - 1 }, () => 'id').join(' ')} } } }`;

function errorOf(act: () => unknown): RequestError {
  try {
    act();
  } catch (error) {
    if (error instanceof RequestError) return error;
    throw error;
  }
  throw new Error('nothing was refused');
}

describe('an allowance', () => {
  const clock = new TestClock();
  const rules = { fieldsPerSecond: 1000, burstFields: 100_000, operations: 2 };
  const later = (seconds: number) => clock.moveTo(new Date(clock.now().getTime() + seconds * 1000));

  test('is spent, refused with the seconds to wait, and grows again as far as its burst', async () => {
    const allowance = new Allowance(rules, clock);
    allowance.take(100_000);
    expect(errorOf(() => allowance.take(2500))).toMatchObject({
      code: 'RATE_LIMITED',
      details: { limit: 'fieldsPerSecond', counted: 2500, max: 1000, retryAfterSeconds: 3 },
    });
    await later(2);
    expect(errorOf(() => allowance.take(2500)).details).toMatchObject({ retryAfterSeconds: 1 });
    await later(1);
    allowance.take(2500);
    await later(1_000_000);
    allowance.take(100_000);
    expect(errorOf(() => allowance.take(1)).code).toBe('RATE_LIMITED');
  });

  test('loses nothing when the clock is set back', async () => {
    const allowance = new Allowance(rules, clock);
    allowance.take(60_000);
    await later(-3600);
    allowance.take(40_000);
    await later(1);
    allowance.take(1000);
    expect(errorOf(() => allowance.take(1)).code).toBe('RATE_LIMITED');
  });

  test('counts what runs, and an end only once', () => {
    const allowance = new Allowance(rules, clock);
    const end = allowance.begin();
    allowance.begin();
    expect(errorOf(() => allowance.begin())).toMatchObject({
      code: 'TOO_MANY_OPERATIONS',
      details: { limit: 'operationsPerAccount', counted: 3, max: 2 },
    });
    end();
    end();
    allowance.begin();
    expect(errorOf(() => allowance.begin()).code).toBe('TOO_MANY_OPERATIONS');
  });

  test('is kept for those who came last, in bounded memory', () => {
    const allowances = new Allowances(rules, clock);
    const first = allowances.of('first');
    const isKept = () => allowances.of('first') === first;
    expect(isKept()).toBe(true);
    for (let index = 0; index < 50_000; index += 1) allowances.of(`address ${index}`);
    expect(isKept()).toBe(false);
  });
});

test.each([
  ['192.0.2.7', '192.0.2.7', true],
  ['192.0.2.7', '::ffff:192.0.2.7', true],
  ['192.0.2.7', '192.0.2.8', false],
  ['2001:db8:1:2::1', '2001:db8:1:2:ffff::', true],
  ['2001:db8:1:2::1', '2001:0DB8:0001:0002:0:0:0:9', true],
  ['2001:db8:1:2::1', '2001:db8:1:3::1', false],
  ['::1', '0:0:0:0:0:0:0:2', true],
])('who has not signed in, from %s and from %s, is one customer: %s', (one, other, same) => {
  expect(ownerOf(null, one) === ownerOf(null, other)).toBe(same);
  expect(ownerOf('account_1', one)).toBe(ownerOf('account_1', other));
});

test('one account’s rate holds on all transports together; another account, and other addresses, have their own', async () => {
  const auditor = await asker(accounts.auditor);
  // They take what they are counted.
  meter.statementMs = 9101 / FIELDS_PER_MS;
  const { errors, extensions } = await auditor.ask('http', large(9000));
  expect(errors).toBeUndefined();
  expect(extensions).toEqual({ cost: { fields: 9101, maxFields: LIMITS.answerFields } });
  for (let round = 0; round < 10; round += 1) await auditor.ask('http', large(9000));
  for (const transport of transports) {
    const refused = await auditor.ask(transport, large(9000));
    expect(refused.errors).toMatchObject([
      {
        message: expect.stringMatching(/wait \d+ seconds?/),
        extensions: { code: 'RATE_LIMITED', limit: 'fieldsPerSecond', max: 1000 },
      },
    ]);
    const { retryAfterSeconds } = refused.errors![0]!.extensions;
    expect(retryAfterSeconds).toBeGreaterThanOrEqual(1);
    if (transport !== 'http') continue;
    expect([refused.status, refused.headers.get('retry-after')]).toEqual([429, String(retryAfterSeconds)]);
  }
  expect((await (await asker(accounts.coordinator)).ask('http', small)).errors).toBeUndefined();
  await wait(100);
  expect((await auditor.ask('http', large(9000))).errors).toBeUndefined();
  meter.statementMs = 0;
});

test('a flood of small operations is refused before it is looked at, and told when to come back', async () => {
  const kader = await asker(accounts.kader);
  const codes = new Map<string, number>();
  for (let round = 0; round < 60; round += 1) {
    const answers = await Promise.all(Array.from({ length: 20 }, () => kader.ask('http', '{ nonsense }')));
    for (const { errors } of answers) {
      const code = String(errors![0]!.extensions['code']);
      codes.set(code, (codes.get(code) ?? 0) + 1);
    }
  }
  expect(codes.get('RATE_LIMITED')).toBeGreaterThan(0);
  expect((codes.get('GRAPHQL_VALIDATION_FAILED') ?? 0) * LIMITS.leastFields).toBeLessThanOrEqual(100_000);
  for (const transport of transports) {
    const { status, errors } = await kader.ask(transport, small);
    expect(errors).toMatchObject([{ extensions: { code: 'RATE_LIMITED', retryAfterSeconds: 1 } }]);
    expect(status).toBe(transport === 'websocket' ? null : 429);
  }
});

test('who has not signed in has the allowance of his address, as trusted proxies tell it', async () => {
  const nobody = new Asker(hub.url, null);
  const from = (address: string) => nobody.ask('http', '{ nonsense }', { 'x-forwarded-for': address });
  const codeFrom = async (address: string) => (await from(address)).errors![0]!.extensions['code'];
  for (let round = 0; round < 100; round += 1) {
    await Promise.all(Array.from({ length: 3 }, () => from('192.0.2.1')));
    if ((await codeFrom('192.0.2.1')) === 'RATE_LIMITED') break;
    for (let more = 0; more < 10; more += 1) await from('192.0.2.1');
  }
  expect(await codeFrom('192.0.2.1')).toBe('RATE_LIMITED');
  expect(await codeFrom('192.0.2.2')).toBe('GRAPHQL_VALIDATION_FAILED');
});

test.each([
  ['192.0.2.9', (port: number) => `192.0.2.9:${port}`],
  ['2001:db8:9::1', (port: number) => `[2001:db8:9::1]:${port}`],
])('%s is one customer from whatever port, on all transports', async (address, at) => {
  const nobody = new Asker(hub.url, null);
  let port = 1024;
  const ask = (transport: Transport) =>
    nobody.ask(transport, '{ nonsense }', { 'x-forwarded-for': at((port += 1)) });
  for (let round = 0; round < 80; round += 1) {
    await Promise.all(Array.from({ length: 13 }, () => ask('http')));
  }
  for (const transport of transports) {
    expect((await ask(transport)).errors).toMatchObject([{ extensions: { code: 'RATE_LIMITED' } }]);
  }
  const { errors } = await nobody.ask('http', '{ nonsense }', { 'x-forwarded-for': address });
  expect(errors).toMatchObject([{ extensions: { code: 'RATE_LIMITED' } }]);
});

test.each([
  ['10.0.0.1', '192.0.2.7, 10.0.0.2', '192.0.2.7'],
  ['10.0.0.1', '192.0.2.7:4711, 10.0.0.2:80', '192.0.2.7'],
  ['10.0.0.1', '[2001:db8::7]:4711, 10.0.0.2', '2001:db8::7'],
  ['10.0.0.1', '[2001:db8::7]', '2001:db8::7'],
  ['10.0.0.1', '2001:db8::7', '2001:db8::7'],
  ['10.0.0.1', '192.0.2.6, 192.0.2.7:4711', '192.0.2.7'],
  ['10.0.0.1', '"[2001:db8::12]:99"', '2001:db8::12'],
  ['10.0.0.1', '"192.0.2.7:99"', '192.0.2.7'],
  ['10.0.0.1', 'unknown', null],
  ['10.0.0.1', '_hidden', null],
  ['10.0.0.1', '192.0.2.7 or so', null],
  ['10.0.0.1', '::ffff:192.0.2.7', '192.0.2.7'],
  ['192.0.2.1', '192.0.2.7:4711', '192.0.2.1'],
])('from %s, for %s, asks %s', (remoteAddress, forwarded, address) => {
  const request = { socket: { remoteAddress }, headers: { 'x-forwarded-for': forwarded } };
  expect(addressOf(request as unknown as IncomingMessage, trustIn(['10.0.0.0/8']))).toBe(address);
});

test('of one account so many operations run at once, on all transports together', async () => {
  const token = await hub.tokenOf(accounts.admin);
  const waiting = new Asker(hub.url, token);
  const reader = await RawReader.open(hub.url, token);
  // A read that waits for this lock waits as long as the test holds it.
  const client = new pg.Client({ connectionString: hub.database.url });
  await client.connect();
  await client.query('begin');
  await client.query('lock table clusters in access exclusive mode');
  const ids = Array.from({ length: 2 }, () => reader.subscribe(small));
  const held = waiting.ask('http', small);
  await until(async () => {
    const [waits] = await hub.database.sql<{ n: number }>(
      `select count(*)::int as n from pg_stat_activity where wait_event_type = 'Lock' and datname = current_database()`,
    );
    return waits!.n === 3;
  }, 'three operations that wait');
  for (const transport of transports) {
    const { errors, status } = await waiting.ask(transport, small);
    expect(errors).toMatchObject([
      { extensions: { code: 'TOO_MANY_OPERATIONS', limit: 'operationsPerAccount', counted: 4, max: 3 } },
    ]);
    if (transport === 'http') expect(status).toBe(429);
  }
  const lost: string[] = [];
  const followed = followFeed(await hub.client(accounts.admin), {
    retryMs: 10,
    onLost: ({ code }) => lost.push(code),
  });
  const heard = followed.next();
  await until(() => lost.includes('TOO_MANY_OPERATIONS'), 'a follower to be told to come back');
  await client.query('rollback');
  await client.end();
  expect((await held).errors).toBeUndefined();
  await until(() => ids.every((id) => reader.resultsOf(id).length === 1), 'the answers that waited');
  expect((await waiting.ask('http', small)).errors).toBeUndefined();
  await hub.feedsOpen(1);
  await wait(100);
  const need = await publish(as.kader, { villageId: villages.cimarga.id });
  expect((await heard).value).toMatchObject({ kind: 'NEED_PUBLISHED', need: { needId: need.id } });
  await followed.return();
  reader.socket.close();
  await reader.closed;
});

test('the hub had nothing to complain of', () => expect(hub.complaints).toEqual([]));
