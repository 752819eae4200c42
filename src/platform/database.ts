import { Migrator } from '@mikro-orm/migrations';
import { type EntityManager, MikroORM } from '@mikro-orm/postgresql';
import { CamelCasePlugin, Kysely, PostgresDialect, type RawBuilder, sql } from 'kysely';
import pg from 'pg';
import type { Actor } from '../access/actor.ts';
import { askerSetting } from './asker.ts';
import {
  CLOSE_WITHIN_MS,
  type DatabaseOptions,
  WRITE_SETTINGS,
  WRITE_SILENCE_MS,
} from './database-settings.ts';
import type { Canceller } from './canceller.ts';
import { MIGRATION_LOCK } from './locks.ts';
import { inPipeline, type Statements } from './pipeline.ts';
import { Meter } from './meter.ts';
import { idleOf } from './pool.ts';
import { PreparedReads } from './prepared-reads.ts';
import type { ReadPool } from './read-pool.ts';
import { openReadPools } from './read-pools.ts';
import { ensureReaderRole, grantRights, type ReaderRights } from './reader-role.ts';
import { retryLostRaces } from './retry.ts';
import { Wires } from './wires.ts';

/** What the work of one transaction sees. */
export interface Transaction extends Statements {
  /** Entities; flushed by the unit of work before it commits. */
  em: EntityManager;
  /** SQL in the same transaction; columns come out in camelCase. */
  sql: Sql;
}

/** SQL without a schema of its own: statements name their row types. */
export type Sql = Kysely<Record<string, never>>;

/** Reads by one statement, and answers its rows. */
export type ReadRows = <T>(statement: RawBuilder<T>) => Promise<T[]>;

const camelCase = new CamelCasePlugin({ maintainNestedObjectKeys: true });

/** Statements outside any transaction, on connections that cannot write. */
function readsOf(pool: ReadPool): Sql {
  return new Kysely<Record<string, never>>({
    dialect: new PostgresDialect({ pool }),
    plugins: [camelCase],
  });
}

/** The pools of one database, and what breaks their connections when they do not end by themselves. */
interface Pools {
  orm: MikroORM;
  meter: Meter;
  /** The connections of `orm`, which are in pipeline mode. */
  writePool: pg.Pool;
  reads: Sql;
  promptReads: Sql;
  systemReads: Sql;
  prepared: PreparedReads;
  preparedSystemReads: PreparedReads;
  wires: readonly Wires[];
  canceller: Canceller;
  /** How many migrations and loads are under way, whose statements may be silent for as long as they like. */
  atLength: { count: number };
  /** What reads may read; null where they have the rights of the database's owner. */
  readerRights: ReaderRights | null;
}

/** One PostgreSQL database: entities and transactions for writes, plain SQL for reads. */
export class Database {
  readonly orm: MikroORM;
  /**
   * Statements outside any transaction, on connections that cannot write, and see nothing that is private
   * (reader-role.ts).
   */
  readonly reads: Sql;
  /**
   * The same on a connection of its own, which no crowd of readers can take, for one after another of short reads: one
   * that is silent for 3 s is given up.
   */
  readonly promptReads: Sql;
  /** Reads of the hub itself, which see everything: who somebody is, proofs of the books. Never an answer as it is. */
  readonly systemReads: Sql;
  /** Statements that write whole answers, prepared when they come often. */
  readonly prepared: PreparedReads;
  /** The same of `systemReads`. */
  readonly preparedSystemReads: PreparedReads;
  /** Measures for whom statements work. */
  readonly meter: Meter;
  readonly url: string;
  /** The transaction of which all others are savepoints, within `atomically`; null everywhere else. */
  private readonly around: Transaction | null;
  private readonly pools: Pools;

  private constructor(pools: Pools, url: string, around: Transaction | null) {
    this.pools = pools;
    this.orm = pools.orm;
    this.reads = around?.sql ?? pools.reads;
    this.promptReads = around?.sql ?? pools.promptReads;
    this.systemReads = around?.sql ?? pools.systemReads;
    this.prepared = pools.prepared;
    this.preparedSystemReads = pools.preparedSystemReads;
    this.meter = pools.meter;
    this.url = url;
    this.around = around;
  }

  static async open(options: DatabaseOptions): Promise<Database> {
    const { url, logger, readConnections, writeConnections } = options;
    const atLength = { count: 0 };
    const meter = options.meter ?? new Meter();
    const idle: (() => void)[] = [];
    const writeWires = new Wires({ silenceMs: WRITE_SILENCE_MS, isPatient: () => atLength.count > 0 });
    // What is idle may have died with it, and whoever took it next would wait in vain.
    const onSilence = () => idle.forEach((drop) => drop());
    const orm = await MikroORM.init({
      clientUrl: url,
      entities: options.entities,
      extensions: [Migrator],
      pool: { min: 0, max: writeConnections },
      driverOptions: {
        stream: writeWires.open,
        options: WRITE_SETTINGS,
        pipeline: true,
        onPoolCreated: (pool: pg.Pool) => {
          idle.push(idleOf(pool));
          // Writes have fixed prices: what an answer to one brings is nobody's.
          pool.on('connect', ({ connection }) => connection.stream.prependListener('data', meter.rests));
        },
      },
      migrations: { path: options.migrationsDir, snapshot: false, silent: true },
      schemaGenerator: { ignoreTriggers: true },
      logger: (message) => logger.debug(message),
      colors: false,
      forceUtcTimezone: true,
    });
    const hasReader = await ensureReaderRole(url, logger);
    const read = openReadPools({ url, readConnections, hasReader, logger, meter, onSilence });
    idle.push(...read.dropIdle);
    const pools = {
      orm,
      meter,
      writePool: await orm.em.getConnection().getNativeClient(),
      reads: readsOf(read.reads),
      promptReads: readsOf(read.prompt),
      systemReads: readsOf(read.system),
      prepared: new PreparedReads(read.reads),
      preparedSystemReads: new PreparedReads(read.askers),
      wires: [writeWires, ...read.wires],
      canceller: read.canceller,
      atLength,
      readerRights: hasReader ? options.readerRights : null,
    };
    return new Database(pools, url, null);
  }

  /** Applies what of the migrations is missing; several nodes may start at once. */
  async migrate(): Promise<void> {
    const lock = new pg.Client({ connectionString: this.url });
    await lock.connect();
    try {
      await lock.query('select pg_advisory_lock($1)', [MIGRATION_LOCK]);
      await this.working(() => this.orm.migrator.up());
      const { readerRights } = this.pools;
      if (readerRights !== null) await grantRights(lock, readerRights);
    } finally {
      await lock.end();
    }
  }

  /** The names of the migrations that are applied: after `migrate`, of all that this hub needs. */
  async appliedMigrations(): Promise<string[]> {
    return (await this.orm.migrator.getExecuted()).map(({ name }) => name);
  }

  /** One of `reads`. */
  readonly rows: ReadRows = async (statement) => (await statement.execute(this.reads)).rows;

  /** One read that also sees what this asker may see. */
  rowsFor(asker: Actor): ReadRows {
    return (statement) => this.readAs(asker, async (db) => (await statement.execute(db)).rows);
  }

  /**
   * Reads that also see what this asker may see of drafts, words in confidence and accounts. They are one transaction,
   * and the database forgets the asker with its end, so that no pooled connection carries one on. It costs three
   * statements more than `reads`, which serves for all that is public.
   */
  readAs<T>(asker: Actor, work: (db: Sql) => Promise<T>): Promise<T> {
    if (this.around !== null) return work(this.reads);
    return this.reads.transaction().execute(async (db) => {
      await sql`select set_config('sinergi.asker', ${askerSetting(asker)}, true)`.execute(db);
      return work(db);
    });
  }

  /**
   * One transaction, run again inside when it lost a race: `work` must have no effect outside the database but
   * through `afterCommit`.
   */
  async transaction<T>(work: (tx: Transaction) => Promise<T>): Promise<T> {
    const [answer, effects] = await retryLostRaces(async () => {
      const afterwards: (() => void)[] = [];
      const from = this.around?.em ?? this.orm.em;
      const result = await from.fork({ keepTransactionContext: true }).transactional(async (em) => {
        const inTransaction = em.getKysely<Record<string, never>>().withPlugin(camelCase);
        const writes: RawBuilder<unknown>[] = [];
        const answered = await work({
          em,
          sql: inTransaction,
          atEnd: (_, write) => writes.push(write),
          afterCommit: (effect) => afterwards.push(effect),
        });
        await em.flush();
        for (const write of writes) await write.execute(inTransaction);
        return answered;
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
   * The same without entities, for what must be quick: its statements are prepared, and sent without waiting for answers
   * that nobody needs yet (pipeline.ts).
   */
  async statements<T>(work: (tx: Statements) => Promise<T>): Promise<T> {
    return retryLostRaces(() => this.attempt(work, null));
  }

  /** The same, tried once, by somebody who waits no longer than this for any lock: it has another way to go. */
  async attempt<T>(work: (tx: Statements) => Promise<T>, lockTimeoutMs: number | null): Promise<T> {
    if (this.around !== null) return this.transaction(work);
    const { writePool } = this.pools;
    const effects: (() => void)[] = [];
    const client = await writePool.connect();
    const answer = await inPipeline(client, (effect) => effects.push(effect), work, lockTimeoutMs);
    for (const effect of effects) effect();
    return answer;
  }

  /**
   * Runs `work` on a database whose transactions are savepoints of one, and whose reads see what these wrote: all
   * of it becomes durable at once, or nothing does. For loads; what they lock stays locked until the end.
   */
  atomically<T>(work: (database: Database) => Promise<T>): Promise<T> {
    return this.working(() =>
      this.transaction(async (tx) => {
        await sql`set local idle_in_transaction_session_timeout = 0`.execute(tx.sql);
        await sql`set local lock_timeout = 0`.execute(tx.sql);
        return work(new Database(this.pools, this.url, tx));
      }),
    );
  }

  private async working<T>(work: () => Promise<T>): Promise<T> {
    const { atLength } = this.pools;
    atLength.count += 1;
    try {
      return await work();
    } finally {
      atLength.count -= 1;
    }
  }

  /** Lets what is under way come to its end for a moment, then breaks it off. */
  async close(): Promise<void> {
    const { orm, reads, promptReads, systemReads, preparedSystemReads, wires, canceller } = this.pools;
    const breakOff = () => {
      for (const group of wires) group.destroy();
    };
    const late = setTimeout(breakOff, CLOSE_WITHIN_MS);
    await Promise.all([
      reads.destroy(),
      promptReads.destroy(),
      systemReads.destroy(),
      preparedSystemReads.end(),
      orm.close(true),
    ]);
    clearTimeout(late);
    breakOff();
    await canceller.close();
  }
}
