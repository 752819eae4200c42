import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { dropDatabase, execute, siblingUrl } from './test-server.ts';

const types = new pg.TypeOverrides();
types.setTypeParser(pg.types.builtins.INT8, Number);

/** Names the connections of tests, so that they are told from those of hubs. */
export const TEST_APPLICATION = 'sinergi-test';

const newName = () => `sinergi_test_${randomUUID().replaceAll('-', '')}`;

/** Runs a statement that bears no other connection to the database, which is closed to all from then on. */
async function aloneWith(serverUrl: string, name: string, statement: string): Promise<void> {
  await execute(serverUrl, `alter database ${name} allow_connections false`);
  for (let tries = 1; ; tries += 1) {
    await execute(
      serverUrl,
      `select pg_terminate_backend(pid) from pg_stat_activity where datname = '${name}'`,
    );
    try {
      await execute(serverUrl, statement);
      break;
    } catch (error) {
      // What was ended is still on its way out.
      if (tries === 50) throw error;
      await sleep(20);
    }
  }
}

/** A migrated database of one's own. */
export class TestDatabase {
  readonly url: string;
  private readonly serverUrl: string;
  private readonly name: string;
  private readonly pool: pg.Pool;

  private constructor(serverUrl: string, name: string) {
    this.serverUrl = serverUrl;
    this.name = name;
    this.url = siblingUrl(serverUrl, name);
    this.pool = new pg.Pool({
      connectionString: this.url,
      max: 4,
      types,
      application_name: TEST_APPLICATION,
    });
    // A test may break its connections.
    this.pool.on('error', () => undefined);
  }

  /** Cloned from the template, or empty without a single table. */
  static async create(kind: 'migrated' | 'empty' = 'migrated'): Promise<TestDatabase> {
    const serverUrl = process.env['SINERGI_TEST_SERVER']!;
    const name = newName();
    const template = kind === 'empty' ? 'template1' : process.env['SINERGI_TEST_TEMPLATE']!;
    await execute(serverUrl, `create database ${name} template ${template}`);
    return new TestDatabase(serverUrl, name);
  }

  /** Straight to the database, past all services. */
  async sql<Row extends object>(statement: string, values: unknown[] = []): Promise<Row[]> {
    return (await this.pool.query<Row>(statement, values)).rows;
  }

  /** One transaction of its own; rejects when its commit does. */
  async transaction(statements: readonly string[]): Promise<void> {
    const client = await this.pool.connect();
    try {
      await client.query('begin');
      for (const statement of statements) await client.query(statement);
      await client.query('commit');
    } catch (error) {
      await client.query('rollback');
      throw error;
    } finally {
      client.release();
    }
  }

  /**
   * Sets what `sinergi_now()` returns; null for the real time. Its guard lets no row stay, but for the owner of the
   * database, who can switch it off.
   */
  async moveClock(at: Date | null): Promise<void> {
    const guard = (state: string) => `alter table moved_clock ${state} trigger moved_clock_never_kept`;
    const row = at === null ? [] : [`insert into moved_clock (id, at) values (1, '${at.toISOString()}')`];
    await this.transaction([guard('disable'), 'delete from moved_clock', ...row, guard('enable')]);
  }

  /** How many rows each table of the hub has. */
  async rowCounts(): Promise<Record<string, number>> {
    const contents = Object.entries(await this.contents());
    return Object.fromEntries(contents.map(([table, digest]) => [table, Number.parseInt(digest, 10)]));
  }

  /** A digest of each table of the hub, but for the runs of its jobs: the same while nothing is written. */
  async contents(): Promise<Record<string, string>> {
    const tables = await this.sql<{ name: string }>(
      `select table_name as name from information_schema.tables where table_schema = 'public'
        and table_name not in ('job_runs') order by 1`,
    );
    const digests = tables.map(
      ({ name }) =>
        `select '${name}' as name, count(*) || ' rows ' || md5(coalesce(string_agg(t::text, ',' order by t::text), '')) as digest
          from "${name}" as t`,
    );
    const rows = await this.sql<{ name: string; digest: string }>(digests.join(' union all '));
    return Object.fromEntries(rows.map(({ name, digest }) => [name, digest]));
  }

  /** A copy as it stands now, as a backup that is restored beside it. Breaks all connections to this one. */
  async copy(): Promise<TestDatabase> {
    const name = newName();
    await aloneWith(this.serverUrl, this.name, `create database ${name} template ${this.name}`);
    await execute(this.serverUrl, `alter database ${this.name} allow_connections true`);
    return new TestDatabase(this.serverUrl, name);
  }

  /** From now on this address leads to the other database, as after a failover, and the other’s address to this one. */
  async changeWith(other: TestDatabase): Promise<void> {
    const between = newName();
    await aloneWith(this.serverUrl, this.name, `alter database ${this.name} rename to ${between}`);
    await aloneWith(this.serverUrl, other.name, `alter database ${other.name} rename to ${this.name}`);
    await execute(this.serverUrl, `alter database ${between} rename to ${other.name}`);
    await execute(this.serverUrl, `alter database ${other.name} allow_connections true`);
    await execute(this.serverUrl, `alter database ${this.name} allow_connections true`);
  }

  async drop(): Promise<void> {
    await this.pool.end();
    await dropDatabase(this.serverUrl, this.name);
  }
}
