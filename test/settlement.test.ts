// What an operation took is what it costs: the rest is given back, and what was not counted is taken; on every way.
import { describe, expect, test } from '@jest/globals';
import { BEGINNING } from '../src/feed/feed-cursor.ts';
import { Allowance } from '../src/platform/allowances.ts';
import { FIELDS_PER_MS, Usage } from '../src/platform/usage.ts';
import { publish } from './support/acts.ts';
import { type Answer, type Asked, Asker, transports } from './support/asker.ts';
import { OpenedReaders } from './faults/opened-readers.ts';
import { TestClock } from './support/test-clock.ts';
import { testHub } from './support/test-hub.ts';
import { TestMeter } from './support/test-meter.ts';
import { until } from './support/until.ts';
import { buildWorld } from './support/world.ts';

const PER_SECOND = 1000;
const BURST = 100_000;

describe('an allowance', () => {
  const rules = { fieldsPerSecond: PER_SECOND, burstFields: BURST, operations: 2 };
  const clock = new TestClock();
  const later = (seconds: number) => clock.moveTo(new Date(clock.now().getTime() + seconds * 1000));
  const refusalOf = (act: () => void): unknown => {
    try {
      act();
      return null;
    } catch (error) {
      return error;
    }
  };

  test('may fall into debt, for which later operations wait', async () => {
    const allowance = new Allowance(rules, clock);
    allowance.charge(BURST + 5000);
    expect(refusalOf(() => allowance.take(100))).toMatchObject({
      code: 'RATE_LIMITED',
      details: { retryAfterSeconds: 6 },
    });
    await later(6);
    expect(refusalOf(() => allowance.take(100))).toBeNull();
  });

  test('is never in debt for more than a minute, nor fuller than its burst', async () => {
    const allowance = new Allowance(rules, clock);
    allowance.charge(1e9);
    await later(61);
    expect(refusalOf(() => allowance.take(PER_SECOND))).toBeNull();
    allowance.charge(-1e9);
    expect(refusalOf(() => allowance.take(BURST + 1))).not.toBeNull();
    expect(refusalOf(() => allowance.take(BURST))).toBeNull();
  });

  test('never gives back the prices of mutations, nor the least that an operation costs', () => {
    const allowance = new Allowance(rules, clock);
    const meter = new TestMeter();
    for (let operation = 0; operation < 100; operation += 1) {
      allowance.knock();
      const usage = new Usage('a', allowance, meter);
      usage.reserve(900, operation % 2 === 0 ? 0 : 500);
      usage.settle();
      usage.settle();
    }
    const left = BURST - 50 * 100 - 50 * 500;
    expect(refusalOf(() => allowance.take(left + 1))).not.toBeNull();
    expect(refusalOf(() => allowance.take(left))).toBeNull();
  });

  test('pays what is worked after the answer as it comes', () => {
    const allowance = new Allowance(rules, clock);
    allowance.knock();
    const usage = new Usage('a', allowance, new TestMeter());
    usage.settle();
    usage.add(0.5);
    usage.add(2.5);
    const left = BURST - 3 * FIELDS_PER_MS;
    expect(refusalOf(() => allowance.take(left + 1))).not.toBeNull();
    expect(refusalOf(() => allowance.take(left))).toBeNull();
  });
});

const meter = new TestMeter();
const hub = await testHub({
  environment: { FIELDS_PER_SECOND: String(PER_SECOND), FIELDS_BURST: String(BURST) },
  meter,
});
const { accounts, as, villages } = await buildWorld(hub);
await publish(as.kader, { villageId: villages.cimarga.id });
await hub.feedStamped();
const opened = new OpenedReaders(hub);
const auditor = new Asker(hub.url, await hub.tokenOf(accounts.auditor));
const wait = (seconds: number) => hub.clock.moveTo(new Date(hub.clock.now().getTime() + seconds * 1000));

type Way = [name: string, ask: (asked: Asked) => Promise<Answer>];
const ways: Way[] = [
  ...transports.map((transport): Way => [transport, (asked) => auditor.ask(transport, asked)]),
  ['the ordinary way', (asked) => auditor.ask('http', { ...asked, extensions: { x: 1 } })],
];
const large = { query: `{ needs(first: 100) { nodes { ${'id '.repeat(398)} } } }` };
const limited = [{ extensions: { code: 'RATE_LIMITED', limit: 'fieldsPerSecond' } }];

describe.each(ways)('over %s', (_name, ask) => {
  test('what was counted too much is given back', async () => {
    await wait(1000);
    for (let round = 0; round < 10; round += 1) expect((await ask(large)).errors).toBeUndefined();
  });

  test('a costly operation leaves a debt, and whoever is in debt waits', async () => {
    await wait(1000);
    meter.statementMs = 1500;
    expect((await ask({ query: '{ clusters { code } }' })).errors).toBeUndefined();
    meter.statementMs = 0;
    const { errors } = await ask({ query: '{ clusters { code } }' });
    expect(errors).toMatchObject(limited);
    expect(errors![0]!.extensions['retryAfterSeconds']).toBe(51);
    await wait(51);
    expect((await ask({ query: '{ clusters { code } }' })).errors).toBeUndefined();
  });
});

test('a history in which nothing is found is paid by what the search takes', async () => {
  await wait(1000);
  const reader = await opened.of(accounts.auditor);
  meter.statementMs = 700;
  expect((await auditor.ask('http', { query: '{ clusters { code } }' })).errors).toBeUndefined();
  meter.statementMs = 10;
  const before = meter.billed;
  const filter = '{ sectors: ["none"] }';
  reader.subscribe(`subscription { pledgeFeed(after: "${BEGINNING.cursor}", filter: ${filter}) { cursor } }`);
  // A page of it, as the beginning needs no look: of 30,000 fields 29,000 are left.
  await until(() => meter.billed === before + 1, 'the search');
  meter.statementMs = 0;
  const counted = (ids: number) => ({ query: `{ needs(first: 100) { nodes { ${'id '.repeat(ids)} } } }` });
  expect((await auditor.ask('http', counted(293))).errors).toMatchObject(limited);
  expect((await auditor.ask('http', counted(285))).errors).toBeUndefined();
});

test('the hub had nothing to complain of', () => expect(hub.complaints).toEqual([]));
