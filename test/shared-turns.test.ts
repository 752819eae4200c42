import { expect, test } from '@jest/globals';
import { SharedTurns } from '../src/platform/shared-turns.ts';

interface Begun {
  most: number;
  whileWanted: AbortSignal;
  end: (answer: string) => void;
}

/** Work that waits until the test says how it ends, and remembers what was begun. */
class Work {
  readonly begun: Begun[] = [];
  private readonly turns = new SharedTurns<string>();

  take(key: string, most = 1, signal = new AbortController().signal): Promise<string> {
    return this.turns.take(key, most, signal, (asked, whileWanted) => {
      const { promise, resolve } = Promise.withResolvers<string>();
      this.begun.push({ most: asked, whileWanted, end: resolve });
      return promise;
    });
  }
}

const reasonOf = (asked: Promise<string>) => asked.catch((reason: Error) => reason.message);
const settled = () => new Promise((resolve) => setImmediate(resolve));

test('of one key one piece of work runs at a time, and those who ask meanwhile share the next, for the most that any asks', async () => {
  const work = new Work();
  const first = work.take('a', 5);
  const shared = [work.take('a', 3), work.take('a', 7), work.take('a')];
  await settled();
  expect(work.begun.map(({ most }) => most)).toEqual([5]);
  work.begun[0]!.end('first');
  expect(await first).toBe('first');
  await settled();
  expect(work.begun.map(({ most }) => most)).toEqual([5, 7]);
  work.begun[1]!.end('second');
  expect(await Promise.all(shared)).toEqual(['second', 'second', 'second']);
});

test('other keys do not wait', async () => {
  const work = new Work();
  const both = [work.take('a'), work.take('b')];
  await settled();
  expect(work.begun).toHaveLength(2);
  work.begun.forEach(({ end }, index) => end(String(index)));
  expect(await Promise.all(both)).toEqual(['0', '1']);
});

test('work hears when the last who waited has left, and work that nobody waits for is not begun', async () => {
  const work = new Work();
  const [one, other, late] = [new AbortController(), new AbortController(), new AbortController()];
  const first = reasonOf(work.take('a', 1, one.signal));
  const shared = reasonOf(work.take('a', 1, other.signal));
  const third = reasonOf(work.take('a', 1, late.signal));
  await settled();
  one.abort(new Error('one left'));
  expect(await first).toBe('one left');
  expect(work.begun[0]!.whileWanted.aborted).toBe(true);
  other.abort(new Error('other left'));
  late.abort(new Error('late left'));
  expect(await Promise.all([shared, third])).toEqual(['other left', 'late left']);
  work.begun[0]!.end('too late');
  await settled();
  expect(work.begun).toHaveLength(1);
  const again = work.take('a');
  await settled();
  work.begun[1]!.end('again');
  expect(await again).toBe('again');
});

test('work goes on as long as one of those who share it waits', async () => {
  const work = new Work();
  void work.take('a');
  const leaver = new AbortController();
  const stays = work.take('a');
  const leaves = reasonOf(work.take('a', 1, leaver.signal));
  await settled();
  work.begun[0]!.end('first');
  await settled();
  leaver.abort(new Error('left'));
  expect(await leaves).toBe('left');
  expect(work.begun[1]!.whileWanted.aborted).toBe(false);
  work.begun[1]!.end('second');
  expect(await stays).toBe('second');
});
