import { createHash } from 'node:crypto';
import { Kysely, PostgresDialect } from 'kysely';
import QuickLRU from 'quick-lru';
import type { Expression } from './expression.ts';
import { type Pace, ReadPackets } from './read-packets.ts';
import type { ReadPool } from './read-pool.ts';

/** A statement that comes so often is worth a plan that is kept. */
const OFTEN = 3;
/** So many statements are remembered at once, named or not yet. */
const MAX_STATEMENTS = 200;

/** What is known of a statement by its text. */
interface Seen extends Pace {
  times: number;
  name?: string;
}

export interface CompiledRead {
  text: string;
  parameters: readonly unknown[];
}

/**
 * Reads outside any transaction that are prepared when they come again and again: each connection parses and plans
 * them once. A connection keeps what it prepared until its end, so the pool's connections must not live for long.
 */
export class PreparedReads {
  private readonly pool: ReadPool;
  private readonly packets: ReadPackets;
  private readonly compiler: Kysely<unknown>;
  private readonly seen = new QuickLRU<string, Seen>({ maxSize: MAX_STATEMENTS });

  constructor(pool: ReadPool) {
    this.pool = pool;
    this.packets = new ReadPackets(pool, Math.ceil(pool.size / 2));
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
    const seen = this.see(text);
    const query = seen.name === undefined ? { text, values } : { name: seen.name, text, values };
    return (await this.packets.query<T>(query, seen)).rows;
  }

  /** Ends the connections. */
  end(): Promise<void> {
    return this.pool.end();
  }

  private see(text: string): Seen {
    const statement = this.seen.get(text) ?? { times: 0, ms: null };
    statement.times += 1;
    if (statement.times === 1) this.seen.set(text, statement);
    if (statement.times === OFTEN) statement.name = createHash('sha256').update(text).digest('base64url');
    return statement;
  }
}
