import { AsyncLocalStorage } from 'node:async_hooks';

/** How a piece of work ended: what it answers, or why it was refused. */
export type Settled<Answer> = { value: Answer } | { reason: unknown };

export interface GroupWork<Item, Answer> {
  /** Carries out several in one transaction; null for each that has to be carried out by itself. */
  together(items: readonly Item[]): Promise<readonly (Settled<Answer> | null)[]>;
  /** Carries out one, whatever it has to wait for. Must be safe after a `together` whose end nobody knows. */
  alone(item: Item): Promise<Answer>;
  /** Names of what it will hold. Two that share one never are in two transactions of this process at once. */
  holds(item: Item): readonly string[];
  /** Hears why a group failed; all of it is then carried out one by one. */
  onFailure(error: unknown): void;
}

/** So many are carried out in one transaction. */
const MAX_GROUP = 32;
/** A transaction that takes longer waits for somebody else's lock, and the next does not wait for it. */
const PATIENCE_MS = 100;

interface Waiting<Item, Answer> {
  item: Item;
  holds: readonly string[];
  /** Calls something as if its submitter did, who is billed for what it reads. */
  asSubmitter: <R>(work: () => R) => R;
  resolve: (answer: Answer) => void;
  reject: (reason: unknown) => void;
}

/**
 * Carries out pieces of work in as few transactions as their number asks for: what comes while one is under way goes into
 * the next one together. A piece that comes when nothing is under way goes at once, alone. How many
 * wait is bounded by how many requests the hub lets in.
 */
export class GroupCommit<Item, Answer> {
  private readonly work: GroupWork<Item, Answer>;
  private waiting: Waiting<Item, Answer>[] = [];
  private readonly held = new Map<string, number>();
  /** Names of what takes too long: a group with one of them could wait as long. */
  private readonly late = new Map<string, number>();
  private isUnderWay = false;
  private isScheduled = false;

  constructor(work: GroupWork<Item, Answer>) {
    this.work = work;
  }

  /** A piece that has not begun when the signal aborts is dropped, with the signal's reason; one that has begun is finished. */
  submit(item: Item, signal?: AbortSignal): Promise<Answer> {
    return new Promise((resolve, reject) => {
      const asSubmitter = AsyncLocalStorage.snapshot();
      const one = { item, holds: this.work.holds(item), asSubmitter, resolve, reject };
      const drop = () => {
        const place = this.waiting.indexOf(one);
        if (place === -1) return;
        this.waiting.splice(place, 1);
        reject(signal?.reason as Error);
      };
      this.waiting.push(one);
      if (signal?.aborted) drop();
      else signal?.addEventListener('abort', drop, { once: true });
      this.schedule();
    });
  }

  /** What comes in one turn of the event loop goes together. */
  private schedule(): void {
    if (this.isScheduled) return;
    this.isScheduled = true;
    setImmediate(() => {
      this.isScheduled = false;
      this.depart();
    });
  }

  private depart(): void {
    if (this.isUnderWay) return;
    this.sendLateAside();
    const group = this.nextGroup();
    if (group.length > 0) void this.carryOut(group);
  }

  private isFree({ holds }: Waiting<Item, Answer>): boolean {
    return holds.every((name) => !this.held.has(name));
  }

  /** Of those that share a name one goes at a time: each holds its names before the next is looked at. */
  private sendLateAside(): void {
    if (this.late.size === 0) return;
    this.waiting = this.waiting.filter((one) => {
      const goes = one.holds.some((name) => this.late.has(name)) && this.isFree(one);
      if (goes) void this.aside(one);
      return !goes;
    });
  }

  /** The oldest that wait for nothing that is held. */
  private nextGroup(): Waiting<Item, Answer>[] {
    const group: Waiting<Item, Answer>[] = [];
    this.waiting = this.waiting.filter((one) => {
      const goes = group.length < MAX_GROUP && this.isFree(one);
      if (goes) group.push(one);
      return !goes;
    });
    return group;
  }

  private async carryOut(group: readonly Waiting<Item, Answer>[]): Promise<void> {
    this.isUnderWay = true;
    const back = () => {
      this.isUnderWay = false;
      this.schedule();
    };
    const [first] = group;
    const release = this.hold(group, back);
    if (group.length === 1) {
      await this.settle(first!);
      release();
      return;
    }
    const answers = await this.together(group);
    const left = group.filter(({ resolve, reject }, index) => {
      const answer = answers?.[index] ?? null;
      if (answer === null) return true;
      if ('value' in answer) resolve(answer.value);
      else reject(answer.reason);
      return false;
    });
    release();
    await Promise.all(left.map((one) => this.aside(one)));
  }

  private async together(
    group: readonly Waiting<Item, Answer>[],
  ): Promise<readonly (Settled<Answer> | null)[] | null> {
    try {
      return await this.work.together(group.map(({ item }) => item));
    } catch (error) {
      this.work.onFailure(error);
      return null;
    }
  }

  /** Alone, beside what is under way. */
  private async aside(one: Waiting<Item, Answer>): Promise<void> {
    const release = this.hold([one], () => this.schedule());
    await this.settle(one);
    release();
  }

  private async settle({ item, asSubmitter, resolve, reject }: Waiting<Item, Answer>): Promise<void> {
    try {
      resolve(await asSubmitter(() => this.work.alone(item)));
    } catch (error) {
      reject(error);
    }
  }

  /**
   * Holds what the group holds until the end, or until it took too long, which is told once; answers what is to be called
   * at the end.
   */
  private hold(group: readonly Waiting<Item, Answer>[], onReleased: () => void): () => void {
    const names = group.flatMap(({ holds }) => holds);
    add(this.held, names);
    let isLate = false;
    const late = setTimeout(() => {
      isLate = true;
      remove(this.held, names);
      add(this.late, names);
      onReleased();
    }, PATIENCE_MS);
    return () => {
      clearTimeout(late);
      remove(isLate ? this.late : this.held, names);
      if (!isLate) onReleased();
    };
  }
}

function add(counts: Map<string, number>, names: readonly string[]): void {
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1);
}

function remove(counts: Map<string, number>, names: readonly string[]): void {
  for (const name of names) {
    const count = counts.get(name)! - 1;
    if (count === 0) counts.delete(name);
    else counts.set(name, count);
  }
}
