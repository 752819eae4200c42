import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { chmod, mkdir } from 'node:fs/promises';
import pg from 'pg';
import { openDatabase } from '../../src/app.ts';
import { readConfig } from '../../src/config.ts';
import { startEmbeddedPostgres } from '../../src/platform/embedded/embedded-postgres.ts';
import { createLogger } from '../../src/platform/logger.ts';
import { dropDatabase } from '../../test/support/test-server.ts';
import type { Ground } from '../ground.ts';
import { bookStatements } from './books.ts';
import { fill, proveBooks } from './fill.ts';
import { peopleStatements } from './people.ts';
import { type Shape, shapeOf } from './shape.ts';

/** Where made sets are kept; git ignores it, and it may be deleted at any time. */
const FOLDER = '.cache/bench';
const RUN = 'bench_run';

/** Of all that decides what a set holds: one of other statements or other tables has another name. */
function fingerprint(shape: Shape): string {
  const migrations = readdirSync('migrations')
    .toSorted()
    .map((file) => readFileSync(`migrations/${file}`, 'utf8'));
  const events = readFileSync('bench/data/events.ts', 'utf8');
  const texts = [...migrations, events, ...peopleStatements(shape, ''), ...bookStatements(shape)];
  return createHash('sha256').update(texts.join('\0')).digest('hex').slice(0, 12);
}

/** A durable PostgreSQL of the benchmark's own, which keeps each set as a database that runs are copies of. */
export class Warehouse {
  private readonly url: string;
  private readonly pid: number;
  private readonly log: (line: string) => void;
  private readonly stopServer: () => Promise<void>;

  private constructor(url: string, pid: number, log: (line: string) => void, stop: () => Promise<void>) {
    this.url = url;
    this.pid = pid;
    this.log = log;
    this.stopServer = stop;
  }

  static async open(log: (line: string) => void): Promise<Warehouse> {
    await mkdir(FOLDER, { recursive: true });
    // PostgreSQL's own user, which a root needs, must be able to pass through.
    await chmod(FOLDER, 0o711);
    const postgres = await startEmbeddedPostgres({ dataDir: FOLDER, log: () => undefined });
    const killServer = () => process.kill(postgres.pid, 'SIGINT');
    process.once('exit', killServer);
    process.once('SIGINT', () => process.exit(130));
    process.once('SIGTERM', () => process.exit(143));
    return new Warehouse(postgres.url, postgres.pid, log, async () => {
      process.off('exit', killServer);
      await postgres.stop();
    });
  }

  /** A fresh copy of the set of so many villages; the copy before is gone. */
  async ground(villages: number): Promise<Ground> {
    const set = await this.set(villages);
    await this.drop(RUN);
    await this.execute(`create database ${RUN} template ${set} strategy file_copy`);
    return { url: this.urlOf(RUN), pid: this.pid, stop: () => this.drop(RUN) };
  }

  /** PostgreSQL's. */
  async version(): Promise<string> {
    const { rows } = await this.execute<{ version: string }>(
      `select current_setting('server_version') as version`,
    );
    return rows[0]!.version;
  }

  async stop(): Promise<void> {
    await this.drop(RUN);
    await this.stopServer();
  }

  /** The name of the set, which is made when it is not there. */
  private async set(villages: number): Promise<string> {
    const shape = shapeOf(villages);
    const name = `bench_${villages}_${fingerprint(shape)}`;
    const { rows } = await this.execute<{ name: string }>(
      `select datname as name from pg_database where datname like 'bench\\_${villages}\\_%'`,
    );
    if (rows.some((row) => row.name === name)) return name;
    for (const { name: outdated } of rows) await this.drop(outdated);
    const begun = performance.now();
    const draft = 'bench_draft';
    await this.drop(draft);
    await this.execute(`create database ${draft}`);
    const database = await openDatabase(readConfig({ PORT: '0' }), this.urlOf(draft), createLogger('warn'));
    await database.migrate();
    await database.close();
    this.log(`making ${villages} villages, ${shape.needs} needs, ${shape.pledges} pledges …`);
    await fill(this.urlOf(draft), shape, this.log);
    await proveBooks(this.urlOf(draft));
    await this.execute(`alter database ${draft} rename to ${name}`);
    const { rows: sizes } = await this.execute<{ size: string }>(
      `select pg_size_pretty(pg_database_size('${name}')) as size`,
    );
    const seconds = ((performance.now() - begun) / 1000).toFixed(0);
    this.log(`made, and its books proved, in ${seconds} s; ${sizes[0]!.size} on disk`);
    return name;
  }

  private drop(name: string): Promise<void> {
    return dropDatabase(this.url, name);
  }

  private urlOf(name: string): string {
    const url = new URL(this.url);
    url.pathname = name;
    return url.href;
  }

  private async execute<Row extends object>(statement: string): Promise<pg.QueryResult<Row>> {
    const client = new pg.Client({ connectionString: this.url });
    await client.connect();
    try {
      return await client.query<Row>(statement);
    } finally {
      await client.end();
    }
  }
}
