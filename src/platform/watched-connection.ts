import { setTimeout as sleep } from 'node:timers/promises';
import type { PostgresPoolClient } from 'kysely';
import { orAbandoned } from './wanted.ts';

/** Cancels what the backend with that process id is doing; resolves once the server has told it so. */
export type CancelBackend = (processId: number) => Promise<void>;

/** A cancellation that came between two statements has no effect, and is sent again after this time. */
const AGAIN_MS = 100;
const ignore = () => undefined;

/**
 * The statements that one borrower has sent on a connection. Once nobody waits for any of them, the one that runs is
 * cancelled. The borrower gives the connection back after `ended`: a cancellation may still be on its way until then, and would
 * hit a statement of the next borrower.
 */
export class WatchedConnection {
  private readonly client: PostgresPoolClient;
  private readonly cancelBackend: CancelBackend | null;
  private readonly running = new Set<Promise<unknown>>();
  /** Of those that run, for how many somebody waits. */
  private wanted = 0;
  private cancelling: Promise<void> = Promise.resolve();
  private isCancelling = false;

  /** With null nothing is cancelled. */
  constructor(client: PostgresPoolClient, cancelBackend: CancelBackend | null) {
    this.client = client;
    this.cancelBackend = cancelBackend;
  }

  /** The answer of a statement that was sent, or the signal's reason once that aborts. */
  watch<T>(sent: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
    let isWanted = true;
    const leave = () => {
      if (isWanted) this.wanted -= 1;
      isWanted = false;
    };
    this.wanted += 1;
    void this.untilAnswered(sent, leave);
    if (signal === undefined) return sent;
    return orAbandoned(sent, signal, () => {
      leave();
      this.cancelUnwanted();
    });
  }

  /** Resolves once all that was sent has been answered, and no cancellation is on its way. */
  async ended(): Promise<void> {
    while (this.running.size > 0) await Promise.all(this.running);
    await this.cancelling;
  }

  private async untilAnswered(sent: Promise<unknown>, leave: () => void): Promise<void> {
    const answered = sent.catch(ignore);
    this.running.add(answered);
    await answered;
    this.running.delete(answered);
    leave();
    this.cancelUnwanted();
  }

  private cancelUnwanted(): void {
    const { cancelBackend, client } = this;
    const { processID } = client;
    if (cancelBackend === null || processID === undefined) return;
    if (this.isCancelling || this.wanted > 0 || this.running.size === 0) return;
    this.isCancelling = true;
    this.cancelling = this.cancel(() => cancelBackend(processID)).finally(() => (this.isCancelling = false));
  }

  private async cancel(send: () => Promise<void>): Promise<void> {
    while (this.running.size > 0 && this.wanted === 0) {
      await send().catch(ignore);
      await Promise.race([Promise.all(this.running), sleep(AGAIN_MS)]);
    }
  }
}
