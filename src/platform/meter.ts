import { AsyncLocalStorage } from 'node:async_hooks';
import { availableParallelism } from 'node:os';
import { performance } from 'node:perf_hooks';
import { ThreadTurns } from './thread-turns.ts';

/** Who is billed for work. */
export interface Payer {
  /** Whose turn it takes where many wait: an account, or a network address. */
  readonly owner: string;
  /** So many milliseconds of a processor were worked for it. */
  add(ms: number): void;
}

/** How the time of the hub's thread passes, in milliseconds. */
export interface ThreadClock {
  now(): number;
  /** How long the thread has waited for something to happen, all in all. */
  idle(): number;
}

const threadClock: ThreadClock = {
  now: () => performance.now(),
  idle: () => performance.eventLoopUtilization().idle,
};

/**
 * Measures for whom the hub's thread and its database work.
 *
 * The thread: whoever takes it up says for whom (`worksFor`), which lasts until somebody else does, or until the end of
 * this turn of the event loop.
 *
 * The database: a statement counts from when its connection begins it until its answer, but only while the thread
 * waits: what others do on the thread meanwhile delays the answer, and is billed to them. Where more statements run at
 * once than the database is taken to have processors, each counts its share of the time. So nobody pays for others, and
 * a crowd errs on the side of those who ask.
 */
export class Meter {
  /** Who may begin to be worked for. */
  private readonly clock: ThreadClock;
  private readonly processors: number;
  readonly turns = new ThreadTurns();
  private readonly payers = new AsyncLocalStorage<Payer | null>();
  private worker: Payer | null = null;
  private since = 0;
  private isClosing = false;
  private running = 0;
  private idleAt: number;
  /** Advances as the time of one statement among those that run. */
  private share = 0;

  constructor(clock: ThreadClock = threadClock, processors: number = availableParallelism()) {
    this.clock = clock;
    this.processors = processors;
    this.idleAt = clock.idle();
  }

  /** Who is billed for what is asked of the database here; null for the hub itself. */
  get payer(): Payer | null {
    return this.payers.getStore() ?? null;
  }

  /** Does the work for this payer, with all that it calls and waits for; for the hub itself with null. */
  within<T>(payer: Payer | null, work: () => T): T {
    this.worksFor(payer);
    return this.payers.run(payer, work);
  }

  /** The thread works for this payer from now on. */
  worksFor(payer: Payer | null): void {
    if (payer === this.worker) return;
    const now = this.clock.now();
    if (this.worker !== null) {
      this.worker.add(now - this.since);
      this.turns.worked(this.worker.owner, now - this.since);
    }
    this.worker = payer;
    this.since = now;
    if (payer === null || this.isClosing) return;
    this.isClosing = true;
    setImmediate(this.endTurn);
  }

  /** The thread works for the hub itself from now on. */
  readonly rests = (): void => this.worksFor(null);

  /** A connection begins to work; answers what `ends` is to be called with. */
  begins(): number {
    this.advance();
    this.running += 1;
    return this.share;
  }

  /** A connection has worked since then for this payer. Answers its milliseconds. */
  ends(begunAt: number, payer: Payer | null): number {
    this.advance();
    this.running -= 1;
    const ms = this.share - begunAt;
    payer?.add(ms);
    return ms;
  }

  private readonly endTurn = (): void => {
    this.isClosing = false;
    this.rests();
    this.turns.over();
  };

  private advance(): void {
    const idle = this.clock.idle();
    if (this.running > 0) this.share += (idle - this.idleAt) * Math.min(1, this.processors / this.running);
    this.idleAt = idle;
  }
}
