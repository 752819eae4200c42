import type { Logger } from 'pino';
import { Session } from './session.ts';

const POLL_MS = 250;
const RECONNECT_MS = 500;
const SILENCE_MS = 3000;
const STOP_WITHIN_MS = 1000;

/** Work that one node of all does, again and again. */
export interface LockedWork {
  /** Key of the advisory lock that says which node does it. */
  lock: number;
  /** What could not be done when it fails, for the log. */
  name: string;
  /** Looks at what a former holder has left, once this node holds the lock. */
  inherit?(session: Session): Promise<void>;
  /** Does what there is to do, a batch at most; true when there is more. */
  turn(session: Session): Promise<boolean>;
  /** What a node does in its rounds that does not hold the lock. */
  standBy?(session: Session): Promise<void>;
}

/**
 * One of these runs on every node; the one whose connection holds the advisory lock works, four times a second at least
 * and whenever it is woken, and the others wait to inherit it. The lock lives and dies with the connection that works, so
 * a node that is cut off cannot work.
 */
export class LockedLoop {
  private readonly url: string;
  private readonly work: LockedWork;
  private readonly logger: Logger;
  private session: Session | null = null;
  private stopped = false;
  private woken = false;
  private wakeUp: (() => void) | null = null;
  private running: Promise<void> | null = null;
  /** When the last round ended well. */
  private healthyAt = -Infinity;

  constructor(url: string, work: LockedWork, logger: Logger) {
    this.url = url;
    this.work = work;
    this.logger = logger;
  }

  start(): void {
    this.running ??= this.run();
  }

  /** Begins the next round now; any number of calls until it begins cost one. */
  readonly wake = (): void => {
    this.woken = true;
    this.wakeUp?.();
  };

  /** True while this node's connection is alive: it works, or stands ready to inherit. */
  get isRunning(): boolean {
    return !this.stopped && performance.now() - this.healthyAt < 20 * POLL_MS;
  }

  /** Does once more what there is to do, for a second at most. */
  async stop(): Promise<void> {
    this.stopped = true;
    this.wakeUp?.();
    const late = setTimeout(() => void this.session?.close(), STOP_WITHIN_MS);
    await this.running;
    clearTimeout(late);
  }

  private async run(): Promise<void> {
    while (!this.stopped) {
      try {
        await this.serve();
      } catch (error) {
        this.logger.warn({ err: error }, `${this.work.name}: it failed, and is tried again`);
        // What woke it before the failure must not make this a loop without pauses.
        this.woken = false;
        await this.pause(RECONNECT_MS);
      }
    }
  }

  private async serve(): Promise<void> {
    const session = await Session.open(this.url, SILENCE_MS);
    this.session = session;
    try {
      // A holder that is stopped or cut off falls silent; the server then ends its session, and the lock is free.
      await session.query(`set idle_session_timeout = ${SILENCE_MS}`);
      // A lost connection ends the pause, and the next statement tells. Not by a race in every round: each would
      // stay in memory for as long as the session lives.
      session.lost.catch(this.wake);
      let holds = false;
      do {
        holds ||= await this.inherits(session);
        this.woken = false;
        let hasMore = false;
        if (holds) hasMore = await this.work.turn(session);
        else await this.work.standBy?.(session);
        this.healthyAt = performance.now();
        if (!hasMore) await this.pause(POLL_MS);
      } while (!this.stopped);
      if (holds) await this.work.turn(session);
    } finally {
      await session.close();
    }
  }

  private async inherits(session: Session): Promise<boolean> {
    const [row] = await session.query<{ held: boolean }>('select pg_try_advisory_lock($1) as held', [
      this.work.lock,
    ]);
    if (row!.held) await this.work.inherit?.(session);
    return row!.held;
  }

  private pause(ms: number): Promise<void> {
    if (this.woken || this.stopped) return Promise.resolve();
    return new Promise((resolve) => {
      const timer = setTimeout(() => this.wakeUp?.(), ms);
      this.wakeUp = () => {
        clearTimeout(timer);
        this.wakeUp = null;
        resolve();
      };
    });
  }
}
