import { Turns } from './turns.ts';

/** An owner for whom the thread has worked longer in one turn of the event loop begins nothing more in it. */
const MOST_MS = 2;

/**
 * Lets operations begin in turns where one owner's would hold the hub's thread: what comes beyond its share of a turn of
 * the event loop begins in later turns, one operation an owner each, and between these everybody else's answers are taken up.
 */
export class ThreadTurns {
  private readonly waiting = new Turns<() => void>();
  /** How long the thread has worked for whom since the turn began, in milliseconds. */
  private readonly spent = new Map<string, number>();
  private isScheduled = false;

  /** The thread has worked so long for this owner. */
  worked(owner: string, ms: number): void {
    this.spent.set(owner, (this.spent.get(owner) ?? 0) + ms);
  }

  /** The turn of the event loop is over. */
  over(): void {
    this.spent.clear();
  }

  /** Resolves when this owner may begin an operation; null when it may at once. */
  next(owner: string): Promise<void> | null {
    if (!this.waiting.has(owner) && (this.spent.get(owner) ?? 0) < MOST_MS) return null;
    return new Promise((resolve) => {
      this.waiting.add(owner, resolve);
      this.schedule();
    });
  }

  private schedule(): void {
    if (this.isScheduled) return;
    this.isScheduled = true;
    setImmediate(this.deal);
  }

  private readonly deal = (): void => {
    this.isScheduled = false;
    const served = new Set<string>();
    for (;;) {
      const begin = this.waiting.next((owner) => !served.has(owner) && served.add(owner).size > 0);
      if (begin === undefined) break;
      begin();
    }
    if (this.waiting.size > 0) this.schedule();
  };
}
