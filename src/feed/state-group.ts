import { setTimeout as sleep } from 'node:timers/promises';
import { type SharedExecution, SharedReading } from '../platform/live/shared-stream.ts';
import { isFull, type Outlet } from '../platform/live/outlet.ts';
import { SharedMessages } from '../platform/live/shared-messages.ts';
import type { FeedTail } from './feed-tail.ts';
import type { PolicyWatch } from '../balance/policy-watch.service.ts';
import type { Topic } from './feed.rules.ts';

/** At most five states a second for one subscriber. */
const LEAST_INTERVAL_MS = 200;

/** A state that is watched: what may change it, and how it is read. */
export interface WatchedState {
  /** Events of these topics. */
  topics: readonly Topic[];
  /** Policies that may rule there. */
  place: string | null;
  read: () => Promise<unknown>;
}

/**
 * The readers of this node who watch the same state in the same words and may see the same: it is read, executed and
 * serialised once for all of them. A newcomer is shown the state as it is, everybody each change of it.
 *
 * It goes in rounds, at most five a second. Changes that come while a round waits for its turn or is under way are
 * merged into the next, so the last state is always shown.
 */
export class StateGroup {
  private readonly execution: SharedExecution;
  private readonly state: WatchedState;
  private readonly tail: FeedTail;
  private readonly policies: PolicyWatch;
  private readonly readers = new Set<StateReader>();
  private readonly newcomers = new Set<StateReader>();
  private hasChanged = false;
  private isRunning = false;
  private roundAt = -Infinity;

  constructor(execution: SharedExecution, state: WatchedState, tail: FeedTail, policies: PolicyWatch) {
    this.execution = execution;
    this.state = state;
    this.tail = tail;
    this.policies = policies;
    tail.subscribe(this.change, state.topics);
    policies.subscribe(this.change, state.place);
  }

  get size(): number {
    return this.readers.size;
  }

  add(reader: StateReader): void {
    this.readers.add(reader);
    this.newcomers.add(reader);
    if (!this.isRunning) void this.run();
  }

  /** With the last reader the group itself ends. */
  remove(reader: StateReader): void {
    this.readers.delete(reader);
    this.newcomers.delete(reader);
    if (this.readers.size > 0) return;
    this.tail.unsubscribe(this.change, this.state.topics);
    this.policies.unsubscribe(this.change, this.state.place);
  }

  /** Shows the state anew, whatever it was. */
  readonly change = (): void => {
    this.hasChanged = true;
    if (!this.isRunning) void this.run();
  };

  private async run(): Promise<void> {
    this.isRunning = true;
    while (this.readers.size > 0 && (this.hasChanged || this.newcomers.size > 0)) {
      const waitMs = this.roundAt + LEAST_INTERVAL_MS - performance.now();
      if (waitMs > 0) await sleep(waitMs);
      this.roundAt = performance.now();
      await this.round();
    }
    this.isRunning = false;
  }

  private async round(): Promise<void> {
    const isForAll = this.hasChanged;
    this.hasChanged = false;
    // Who comes while the state is read waits for the next round: this one may be older than its coming.
    const shown = isForAll ? [...this.readers] : [...this.newcomers];
    this.newcomers.clear();
    try {
      const body = await this.execution.perform(await this.state.read());
      const messages = new SharedMessages([{ body, cursor: null }]);
      for (const reader of shown) reader.show(messages);
    } catch (error) {
      for (const reader of shown) reader.fail(error);
    }
  }
}

/** One subscriber of a state. For one that reads slowly only the last state waits. */
export class StateReader extends SharedReading {
  private readonly group: StateGroup;
  private readonly outlet: Outlet;
  private latest: SharedMessages | null = null;
  private failure: { error: unknown } | null = null;
  private wake: (() => void) | null = null;

  constructor(group: StateGroup, outlet: Outlet) {
    super();
    this.group = group;
    this.outlet = outlet;
    group.add(this);
  }

  show(messages: SharedMessages): void {
    this.latest = messages;
    this.wake?.();
  }

  fail(error: unknown): void {
    this.failure = { error };
    this.wake?.();
  }

  protected async run(): Promise<void> {
    while (!this.isEnded) {
      if (this.failure !== null) throw this.failure.error;
      const { latest } = this;
      if (isFull(this.outlet)) await this.outlet.drained();
      else if (latest === null) await new Promise<void>((resolve) => (this.wake = resolve));
      else {
        this.latest = null;
        this.outlet.send(latest);
        await this.outlet.drained();
      }
    }
  }

  protected leave(): void {
    this.group.remove(this);
    this.wake?.();
  }
}
