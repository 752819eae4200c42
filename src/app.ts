import 'reflect-metadata';
import { fileURLToPath } from 'node:url';
import type { AddressInfo } from 'node:net';
import type { Logger } from 'pino';
import { compose, type Services } from './composition.ts';
import type { Config } from './config.ts';
import { assertDemoStaysLocal } from './demo-exposure.ts';
import { entities } from './entities.ts';
import type { Relay } from './events/relay.ts';
import type { Clock } from './kernel/clock.ts';
import { mappings } from './mappings.ts';
import { AddressBounds } from './platform/address-bounds.ts';
import { Allowances, SIGN_INS } from './platform/allowances.ts';
import { Database } from './platform/database.ts';
import { DatabaseClock } from './platform/database-clock.ts';
import { Context, type ContextOf } from './platform/graphql/context.ts';
import { DirectReads } from './platform/graphql/direct-reads.ts';
import { Documents } from './platform/graphql/documents.ts';
import { readManifests } from './platform/graphql/operation-manifest.ts';
import { PersistedOperations } from './platform/graphql/persisted-operations.ts';
import { HealthCheck } from './platform/health-check.ts';
import { ForwardingWatch } from './platform/forwarding-watch.ts';
import { createHttp, type Readiness } from './platform/http.ts';
import { JobRunner } from './platform/jobs.ts';
import { Connections, type CurrentActors } from './platform/live/connections.ts';
import { OpenFields } from './platform/live/open-fields.ts';
import type { Meter } from './platform/meter.ts';
import { localeOf } from './platform/messages.ts';
import { Origins } from './platform/origins.ts';
import { ownerOf } from './platform/owner.ts';
import { trustIn } from './platform/proxies.ts';
import { ReadPlanner } from './platform/read-plan/planner.ts';
import { ReadyReads } from './platform/read-plan/ready-reads.ts';
import { Usage } from './platform/usage.ts';
import { serveWebSocket } from './platform/websocket.ts';
import { readerRights } from './reader-rights.ts';
import { createSchema } from './schema.ts';

const fromHere = (path: string) => fileURLToPath(new URL(path, import.meta.url));

/** A hub that answers; `stop` ends it in order, so that nothing is cut off half done. */
export interface Hub {
  url: string;
  services: Services;
  stop(): Promise<void>;
}

export interface HubOptions {
  config: Config;
  databaseUrl: string;
  tokenSecret: string;
  logger: Logger;
  /** For tests, in place of PostgreSQL's clock. */
  clock?: Clock;
  /** Measures what operations take; the real one when absent. */
  meter?: Meter;
  /** Runs on the migrated database before anybody is let in. */
  prepare?: (database: Database) => Promise<unknown>;
}

export function openDatabase(config: Config, url: string, logger: Logger, meter?: Meter): Promise<Database> {
  const { writeConnections, readConnections } = config;
  return Database.open({
    url,
    entities,
    logger,
    writeConnections,
    readConnections,
    meter,
    migrationsDir: fromHere('../migrations'),
    readerRights,
  });
}

/** The operations of the typed client, and those that whoever runs the hub adds. */
async function openPersisted({ persistedOnly, persistedOperations }: Config): Promise<PersistedOperations> {
  const known = await readManifests(fromHere('../../schema/persisted-operations.json'));
  const added = persistedOperations === null ? [] : await readManifests(persistedOperations);
  return new PersistedOperations([...known, ...added], persistedOnly);
}

/** What readiness is judged by. */
interface Vitals {
  health: HealthCheck;
  databaseClock: DatabaseClock;
  jobs: JobRunner;
  relay: Relay;
}

async function readinessOf({ health, databaseClock, jobs, relay }: Vitals): Promise<Readiness> {
  const { database, migrations } = await health.look();
  const { isNodeRight, differenceMs } = databaseClock;
  const checks = { database, migrations, relay: relay.isRunning, clock: isNodeRight };
  return {
    ready: Object.values(checks).every(Boolean),
    checks,
    clock: { differenceMs },
    jobs: jobs.states,
  };
}

/** Starts what works behind the doors without being asked. */
async function startLoops(
  { relay, chainer, folder, tail, policyWatch }: Services,
  opened: AsyncDisposableStack,
): Promise<void> {
  for (const loop of [relay, chainer, folder]) {
    loop.start();
    opened.defer(() => loop.stop());
  }
  await tail.start();
  opened.defer(() => tail.stop());
  await policyWatch.start();
  opened.defer(() => policyWatch.stop());
}

/** Finds who asks, and how much they may ask of this node. */
function contextsOf(
  { authentication, container, database }: Services,
  config: Config,
  clock: Clock,
): ContextOf {
  const allowances = new Allowances(config.allowance, clock);
  const signIns = new Allowances(SIGN_INS, clock);
  const openFields = new OpenFields(config.openFieldsPerAccount);
  return async (head) => {
    const { authorization, acceptLanguage, address, requestId, clientRequestId } = head;
    const { resumeAfter, signal, isSignIn } = head;
    const identified = await authentication.authenticate(authorization, { address, requestId });
    const owner = ownerOf(identified.actor.accountId, address);
    return new Context({
      ...identified,
      locale: localeOf(acceptLanguage),
      resumeAfter: resumeAfter ?? null,
      ...(signal && { signal }),
      publicRead: config.publicRead,
      container,
      usage: new Usage(
        owner,
        isSignIn === true ? signIns.of(ownerOf(null, address)) : allowances.of(owner),
        database.meter,
      ),
      open: (fields) => openFields.open(owner, fields),
      maxAnswerBytes: config.maxAnswerBytes,
      requestId,
      clientRequestId,
    });
  };
}

/** Starts a hub on a database: migrations, relay, feed, jobs, then the doors. A start that fails leaves nothing open. */
export async function startHub(options: HubOptions): Promise<Hub> {
  await using opened = new AsyncDisposableStack();
  const { config, databaseUrl, tokenSecret, logger } = options;
  const database = await openDatabase(config, databaseUrl, logger, options.meter);
  opened.defer(() => database.close());
  await database.migrate();
  const health = new HealthCheck(databaseUrl, await database.appliedMigrations(), logger);
  opened.defer(() => health.close());
  const databaseClock = new DatabaseClock(async () => (await health.look()).clock, logger);
  await databaseClock.start();
  opened.defer(() => databaseClock.stop());
  const clock = options.clock ?? databaseClock;
  await options.prepare?.(database);
  const { tokenHours, issuer } = config;
  const services = compose({ database, clock, logger, tokenSecret, tokenHours, issuer });
  const { identity, authentication } = services;
  if ((await identity.demoAccounts()).length > 0) await assertDemoStaysLocal(config);
  await startLoops(services, opened);
  const isClockRight = () => databaseClock.isNodeRight;
  const jobs = await JobRunner.start({ url: databaseUrl, jobs: services.jobs, isClockRight, logger });
  opened.defer(() => jobs.stop());
  const limits = { most: config.maxConnections, mostPerAccount: config.connectionsPerAccount };
  const currentActors: CurrentActors = (tokenIds) => authentication.currentActors(tokenIds);
  const connections = new Connections(limits, currentActors, clock, logger);
  connections.start();
  opened.defer(() => connections.stop());
  const schema = await createSchema();
  const documents = new Documents(schema, config.introspection);
  const { prepared } = database;
  const isProxy = trustIn(config.trustedProxies);
  const live = {
    schema,
    documents,
    persisted: await openPersisted(config),
    contextOf: contextsOf(services, config, clock),
    connections,
    origins: new Origins(config.allowedOrigins),
    isProxy,
    addresses: new AddressBounds(config.connectionsPerAddress, isProxy),
    heartbeatMs: config.heartbeatSeconds * 1000,
    logger,
  };
  const http = await createHttp({
    ...live,
    forwarding: new ForwardingWatch(isProxy, logger, clock),
    readiness: () => readinessOf({ health, databaseClock, jobs, relay: services.relay }),
    keepAliveMs: config.keepAliveSeconds * 1000,
    directReads: new DirectReads({
      documents,
      ready: new ReadyReads(schema, new ReadPlanner(schema, mappings), prepared, config.maxAnswerBytes),
      prepared,
      maxBytes: config.maxAnswerBytes,
      logger,
    }),
    pageDir: fromHere('../workbench'),
    demoAccounts: () => identity.demoAccounts(),
  });
  opened.defer(() => http.close());
  opened.defer(serveWebSocket({ ...live, server: http.server }));
  await http.listen({ host: config.host, port: config.port });
  const { address, port, family } = http.server.address() as AddressInfo;
  // From here on all of it belongs to the hub, and is closed from the doors inwards.
  const owned = opened.move();
  return {
    url: `http://${family === 'IPv6' ? `[${address}]` : address}:${port}`,
    services,
    stop: () => owned.disposeAsync(),
  };
}
