import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from 'pino';
import { Session } from './session.ts';

const RECONNECT_MS = 500;
const HEARTBEAT_MS = 2000;
const SILENCE_MS = 3000;

/**
 * Hears one channel of the database, on one connection after another until it is stopped. It rings once too often (and
 * then says nothing) rather than not at all; while there is no connection it does not ring, so whoever answers it must
 * look by itself too.
 */
export class Doorbell {
  private readonly url: string;
  private readonly channel: string;
  private readonly ring: (said: string) => void;
  private readonly logger: Logger;
  private readonly stopping = new AbortController();
  private session: Session | null = null;
  private hearing: Promise<void> | null = null;

  constructor(url: string, channel: string, ring: (said: string) => void, logger: Logger) {
    this.url = url;
    this.channel = channel;
    this.ring = ring;
    this.logger = logger;
  }

  start(): void {
    this.hearing ??= this.hear();
  }

  async stop(): Promise<void> {
    this.stopping.abort();
    await this.session?.close();
    await this.hearing;
  }

  private async hear(): Promise<void> {
    const { signal } = this.stopping;
    while (!signal.aborted) {
      try {
        await this.hearUntilLost();
      } catch (error) {
        if (signal.aborted) return;
        this.logger.warn({ err: error, channel: this.channel }, 'a doorbell was lost and is connected anew');
        await sleep(RECONNECT_MS, undefined, { signal }).catch(() => undefined);
      }
    }
  }

  /** Never answers: it throws when the connection is lost, which the end of the doorbell is too. */
  private async hearUntilLost(): Promise<never> {
    const session = await Session.open(this.url, SILENCE_MS);
    this.session = session;
    let timer: NodeJS.Timeout | undefined;
    // A connection on which nobody calls looks like one that is dead; a second `listen` changes nothing.
    const beat = () => {
      timer = setTimeout(() => {
        session.query(`listen ${this.channel}`).then(beat, () => undefined);
      }, HEARTBEAT_MS);
    };
    try {
      await session.listen(this.channel, this.ring);
      this.stopping.signal.throwIfAborted();
      this.ring('');
      beat();
      return await session.lost;
    } finally {
      clearTimeout(timer);
      await session.close();
    }
  }
}
