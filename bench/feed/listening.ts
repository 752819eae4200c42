import { setTimeout as sleep } from 'node:timers/promises';
import { Child } from '../child.ts';
import type { Connect, Delays, ListenersQuestion, ListenersState, Report } from './listeners-protocol.ts';

const PATIENCE_MS = 20_000;
const QUIET_MS = 300;

/** The receiving clients, seen from the benchmark. */
export class Listening {
  private readonly child = new Child<ListenersQuestion, unknown, number>('feed/listeners.js');

  get pid(): number {
    return this.child.pid;
  }

  /** Hears how many messages have come since the reset. */
  set onReceived(hear: (received: number) => void) {
    this.child.onNote = hear;
  }

  /** Opens the sockets, and waits until an event reaches each of them; `probe` publishes one event to all groups. */
  async connect(connection: Connect, probe: () => Promise<void>): Promise<void> {
    await this.child.ask({ kind: 'connect', ...connection });
    await this.reset();
    // A server that keeps no history delivers nothing to who is not yet subscribed, and says not when that is.
    const deadline = performance.now() + PATIENCE_MS;
    for (let heard = await this.state(); heard.least === 0; heard = await this.settled()) {
      if (heard.lost > 0) throw new Error(`${heard.lost} subscriptions failed: ${heard.firstLoss}`);
      if (performance.now() > deadline) throw new Error('some subscriptions never heard an event');
      await probe();
    }
  }

  /** Waits until nothing has come for a moment. */
  async settled(): Promise<ListenersState> {
    for (let last = -1; ;) {
      await sleep(QUIET_MS);
      const state = await this.state();
      if (state.received === last) return state;
      last = state.received;
    }
  }

  async reset(noticeEvery = Number.MAX_SAFE_INTEGER): Promise<void> {
    await this.child.ask({ kind: 'reset', noticeEvery });
  }

  async state(): Promise<ListenersState> {
    return (await this.child.ask({ kind: 'state' })) as ListenersState;
  }

  async report(report: Report): Promise<Delays> {
    return (await this.child.ask({ kind: 'report', ...report })) as Delays;
  }

  async burn(cores: number, seconds: number): Promise<void> {
    await this.child.ask({ kind: 'burn', cores, seconds });
  }

  async disconnect(): Promise<void> {
    await this.child.ask({ kind: 'disconnect' });
  }

  async stop(): Promise<void> {
    await this.child.stop();
  }
}
