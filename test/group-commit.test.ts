import { describe, expect, test } from '@jest/globals';
import { GroupCommit } from '../src/platform/group-commit.ts';
import { until } from './support/until.ts';

interface Piece {
  name: string;
  holds: string[];
}

/** Work that waits until the test says how it ends, and remembers what was carried out with what. */
class Work {
  readonly begun: string[] = [];
  readonly failures: unknown[] = [];
  private readonly ends = new Map<string, (answer: (string | null)[] | Error) => void>();
  readonly group = new GroupCommit<Piece, string>({
    alone: async ({ name }) => (await this.begin(`alone ${name}`))[0]!,
    together: async (pieces) => {
      const answers = await this.begin(pieces.map(({ name }) => name).join(' '));
      return answers.map((answer) =>
        answer?.startsWith('refused')
          ? { reason: new Error(answer) }
          : answer === null
            ? null
            : { value: answer },
      );
    },
    holds: ({ holds }) => holds,
    onFailure: (error) => this.failures.push(error),
  });

  submit(name: string, ...holds: string[]): Promise<string> {
    return this.group.submit({ name, holds });
  }

  submitWhile(signal: AbortSignal, name: string): Promise<string> {
    return this.group.submit({ name, holds: [] }, signal);
  }

  /** Ends what is under way by that name, once it is. */
  async end(name: string, answer: (string | null)[] | Error): Promise<void> {
    await until(() => this.ends.has(name), `“${name}” to be under way`);
    this.ends.get(name)!(answer);
    this.ends.delete(name);
    await new Promise((resolve) => setImmediate(resolve));
  }

  private begin(name: string): Promise<(string | null)[]> {
    this.begun.push(name);
    return new Promise((resolve, reject) => {
      this.ends.set(name, (answer) => (answer instanceof Error ? reject(answer) : resolve(answer)));
    });
  }
}

describe('work that is carried out in groups', () => {
  test('what comes when nothing is under way goes at once and alone, and what comes meanwhile goes together', async () => {
    const work = new Work();
    const first = work.submit('a');
    await work.end('alone a', ['A']);
    const second = work.submit('b');
    await new Promise((resolve) => setImmediate(resolve));
    const more = [work.submit('c'), work.submit('d')];
    await work.end('alone b', ['B']);
    await work.end('c d', ['C', 'D']);
    expect(await Promise.all([first, second, ...more])).toEqual(['A', 'B', 'C', 'D']);
    expect(work.begun).toEqual(['alone a', 'alone b', 'c d']);
  });

  test('what is refused in its group is not carried out again', async () => {
    const work = new Work();
    const first = work.submit('a');
    await new Promise((resolve) => setImmediate(resolve));
    const more = [work.submit('b'), work.submit('c')];
    const refused = more[1]!.catch((reason: Error) => reason.message);
    await work.end('alone a', ['A']);
    await work.end('b c', ['B', 'refused c']);
    expect(await Promise.all([first, more[0]])).toEqual(['A', 'B']);
    expect(await refused).toBe('refused c');
    expect(work.begun).toEqual(['alone a', 'b c']);
  });

  test('no more than 32 go together, the oldest first', async () => {
    const work = new Work();
    const names = Array.from({ length: 40 }, (_, index) => `${index}`);
    const all = names.map((name) => work.submit(name));
    await work.end(names.slice(0, 32).join(' '), names.slice(0, 32));
    await work.end(names.slice(32).join(' '), names.slice(32));
    expect(await Promise.all(all)).toEqual(names);
  });

  test('what the group leaves is carried out by itself, and the next group does not wait for it', async () => {
    const work = new Work();
    const [left, done] = [work.submit('a', 'need'), work.submit('b')];
    await work.end('a b', [null, 'B']);
    expect(await done).toBe('B');
    const [another, held] = [work.submit('c'), work.submit('d', 'need')];
    await work.end('alone c', ['C']);
    expect(await another).toBe('C');
    expect(work.begun).toEqual(['a b', 'alone a', 'alone c']);
    await work.end('alone a', ['A']);
    await work.end('alone d', ['D']);
    expect(await Promise.all([left, held])).toEqual(['A', 'D']);
  });

  test('a group that fails is carried out one by one, and only what fails by itself is lost', async () => {
    const work = new Work();
    const [good, bad] = [work.submit('a'), work.submit('b').catch((error: Error) => error.message)];
    await work.end('a b', new Error('together'));
    await work.end('alone a', ['A']);
    await work.end('alone b', new Error('alone'));
    expect(await Promise.all([good, bad])).toEqual(['A', 'alone']);
    expect(work.failures).toMatchObject([{ message: 'together' }]);
  });

  test('what takes long is not waited for by the others, and ends when it ends', async () => {
    const work = new Work();
    const slow = work.submit('slow', 'need');
    await new Promise((resolve) => setImmediate(resolve));
    const [other, same] = [work.submit('b'), work.submit('c', 'need')];
    // The slow one is let go by the clock of the process; what wants the same would make a group wait as well.
    await work.end('alone b', ['B']);
    expect(await other).toBe('B');
    await work.end('alone c', ['C']);
    await work.end('alone slow', ['S']);
    expect(await Promise.all([slow, same])).toEqual(['S', 'C']);
    const after = [work.submit('d', 'need'), work.submit('e')];
    await work.end('d e', ['D', 'E']);
    expect(await Promise.all(after)).toEqual(['D', 'E']);
  });
});

test('a piece that has not begun is dropped when nobody waits for it any more, and one that has begun is finished', async () => {
  const work = new Work();
  const [begun, waits] = [new AbortController(), new AbortController()];
  const first = work.submitWhile(begun.signal, 'a');
  await new Promise((resolve) => setImmediate(resolve));
  const second = work.submitWhile(waits.signal, 'b').catch((reason: Error) => reason.message);
  const third = work.submit('c');
  begun.abort(new Error('a is not waited for'));
  waits.abort(new Error('b is not waited for'));
  expect(await second).toBe('b is not waited for');
  await work.end('alone a', ['A']);
  await work.end('alone c', ['C']);
  expect(await Promise.all([first, third])).toEqual(['A', 'C']);
  expect(work.begun).toEqual(['alone a', 'alone c']);
  const late = work.submitWhile(waits.signal, 'd').catch((reason: Error) => reason.message);
  expect(await late).toBe('b is not waited for');
});
