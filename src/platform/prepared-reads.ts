import { createHash } from 'node:crypto';
import { Kysely, PostgresDialect } from 'kysely';
import type pg from 'pg';
import QuickLRU from 'quick-lru';
import type { Expression } from './expression.ts';
import { ReadPackets } from './read-packets.ts';

/** A statement that comes so often is worth a plan that is kept. */
const OFTEN = 3;
/** So many statements are remembered at once, named or not yet. */
const MAX_STATEMENTS = 200;

export interface CompiledRead {
  text: string;
  parameters: readonly unknown[];
}

/**
 * Reads outside any transaction that are prepared when they come again and again: each connection parses and plans
 * them once. A connection keeps what it prepared until its end, so the pool's connections must not live for long.
 */
export class PreparedReads {
  private readonly pool: pg.Pool;
  private readonly packets: ReadPackets;
  private readonly compiler: Kysely<unknown>;
  private readonly seen = new QuickLRU<string, { times: number; name?: string }>({ maxSize: MAX_STATEMENTS });

  constructor(pool: pg.Pool) {
    this.pool = pool;
    this.packets = new ReadPackets(pool, Math.ceil(pool.options.max / 2));
    // Only compiles; the connections are taken from the pool itself, which knows names.
    this.compiler = new Kysely({ dialect: new PostgresDialect({ pool }) });
  }

  /** The statement's text and values. */
  compile(statement: Expression): CompiledRead {
    const { sql: text, parameters } = statement.compile(this.compiler);
    return { text, parameters };
  }

  /** The rows, under the names that the statement itself gives to its columns. */
  async rows<T extends object>(statement: Expression): Promise<T[]> {
    return this.run<T>(this.compile(statement));
  }

  /** The same of a statement that was compiled before. */
  async run<T extends object>({ text, parameters }: CompiledRead): Promise<T[]> {
    const values = [...parameters];
    const name = this.nameOf(text);
    return (await this.packets.query<T>(name === undefined ? { text, values } : { name, text, values })).rows;
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
