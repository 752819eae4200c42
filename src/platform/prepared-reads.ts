import { createHash } from 'node:crypto';
import { Kysely, PostgresDialect, sql } from 'kysely';
import type pg from 'pg';
import QuickLRU from 'quick-lru';
import type { Actor } from '../access/actor.ts';
import { askerSetting } from './asker.ts';
import type { Expression } from './expression.ts';

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

  /** The rows, under the names that the statement itself gives to its columns. */
  async rows<T extends object>(statement: Expression): Promise<T[]> {
    const { sql: text, parameters } = statement.compile(this.compiler);
    const values = [...parameters];
    const name = this.nameOf(text);
    return (await this.pool.query<T>(name === undefined ? { text, values } : { name, text, values })).rows;
  }

  /**
   * The one value of a statement, as text; with what `asker` alone may see where one is named. CASE tells the database
   * who asks before it reads anything, and a setting of a statement outside any transaction ends with the statement.
   */
  async text(statement: Expression, asker: Actor | null): Promise<string> {
    const asked =
      asker === null
        ? sql`select (${statement}) as answer`
        : sql`select case when set_config('sinergi.asker', ${askerSetting(asker)}, true) is not null
            then (${statement}) end as answer`;
    const [row] = await this.rows<{ answer: string }>(asked);
    return row!.answer;
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
