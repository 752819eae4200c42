import { AsyncLocalStorage } from 'node:async_hooks';
import { orAbandoned, whileWanted } from './wanted.ts';

type Work<T> = (most: number, whileWanted: AbortSignal) => Promise<T>;

/** A piece of work, and how many wait for it. */
class Turn<T> {
  /** The most that anybody who waits asks for. */
  most = 0;
  private waiting = 0;
  private readonly unwanted = new AbortController();
  private readonly answer = Promise.withResolvers<T>();
  /** It is done on behalf of whoever asked for it first. */
  private readonly asAsker = AsyncLocalStorage.snapshot();

  constructor() {
    // Each who waits hears it; once all have left, nobody has to.
    this.answer.promise.catch(() => undefined);
  }

  get isWanted(): boolean {
    return this.waiting > 0;
  }

  async run(work: Work<T>): Promise<void> {
    try {
      const { signal } = this.unwanted;
      this.answer.resolve(await this.asAsker(() => whileWanted(signal, () => work(this.most, signal))));
    } catch (error) {
      this.answer.reject(error);
    }
  }

  /** The answer, or the signal's reason once it aborts. */
  join(most: number, signal: AbortSignal): Promise<T> {
    this.most = Math.max(this.most, most);
    this.waiting += 1;
    return orAbandoned(this.answer.promise, signal, () => {
      this.waiting -= 1;
      if (this.waiting === 0) this.unwanted.abort(signal.reason);
    });
  }
}

interface Line<T> {
  next: Turn<T> | null;
}

/**
 * Does one piece of work at a time for each key. Those who ask while one is under way share the next, so that each answer
 * was begun after it was asked for. Work for which nobody waits any more is not begun, or hears so by its signal.
 */
export class SharedTurns<T> {
  private readonly lines = new Map<string, Line<T>>();

  /** `work` is called with the most that any of those who share it asks for. */
  take(key: string, most: number, signal: AbortSignal, work: Work<T>): Promise<T> {
    const line = this.lines.get(key);
    if (line !== undefined) {
      line.next ??= new Turn<T>();
      return line.next.join(most, signal);
    }
    const turn = new Turn<T>();
    const answer = turn.join(most, signal);
    void this.serve(key, turn, work);
    return answer;
  }

  private async serve(key: string, first: Turn<T>, work: Work<T>): Promise<void> {
    const line: Line<T> = { next: first };
    this.lines.set(key, line);
    while (line.next !== null) {
      const turn = line.next;
      line.next = null;
      if (turn.isWanted) await turn.run(work);
    }
    this.lines.delete(key);
  }
}
