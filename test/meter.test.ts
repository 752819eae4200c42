// For whom the hub's thread and its database work, on a clock that a test moves.
import { setImmediate as nextTurn } from 'node:timers/promises';
import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { Meter, type Payer, type ThreadClock } from '../src/platform/meter.ts';

class ThreadTime implements ThreadClock {
  private workedMs = 0;
  private idleMs = 0;

  now(): number {
    return this.workedMs + this.idleMs;
  }

  idle(): number {
    return this.idleMs;
  }

  work(ms: number): void {
    this.workedMs += ms;
  }

  wait(ms: number): void {
    this.idleMs += ms;
  }
}

class Account implements Payer {
  readonly owner: string;
  ms = 0;

  constructor(owner: string) {
    this.owner = owner;
  }

  add(ms: number): void {
    this.ms += ms;
  }
}

const world = (processors = 2) => {
  const time = new ThreadTime();
  return { time, meter: new Meter(time, processors), one: new Account('one'), other: new Account('other') };
};

test('the thread is billed to whom it works for, until somebody else or the end of the turn', async () => {
  const { time, meter, one, other } = world();
  meter.within(one, () => time.work(3));
  time.work(1);
  meter.within(other, () => time.work(5));
  await nextTurn();
  time.work(100);
  meter.worksFor(one);
  time.work(2);
  meter.rests();
  time.work(100);
  expect([one.ms, other.ms]).toEqual([6, 5]);
});

test('a statement counts while the thread waits, and not while it works for others', () => {
  const { time, meter, one, other } = world();
  const begun = meter.begins();
  time.wait(4);
  meter.worksFor(other);
  time.work(50);
  meter.rests();
  time.wait(2);
  expect(meter.ends(begun, one)).toBe(6);
  expect([one.ms, other.ms]).toEqual([6, 50]);
});

test('who asks in within is who pays there, and nobody outside', async () => {
  const { meter, one, other } = world();
  const payers = meter.within(one, async () => {
    const before = meter.payer;
    await nextTurn();
    const inside = meter.within(other, () => meter.payer);
    return [before, inside, meter.payer, meter.within(null, () => meter.payer)];
  });
  expect(meter.payer).toBeNull();
  expect(await payers).toEqual([one, other, one, null]);
});

test('statements that run together share the processors, and are never billed more than these can work', () => {
  const begin = fc.record({ kind: fc.constant('begin' as const), afterMs: fc.nat(20) });
  const end = fc.record({ kind: fc.constant('end' as const), afterMs: fc.nat(20), which: fc.nat(30) });
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 8 }), fc.array(fc.oneof(begin, end)), (processors, steps) => {
      const { time, meter, one } = world(processors);
      const running: { begun: number; at: number }[] = [];
      let busyMs = 0;
      const pass = (ms: number) => {
        busyMs += ms * Math.min(processors, running.length);
        time.wait(ms);
      };
      const finish = (index: number) => {
        const [statement] = running.splice(index, 1);
        const ms = meter.ends(statement!.begun, one);
        // Never more than the time that it was there.
        expect(ms).toBeLessThanOrEqual(time.now() - statement!.at + 1e-6);
        expect(ms).toBeGreaterThanOrEqual(0);
      };
      for (const step of steps) {
        pass(step.afterMs);
        if (step.kind === 'begin') running.push({ begun: meter.begins(), at: time.now() });
        else if (running.length > 0) finish(step.which % running.length);
      }
      pass(5);
      while (running.length > 0) finish(0);
      expect(one.ms).toBeCloseTo(busyMs, 6);
    }),
  );
});
