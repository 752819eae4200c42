import { availableParallelism } from 'node:os';
import { RequestError } from '../kernel/problems.ts';

export interface HashingLimits {
  /** Hashes that are computed at the same time. */
  running: number;
  /** Those that wait, of all lanes together. */
  waiting: number;
}

interface Waiting {
  start: () => void;
  refuse: (reason: RequestError) => void;
}

/** Half of the processor is left to everything else; at 20 ms a hash this is a queue of some 20 s. */
const DEFAULT_LIMITS: HashingLimits = {
  running: Math.max(1, Math.floor(availableParallelism() / 2)),
  waiting: 1000,
};

/**
 * A bounded, fair queue for password hashes, which are made to be slow. Lanes (one a network address) take turns, so
 * whoever asks for many waits for their own. When the queue is full the last of the longest lane gives way.
 */
export class PasswordHashing {
  private readonly limits: HashingLimits;
  private readonly lanes = new Map<string, Waiting[]>();
  private readonly urgent: Waiting[] = [];
  private running = 0;
  private waiting = 0;

  constructor(limits: HashingLimits = DEFAULT_LIMITS) {
    this.limits = limits;
  }

  /** Runs `work` when it is its turn; `isUrgent` comes before all lanes. Rejects with TOO_MANY_OPERATIONS. */
  async run<T>(lane: string, isUrgent: boolean, work: () => Promise<T>): Promise<T> {
    if (this.running >= this.limits.running) await this.wait(lane, isUrgent);
    else this.running += 1;
    try {
      return await work();
    } finally {
      // The place goes to the next in line at once, so that nobody who comes meanwhile overtakes.
      const next = this.next();
      if (next === undefined) this.running -= 1;
      else next.start();
    }
  }

  private wait(lane: string, isUrgent: boolean): Promise<void> {
    return new Promise((resolve, reject) => {
      const waiting = { start: resolve, refuse: reject };
      if (isUrgent) this.urgent.push(waiting);
      else {
        const line = this.lanes.get(lane);
        if (line === undefined) this.lanes.set(lane, [waiting]);
        else line.push(waiting);
      }
      this.waiting += 1;
      if (this.waiting > this.limits.waiting) this.dropLast();
    });
  }

  private next(): Waiting | undefined {
    const urgent = this.urgent.shift();
    if (urgent !== undefined) {
      this.waiting -= 1;
      return urgent;
    }
    for (const [lane, line] of this.lanes) {
      const first = line.shift();
      this.lanes.delete(lane);
      if (line.length > 0) this.lanes.set(lane, line);
      this.waiting -= 1;
      return first;
    }
    return undefined;
  }

  private dropLast(): void {
    let longest: [lane: string, line: Waiting[]] | undefined;
    for (const entry of this.lanes) {
      if (longest === undefined || entry[1].length > longest[1].length) longest = entry;
    }
    const [lane, line] = longest ?? ['', this.urgent];
    const last = line.pop();
    if (line.length === 0) this.lanes.delete(lane);
    this.waiting -= 1;
    const { waiting: max } = this.limits;
    last?.refuse(
      new RequestError(
        'TOO_MANY_OPERATIONS',
        { key: 'rate.sign-ins-wait', params: { max } },
        { limit: 'waitingSignIns', counted: max + 1, max, retryAfterSeconds: 5 },
      ),
    );
  }
}
