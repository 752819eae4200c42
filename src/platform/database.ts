import type { EntitySchema } from '@mikro-orm/core';
import { Migrator } from '@mikro-orm/migrations';
import { type EntityManager, MikroORM } from '@mikro-orm/postgresql';
import { CamelCasePlugin, Kysely, PostgresDialect } from 'kysely';
import pg from 'pg';
import type { Logger } from 'pino';
import { retryLostRaces } from './retry.ts';

/** What the work of one transaction sees. */
export interface Transaction {
  /** Entities; flushed by the unit of work before it commits. */
  em: EntityManager;
  /** SQL in the same transaction; columns come out in camelCase. */
  sql: Sql;
  /** Runs once the transaction is durable; never when it is undone. */
  afterCommit(effect: () => void): void;
}

/** SQL without a schema of its own: statements name their row types. */
export type Sql = Kysely<Record<string, never>>;

export interface DatabaseOptions {
  url: string;
  entities: EntitySchema[];
  migrationsDir: string;
  logger: Logger;
  writeConnections: number;
  readConnections: number;
}

/** Reads as JS sees them: bigint as number (all are within 2^53), date as text, timestamptz as Date. */
const readTypes = new pg.TypeOverrides();
readTypes.setTypeParser(pg.types.builtins.INT8, Number);
readTypes.setTypeParser(pg.types.builtins.DATE, String);

const camelCase = new CamelCasePlugin({ maintainNestedObjectKeys: true });

/** One PostgreSQL database: entities and transactions for writes, plain SQL for reads. */
export class Database {
  readonly orm: MikroORM;
  /** Statements outside any transaction, on connections that cannot write. */
  readonly reads: Sql;
  readonly url: string;
  /** The transaction of which all others are savepoints, within `atomically`; null everywhere else. */
  private readonly around: Transaction | null;

  private constructor(orm: MikroORM, reads: Sql, url: string, around: Transaction | null) {
    this.orm = orm;
    this.reads = reads;
    this.url = url;
    this.around = around;
  }

  static async open(options: DatabaseOptions): Promise<Database> {
    const { url, logger } = options;
    const orm = await MikroORM.init({
      clientUrl: url,
      entities: options.entities,
      extensions: [Migrator],
      pool: { min: 0, max: options.writeConnections },
      migrations: { path: options.migrationsDir, snapshot: false, silent: true },
      schemaGenerator: { ignoreTriggers: true },
      logger: (message) => logger.debug(message),
      colors: false,
      forceUtcTimezone: true,
    });
    const pool = new pg.Pool({
      connectionString: url,
      max: options.readConnections,
      types: readTypes,
      options: '-c default_transaction_read_only=on',
    });
    // A connection that is lost tells its pool only while it is idle; unheard, its error would end the process.
    pool.on('connect', (client) => {
      client.on('error', (error) => {
        // The hub's own server may be gone before a connection that says goodbye to it.
        if (!pool.ending) logger.warn({ err: error }, 'a read connection was lost');
      });
    });
    pool.on('error', () => undefined);
    const reads = new Kysely<Record<string, never>>({
      dialect: new PostgresDialect({ pool }),
      plugins: [camelCase],
    });
    return new Database(orm, reads, url, null);
  }

  /** Applies what of the migrations is missing; several nodes may start at once. */
  async migrate(): Promise<void> {
    const lock = new pg.Client({ connectionString: this.url });
    await lock.connect();
    try {
      await lock.query('select pg_advisory_lock($1)', [MIGRATION_LOCK]);
      await this.orm.migrator.up();
    } finally {
      await lock.end();
    }
  }

  /** True when no migration is missing. */
  async isMigrated(): Promise<boolean> {
    return (await this.orm.migrator.getPending()).length === 0;
  }

  /**
   * One transaction, run again inside when it lost a race: `work` must have no effect outside the database but
   * through `afterCommit`.
   */
  async transaction<T>(work: (tx: Transaction) => Promise<T>): Promise<T> {
    const [answer, effects] = await retryLostRaces(async () => {
      const afterwards: (() => void)[] = [];
      const from = this.around?.em ?? this.orm.em;
      const result = await from.fork({ keepTransactionContext: true }).transactional((em) => {
        const sql = em.getKysely<Record<string, never>>().withPlugin(camelCase);
        return work({ em, sql, afterCommit: (effect) => afterwards.push(effect) });
      });
      return [result, afterwards] as const;
    });
    for (const effect of effects) {
      if (this.around === null) effect();
      else this.around.afterCommit(effect);
    }
    return answer;
  }

  /**
   * Runs `work` on a database whose transactions are savepoints of one, and whose reads see what these wrote: all
   * of it becomes durable at once, or nothing does. For loads; what they lock stays locked until the end.
   */
  atomically<T>(work: (database: Database) => Promise<T>): Promise<T> {
    return this.transaction((tx) => work(new Database(this.orm, tx.sql, this.url, tx)));
  }

  async close(): Promise<void> {
    await this.reads.destroy();
    await this.orm.close(true);
  }
}

/** Advisory lock keys of this hub, so that they never meet: "SINERGI" in hex, then a number. */
export const MIGRATION_LOCK = 0x53_49_4e_01;
export const RELAY_LOCK = 0x53_49_4e_02;
export const SEED_LOCK = 0x53_49_4e_03;
