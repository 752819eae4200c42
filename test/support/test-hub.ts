import { afterAll, expect } from '@jest/globals';
import WebSocket from 'ws';
import { createSinergiClient, type SinergiClient } from '../../client/sinergi-client.ts';
import { type Hub, startHub } from '../../src/app.ts';
import { readConfig } from '../../src/config.ts';
import { verifyBooks } from '../../src/books/verify-books.service.ts';
import { createLogger } from '../../src/platform/logger.ts';
import type { Meter } from '../../src/platform/meter.ts';
import { sessionToken, TOKEN_SECRET } from './session-token.ts';
import { withoutRates } from './rates.ts';
import { TestClock } from './test-clock.ts';
import { TestDatabase } from './test-database.ts';
import { until } from './until.ts';

/** Longer than any test moves its clock. */
const TOKEN_SECONDS = 3 * 366 * 86_400;

export interface TestHubOptions {
  /** The database of another hub, for a second node; a new one when absent. */
  database?: TestDatabase;
  /** Another way to that database, such as one that a test can cut. */
  databaseUrl?: string;
  clock?: TestClock;
  publicRead?: boolean;
  /** Measures what operations take; the real one when absent. */
  meter?: Meter;
  /** More of the hub's configuration. */
  environment?: Record<string, string>;
}

/** A hub at work, with its doors open on this machine, and all that a test needs to stand before them. */
export class TestHub {
  readonly clock: TestClock;
  readonly database: TestDatabase;
  /** What the hub logged as a warning or an error, one JSON text a line. */
  readonly complaints: string[];
  private readonly hub: Hub;
  private readonly ownsDatabase: boolean;
  private readonly clients: SinergiClient[] = [];

  private constructor(
    hub: Hub,
    clock: TestClock,
    database: TestDatabase,
    complaints: string[],
    owns: boolean,
  ) {
    this.hub = hub;
    this.clock = clock;
    this.database = database;
    this.complaints = complaints;
    this.ownsDatabase = owns;
  }

  static async start(options: TestHubOptions = {}): Promise<TestHub> {
    const clock = options.clock ?? new TestClock();
    const database = options.database ?? (await TestDatabase.create());
    await clock.rule(database);
    const complaints: string[] = [];
    const logger = createLogger('warn', { write: (line: string) => void complaints.push(line) });
    const environment = {
      PORT: '0',
      DATABASE_URL: database.url,
      TOKEN_SECRET,
      PUBLIC_READ: String(options.publicRead ?? false),
      WRITE_CONNECTIONS: '10',
      READ_CONNECTIONS: '6',
      INTROSPECTION: 'true',
      ...withoutRates,
      ...options.environment,
    };
    const config = readConfig(environment);
    const hub = await startHub({
      config,
      databaseUrl: options.databaseUrl ?? database.url,
      tokenSecret: TOKEN_SECRET,
      logger,
      clock,
      ...(options.meter !== undefined && { meter: options.meter }),
    });
    return new TestHub(hub, clock, database, complaints, options.database === undefined);
  }

  get url(): string {
    return this.hub.url;
  }

  get services(): Hub['services'] {
    return this.hub.services;
  }

  /** A client of its own: of that account, or of nobody. */
  async client(accountId: string | null, acceptLanguage = 'en'): Promise<SinergiClient> {
    const token = accountId === null ? undefined : await this.tokenOf(accountId);
    return this.clientWith(token, acceptLanguage);
  }

  clientWith(token: string | undefined, acceptLanguage = 'en'): SinergiClient {
    const client = createSinergiClient({ url: this.url, token, acceptLanguage, webSocket: WebSocket });
    this.clients.push(client);
    return client;
  }

  /** A token as `signIn` gives it, without the tenth of a second that a password costs. */
  tokenOf(accountId: string, seconds = TOKEN_SECONDS): Promise<string> {
    return sessionToken(this.database, accountId, this.clock.now(), seconds);
  }

  /** Waits until that many feeds are open on this node. */
  async feedsOpen(count: number): Promise<void> {
    await until(() => this.services.live.readerCount === count, `${count} open feeds`);
  }

  /** Every proof of the books holds. */
  async expectTrueBooks(): Promise<void> {
    await this.feedStamped();
    const wrong: object[] = [];
    for await (const { name, breaches } of verifyBooks(this.services.database)) {
      if (breaches.length > 0) wrong.push({ name, breaches });
    }
    expect(wrong).toEqual([]);
  }

  /** A digest of each table, once every event and act has its place: the same while nothing is written. */
  async contents(): Promise<Record<string, string>> {
    await this.feedStamped();
    await this.actsChained();
    return this.database.contents();
  }

  /** Waits until every event has its place. */
  async feedStamped(): Promise<void> {
    await until(async () => {
      const [row] = await this.database.sql<{ left: number }>('select count(*) as left from outbox');
      return row!.left === 0;
    }, 'an empty outbox');
  }

  /** Waits until every act has its place in the audit trail, and every figure is folded into its areas. */
  async actsChained(): Promise<void> {
    await until(
      async () =>
        (await this.database.sql('select from audit_pending union all select from area_changes limit 1'))
          .length === 0,
      'acts in the chain, and figures in their areas',
    );
  }

  async stop(): Promise<void> {
    await Promise.all(this.clients.map((client) => client.close()));
    await this.hub.stop();
    if (this.ownsDatabase) await this.database.drop();
  }
}

/** The hubs of this test file, which has this module for itself. */
const running: TestHub[] = [];

/** A hub for one test file, stopped after its last test: the last one first, so that databases outlive their hubs. */
export async function testHub(options: TestHubOptions = {}): Promise<TestHub> {
  const hub = await TestHub.start(options);
  if (running.push(hub) === 1) {
    afterAll(async () => {
      for (const one of running.toReversed()) await one.stop();
    });
  }
  return hub;
}
