// Places are dealt out in turns among owners, whatever they ask for, on a clock that a test moves.
import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { FairQueue, type Leave } from '../src/platform/fair-queue.ts';
import { Turns } from '../src/platform/turns.ts';

const PLACES = 10;
const THIRD = 3;

/** A queue, who holds places of it in the order in which they got them, and a clock. */
class Scene {
  now = 0;
  readonly queue: FairQueue;
  readonly holding: { owner: string; leave: Leave }[] = [];
  /** Owners in the order in which they were let in. */
  readonly admitted: string[] = [];

  constructor(places = PLACES) {
    this.queue = new FairQueue(places, () => this.now);
  }

  async ask(owner: string, signal?: AbortSignal): Promise<void> {
    const leave = await this.queue.take(owner, signal);
    this.admitted.push(owner);
    this.holding.push({ owner, leave });
  }

  async askTimes(owner: string, times: number): Promise<void> {
    for (let index = 0; index < times; index += 1) void this.ask(owner).catch(() => undefined);
    await settled();
  }

  held(owner: string): number {
    return this.holding.filter((one) => one.owner === owner).length;
  }

  async leave(owner: string): Promise<void> {
    const index = this.holding.findIndex((one) => one.owner === owner);
    this.holding.splice(index, 1)[0]!.leave();
    await settled();
  }
}

/** Lets all that has been resolved be heard. */
const settled = () => new Promise((resolve) => setImmediate(resolve));

test('an owner who is alone leaves some places for who comes next', async () => {
  const scene = new Scene();
  await scene.askTimes('one', 20);
  expect(scene.held('one')).toBe(8);
  await scene.askTimes('other', 2);
  expect(scene.held('other')).toBe(2);
});

test('while others wait, or have asked lately, nobody gets more than a third', async () => {
  const scene = new Scene();
  await scene.askTimes('other', 1);
  await scene.askTimes('one', 20);
  expect(scene.held('one')).toBe(THIRD);
  await scene.leave('other');
  await scene.leave('one');
  expect(scene.held('one')).toBe(THIRD);
  scene.now += 1000;
  await scene.leave('one');
  expect(scene.held('one')).toBe(8);
});

test('who was alone gets no more until fewer than a third are left, once another waits', async () => {
  const scene = new Scene();
  await scene.askTimes('one', 40);
  await scene.askTimes('other', 40);
  for (let round = 0; round < 8 - THIRD; round += 1) await scene.leave('one');
  expect([scene.held('one'), scene.held('other')]).toEqual([THIRD, THIRD]);
});

test('those who wait are served in turns, each owner in its own order', async () => {
  const scene = new Scene(1);
  await scene.askTimes('one', 4);
  await scene.askTimes('two', 2);
  await scene.askTimes('three', 1);
  while (scene.holding.length > 0) await scene.leave(scene.holding[0]!.owner);
  expect(scene.admitted).toEqual(['one', 'one', 'two', 'three', 'one', 'two', 'one']);
});

test('who does not wait any longer leaves the queue, and is refused nothing that was given', async () => {
  const scene = new Scene(1);
  await scene.askTimes('one', 1);
  const gone = new AbortController();
  const waits = scene.ask('two', gone.signal);
  await scene.askTimes('three', 1);
  gone.abort(new Error('hung up'));
  await expect(waits).rejects.toThrow('hung up');
  expect(scene.queue.length).toBe(1);
  await scene.leave('one');
  expect(scene.admitted).toEqual(['one', 'three']);
  await expect(scene.ask('two', gone.signal)).rejects.toThrow('hung up');
});

test('more than may wait are refused at once, and the rest are served', async () => {
  const scene = new Scene(1);
  await scene.askTimes('one', 10_001);
  await expect(scene.ask('two')).rejects.toMatchObject({ code: 'TOO_MANY_OPERATIONS' });
  expect(scene.queue.length).toBe(10_000);
});

test('a place is given back once, however often its holder says so', async () => {
  const queue = new FairQueue(1);
  const leave = await queue.take('one');
  let others = 0;
  void queue.take('two').then(() => (others += 1));
  void queue.take('three').then(() => (others += 1));
  leave();
  leave();
  await settled();
  expect(others).toBe(1);
});

const names = ['a', 'b', 'c', 'd', 'e'] as const;
const someOwner = fc.constantFrom(...names);
const countOf = (all: readonly string[], name: string) => all.filter((one) => one === name).length;
const step = fc.oneof(
  fc.record({ does: fc.constant('ask' as const), owner: someOwner, times: fc.integer({ min: 1, max: 12 }) }),
  fc.record({ does: fc.constant('leave' as const), which: fc.nat(20) }),
  fc.record({ does: fc.constant('abort' as const), which: fc.nat(50) }),
  fc.record({ does: fc.constant('pass' as const), ms: fc.nat(1500) }),
);

test('whatever comes and goes, no place is lost, given twice or kept from who may have it, and all are served', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 1, max: 12 }),
      fc.array(step, { maxLength: 60 }),
      async (places, steps) => {
        const scene = new Scene(places);
        const third = Math.max(1, Math.floor(places / 3));
        const asked: { name: string; gone: AbortController }[] = [];
        const refused: string[] = [];
        const waits = (name: string) =>
          countOf(
            asked.map((one) => one.name),
            name,
          ) -
          countOf(scene.admitted, name) -
          countOf(refused, name);
        const look = () => {
          expect(scene.holding.length).toBeLessThanOrEqual(places);
          expect(scene.admitted.length + refused.length + scene.queue.length).toBe(asked.length);
        };
        for (const one of steps) {
          const before = new Map(names.map((name) => [name, scene.held(name)]));
          if (one.does === 'ask') {
            for (let index = 0; index < one.times; index += 1) {
              const gone = new AbortController();
              asked.push({ name: one.owner, gone });
              scene.ask(one.owner, gone.signal).catch(() => refused.push(one.owner));
            }
          } else if (one.does === 'leave' && scene.holding.length > 0) {
            scene.holding.splice(one.which % scene.holding.length, 1)[0]!.leave();
          } else if (one.does === 'abort' && asked.length > 0) {
            asked[one.which % asked.length]!.gone.abort(new Error('gone'));
          } else if (one.does === 'pass') scene.now += one.ms;
          await settled();
          look();
          // Whoever was given more than a third did so while nobody else waited.
          for (const [name, held] of before) {
            if (scene.held(name) <= Math.max(held, third)) continue;
            expect(names.filter((other) => other !== name && waits(other) > 0)).toEqual([]);
          }
        }
        while (scene.holding.length > 0) {
          scene.holding.shift()!.leave();
          await settled();
          look();
        }
        expect(scene.queue.length).toBe(0);
      },
    ),
  );
});

test('turns: a thing an owner, each owner’s in order, and what was taken back never comes', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(someOwner, fc.boolean()), { maxLength: 40 }), (things) => {
      const turns = new Turns<number>();
      things.forEach(([name], index) => turns.add(name, index));
      const kept = things.map(([name, isTakenBack], index) => !(isTakenBack && turns.remove(name, index)));
      expect(turns.size).toBe(kept.filter(Boolean).length);
      const left = new Map<string, number[]>();
      things.forEach(([name], index) => kept[index] && left.set(name, [...(left.get(name) ?? []), index]));
      while (turns.size > 0) {
        // In each round everybody who has something left has a turn.
        const served = new Set<string>();
        for (let turn = left.size; turn > 0; turn -= 1) {
          const thing = turns.next()!;
          const name = things[thing]![0];
          expect(left.get(name)!.shift()).toBe(thing);
          served.add(name);
        }
        expect(served.size).toBe(left.size);
        for (const [name, items] of left) if (items.length === 0) left.delete(name);
      }
      expect(turns.next()).toBeUndefined();
    }),
  );
});
