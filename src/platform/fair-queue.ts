import { RequestError } from '../kernel/problems.ts';
import { Turns } from './turns.ts';

/** So long somebody who has asked is taken to ask again. */
const LATELY_MS = 1000;
/** So many may wait; what more comes is refused at once. */
const MAX_WAITING = 10_000;

/** Gives a place back; has no effect when it is called again. */
export type Leave = () => void;

/**
 * Deals a fixed number of places out among owners, who are served in turns.
 *
 * While others wait, or have asked within the last second, nobody is given more than a third of the places. An owner who
 * is alone may have all but a few, which whoever comes next finds free.
 */
export class FairQueue {
  private readonly places: number;
  /** What everybody may hold. */
  private readonly third: number;
  /** What an owner who is alone may hold. */
  private readonly most: number;
  private readonly now: () => number;
  private readonly held = new Map<string, number>();
  private readonly waiting = new Turns<{ owner: string; admit: () => void }>();
  private taken = 0;
  private lastOwner: string | null = null;
  private lastAt = -Infinity;
  /** When somebody else than the last owner asked last. */
  private othersAt = -Infinity;

  constructor(places: number, now: () => number = () => performance.now()) {
    this.places = places;
    this.third = Math.max(1, Math.floor(places / 3));
    this.most = Math.max(this.third, places - Math.ceil(places / 5));
    this.now = now;
  }

  /** How many wait. */
  get length(): number {
    return this.waiting.size;
  }

  /**
   * A place, as soon as it is this owner's turn. Rejects with the signal's reason when that aborts while the owner waits, and
   * with TOO_MANY_OPERATIONS when too many wait.
   */
  async take(owner: string, signal?: AbortSignal): Promise<Leave> {
    signal?.throwIfAborted();
    this.hasAsked(owner);
    if (this.waiting.has(owner) || !this.mayHave(owner)) await this.wait(owner, signal);
    else this.give(owner);
    let isHeld = true;
    return () => {
      if (isHeld) this.leave(owner);
      isHeld = false;
    };
  }

  private wait(owner: string, signal: AbortSignal | undefined): Promise<void> {
    if (this.waiting.size >= MAX_WAITING) {
      throw new RequestError(
        'TOO_MANY_OPERATIONS',
        { key: 'rate.too-many-at-once', params: { max: MAX_WAITING } },
        { retryAfterSeconds: 1 },
      );
    }
    return new Promise((resolve, reject) => {
      const onAbort = () => {
        if (this.waiting.remove(owner, waiter)) reject(signal?.reason as Error);
      };
      const waiter = {
        owner,
        admit: () => {
          signal?.removeEventListener('abort', onAbort);
          this.give(owner);
          resolve();
        },
      };
      signal?.addEventListener('abort', onAbort, { once: true });
      this.waiting.add(owner, waiter);
    });
  }

  private hasAsked(owner: string): void {
    if (owner !== this.lastOwner) this.othersAt = this.lastAt;
    this.lastOwner = owner;
    this.lastAt = this.now();
  }

  private isAlone(owner: string): boolean {
    if (this.waiting.hasOthers(owner)) return false;
    const othersAt = owner === this.lastOwner ? this.othersAt : this.lastAt;
    return this.now() - othersAt >= LATELY_MS;
  }

  private mayHave(owner: string): boolean {
    if (this.taken >= this.places) return false;
    const held = this.held.get(owner) ?? 0;
    return held < this.third || (held < this.most && this.isAlone(owner));
  }

  private give(owner: string): void {
    this.taken += 1;
    this.held.set(owner, (this.held.get(owner) ?? 0) + 1);
  }

  /** Whoever waits and may not have a place holds some, or all are held: so each that is left lets somebody go on. */
  private leave(owner: string): void {
    this.taken -= 1;
    const left = this.held.get(owner)! - 1;
    if (left === 0) this.held.delete(owner);
    else this.held.set(owner, left);
    for (;;) {
      const waiter = this.waiting.next((one) => this.mayHave(one));
      if (waiter === undefined) return;
      waiter.admit();
    }
  }
}
