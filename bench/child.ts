import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

/** What goes through the channel between a benchmark and its children. */
interface Question<Q> {
  number: number;
  question: Q;
}
type Reply<A> = { number: number } & ({ answer: A } | { error: string });
type Word<A, N> = Reply<A> | { note: N };

/** A program of the benchmark in a process of its own, which answers questions and tells notes. */
export class Child<Q, A, N = never> {
  readonly pid: number;
  /** Hears what the child tells by itself. */
  onNote: (note: N) => void = () => undefined;
  private readonly process: ChildProcess;
  private readonly waiting = new Map<number, PromiseWithResolvers<A>>();
  private asked = 0;

  /** `program` is compiled, and its path relative to the benchmark's folder. */
  constructor(program: string, args: readonly string[] = []) {
    this.process = fork(fileURLToPath(new URL(program, import.meta.url)), args, {
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
      serialization: 'advanced',
    });
    this.pid = this.process.pid!;
    this.process.on('message', (word: Word<A, N>) => this.hear(word));
    this.process.on('exit', (code, signal) => {
      const error = new Error(`${program} ended with ${code ?? signal}`);
      for (const { reject } of this.waiting.values()) reject(error);
      this.waiting.clear();
    });
  }

  ask(question: Q): Promise<A> {
    const number = (this.asked += 1);
    const answer = Promise.withResolvers<A>();
    this.waiting.set(number, answer);
    const message: Question<Q> = { number, question };
    this.process.send(message, (error) => {
      if (error !== null) answer.reject(error);
    });
    return answer.promise;
  }

  async stop(): Promise<void> {
    if (this.process.exitCode !== null || this.process.signalCode !== null) return;
    const ended = once(this.process, 'exit');
    this.process.kill('SIGKILL');
    await ended;
  }

  private hear(word: Word<A, N>): void {
    if ('note' in word) {
      this.onNote(word.note);
      return;
    }
    const waiting = this.waiting.get(word.number);
    this.waiting.delete(word.number);
    if ('error' in word) waiting?.reject(new Error(word.error));
    else waiting?.resolve(word.answer);
  }
}

/** In the child: answers each question of the parent, which knows what may be asked, and ends with it. */
export function answerParent(answer: (question: never) => unknown): void {
  process.on('disconnect', () => process.exit());
  process.on('message', ({ number, question }: Question<never>) => {
    void (async () => {
      try {
        const reply: Reply<unknown> = { number, answer: await answer(question) };
        process.send!(reply);
      } catch (error) {
        process.send!({ number, error: error instanceof Error ? (error.stack ?? error.message) : 'unknown' });
      }
    })();
  });
}

/** In the child: tells the parent something that it did not ask for. */
export function tellParent(note: unknown): void {
  process.send!({ note });
}
