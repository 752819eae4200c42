import { createHash } from 'node:crypto';
import { Kysely, PostgresDialect } from 'kysely';
import type pg from 'pg';
import QuickLRU from 'quick-lru';
import type { Actor } from '../access/actor.ts';
import { askerSetting } from './asker.ts';
import type { Expression } from './expression.ts';
import { packed } from './pipeline.ts';

/** A statement that comes so often is worth a plan that is kept. */
const OFTEN = 3;
/** So many statements are remembered at once, named or not yet. */
const MAX_STATEMENTS = 200;

/**
 * Reads outside any transaction that are prepared when they come again and again: each connection parses and plans
 * them once. A connection keeps what it prepared until its end, so the pool's connections must not live for long.
 */
export class PreparedReads {
  private readonly pool: pg.Pool;
  private readonly compiler: Kysely<unknown>;
  private readonly seen = new QuickLRU<string, { times: number; name?: string }>({ maxSize: MAX_STATEMENTS });

  constructor(pool: pg.Pool) {
    this.pool = pool;
    // Only compiles; the connections are taken from the pool itself, which knows names.
    this.compiler = new Kysely({ dialect: new PostgresDialect({ pool }) });
  }

  /**
   * The rows, under the names that the statement itself gives to its columns; with what `asker` alone may see where
   * one is named.
   */
  async rows<T extends object>(statement: Expression, asker: Actor | null = null): Promise<T[]> {
    const { sql: text, parameters } = statement.compile(this.compiler);
    const values = [...parameters];
    const name = this.nameOf(text);
    const query = name === undefined ? { text, values } : { name, text, values };
    return (await (asker === null ? this.pool.query<T>(query) : this.queryAs<T>(asker, query))).rows;
  }

  /**
   * As `Database.readAs`, in one round trip: the asker is forgotten with the transaction. A connection that fails in it
   * is not used again.
   */
  private async queryAs<T extends object>(asker: Actor, query: pg.QueryConfig): Promise<pg.QueryResult<T>> {
    const client = await this.pool.connect();
    const send = packed(client);
    let isSound = false;
    try {
      const text = `select set_config('sinergi.asker', $1, true)`;
      const [, , result] = await Promise.all([
        send({ text: 'begin' }),
        send({ text, values: [askerSetting(asker)] }),
        send<T>(query),
        send({ text: 'commit' }),
      ]);
      isSound = true;
      return result;
    } finally {
      client.release(!isSound);
    }
  }

  /** Ends the connections. */
  end(): Promise<void> {
    return this.pool.end();
  }

  private nameOf(text: string): string | undefined {
    const statement = this.seen.get(text) ?? { times: 0 };
    statement.times += 1;
    if (statement.times === 1) this.seen.set(text, statement);
    if (statement.times === OFTEN) statement.name = createHash('sha256').update(text).digest('base64url');
    return statement.name;
  }
}
