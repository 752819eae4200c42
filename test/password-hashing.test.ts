import { expect, test } from '@jest/globals';
import { PasswordHashing } from '../src/identity/password-hashing.ts';

/** A queue whose work ends when the test says so; `begun` tells the order. */
class Bench {
  readonly begun: string[] = [];
  readonly refused: string[] = [];
  private readonly ends: (() => void)[] = [];
  private readonly hashing: PasswordHashing;

  constructor(running: number, waiting: number) {
    this.hashing = new PasswordHashing({ running, waiting });
  }

  ask(lane: string, name: string, isUrgent = false): void {
    const work = () =>
      new Promise<void>((resolve) => {
        this.begun.push(name);
        this.ends.push(resolve);
      });
    this.hashing.run(lane, isUrgent, work).catch(({ code }: { code: string }) => {
      this.refused.push(`${name} ${code}`);
    });
  }

  /** Ends one after another until nothing runs. */
  async finish(): Promise<void> {
    for (let end = this.ends.shift(); end !== undefined; end = this.ends.shift()) {
      end();
      await new Promise(setImmediate);
    }
  }
}

test('runs as many as may run, and lanes take turns, so that a crowd waits for itself alone', async () => {
  const bench = new Bench(1, 100);
  for (const n of [1, 2, 3, 4]) bench.ask('crowd', `crowd ${n}`);
  bench.ask('other', 'other 1');
  bench.ask('third', 'third 1');
  expect(bench.begun).toEqual(['crowd 1']);
  await bench.finish();
  expect(bench.begun).toEqual(['crowd 1', 'crowd 2', 'other 1', 'third 1', 'crowd 3', 'crowd 4']);
});

test('a device of the account comes before all lanes', async () => {
  const bench = new Bench(1, 100);
  for (const n of [1, 2, 3]) bench.ask('crowd', `crowd ${n}`);
  bench.ask('owner', 'owner', true);
  await bench.finish();
  expect(bench.begun).toEqual(['crowd 1', 'owner', 'crowd 2', 'crowd 3']);
});

test('a full queue refuses the last of the longest lane, and keeps who came alone', async () => {
  const bench = new Bench(1, 3);
  for (const n of [1, 2, 3, 4]) bench.ask('crowd', `crowd ${n}`);
  bench.ask('other', 'other 1');
  await bench.finish();
  expect(bench.refused).toEqual(['crowd 4 TOO_MANY_OPERATIONS']);
  expect(bench.begun).toEqual(['crowd 1', 'crowd 2', 'other 1', 'crowd 3']);
});

test('work that fails gives its place to the next', async () => {
  const hashing = new PasswordHashing({ running: 1, waiting: 10 });
  const failing = hashing.run('one', false, () => Promise.reject(new Error('no memory')));
  const next = hashing.run('two', false, () => Promise.resolve('done'));
  await expect(failing).rejects.toThrow('no memory');
  expect(await next).toBe('done');
  expect(await hashing.run('one', false, () => Promise.resolve('again'))).toBe('again');
});
