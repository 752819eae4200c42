import { setTimeout as sleep } from 'node:timers/promises';
import { clockMs } from '../statistics.ts';
import type { Listening } from './listening.ts';
import type { Audience, Server } from './server.ts';

const PATIENCE_MS = 15_000;

/** Events given to a server since the last reset of the listeners, and how many messages they make. */
export class Published {
  /** When each event was given, by its number. */
  readonly atMs: number[] = [];
  /** Messages that the listeners must get in all. */
  owed = 0;
  /** Why an event was not taken; null while all were. */
  failure: Error | null = null;
  private readonly server: Server;
  private readonly audience: Audience;

  constructor(server: Server, audience: Audience) {
    this.server = server;
    this.audience = audience;
  }

  /** Gives so many more events, round the groups in turn. */
  publish(count: number): void {
    const { sockets, groups } = this.audience;
    const from = this.atMs.length;
    const now = clockMs();
    for (let number = from; number < from + count; number += 1) {
      this.atMs.push(now);
      // Sockets were dealt to the groups in turn, so the first groups may have one more.
      this.owed += Math.floor(sockets / groups) + (number % groups < sockets % groups ? 1 : 0);
    }
    this.server.publish(from, count, groups).catch((error: unknown) => {
      this.failure ??= error instanceof Error ? error : new Error('an event was not published');
    });
  }

  /** Waits until every message has come. Throws when one is missing, with what became of its socket. */
  async arrived(listening: Listening): Promise<void> {
    const deadline = performance.now() + PATIENCE_MS;
    for (;;) {
      const { received, lost, firstLoss } = await listening.state();
      if (this.failure !== null) throw this.failure;
      if (lost > 0) throw new Error(`${lost} sockets were lost: ${firstLoss}`);
      if (received === this.owed) return;
      if (received > this.owed || performance.now() > deadline) {
        throw new Error(`${received} messages came, and ${this.owed} should have`);
      }
      await sleep(20);
    }
  }
}
