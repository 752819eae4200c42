import type { Logger } from 'pino';
import type pg from 'pg';
import { PROMPT_SILENCE_MS, READ_ONLY } from './database-settings.ts';
import { openPool } from './pool.ts';
import { Wires } from './wires.ts';

/** Cancels statements of this hub's other connections, from a connection of its own. */
export class Canceller {
  private readonly pool: pg.Pool;
  private readonly wires: Wires;
  private asking = 0;

  constructor(url: string, logger: Logger) {
    this.wires = new Wires({ silenceMs: PROMPT_SILENCE_MS, isPatient: () => this.asking === 0 });
    const settings = { connectionString: url, options: READ_ONLY, max: 1, idleTimeoutMillis: 0 };
    this.pool = openPool(settings, this.wires, logger);
  }

  /**
   * Cancels what the backend with that process id is doing. Once this resolves, the backend has had the signal: what is sent
   * to it later is not cancelled, since an idle backend ignores it.
   */
  readonly cancel = async (processId: number): Promise<void> => {
    this.asking += 1;
    try {
      await this.pool.query('select pg_cancel_backend($1)', [processId]);
    } finally {
      this.asking -= 1;
    }
  };

  async close(): Promise<void> {
    const ended = this.pool.end();
    this.wires.destroy();
    await ended;
  }
}
