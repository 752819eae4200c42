import { setTimeout as sleep } from 'node:timers/promises';
import { print } from 'graphql';
import { PledgeFeedDocument } from '../../client/operations.ts';
import { cpuSeconds, familyCpuSeconds, residentMegabytes } from '../process-usage.ts';
import { clockMs } from '../statistics.ts';
import { villageId } from '../world.ts';
import type { Delays } from './listeners-protocol.ts';
import type { Listening } from './listening.ts';
import { Published } from './published.ts';
import type { Audience, Server } from './server.ts';

export interface FanOut {
  /** Delivered messages a second under full load. */
  perSecond: number;
  /** From publishing to receiving: events that come one by one, and under full load. */
  lone: Delays;
  loaded: Delays;
  /** CPU of the server's process for one delivered message under full load. */
  serverMicroseconds: number;
  /** How much of one core the server, its database and the clients used under full load. */
  serverCores: number;
  databaseCores: number;
  clientCores: number;
  /** Memory of the server's process under full load. */
  serverMegabytes: number;
}

/** In seconds. */
export interface Durations {
  loneSeconds: number;
  warmUpSeconds: number;
  seconds: number;
}

/**
 * Under full load as many messages are on their way as come in `WINDOW_MS`, within these limits: so no server waits
 * for work, and none has to keep more than a slow reader may cost it. Delay under full load is mostly this queue.
 */
const WINDOW_MS = 500;
const LEAST_WINDOW_MESSAGES = 8000;
const LEAST_WINDOW_EVENTS = 2;
const MOST_WINDOW_MESSAGES = 160_000;
const STEPS_A_WINDOW = 8;
const LONE_PAUSE_MS = 10;

const QUERY = print(PledgeFeedDocument);

/** Opens the audience's subscriptions; all of them have heard an event when it resolves. */
export async function gather(listening: Listening, server: Server, audience: Audience): Promise<void> {
  const { sockets, groups } = audience;
  const variables = Array.from({ length: groups }, (_, group) =>
    groups === 1 ? {} : { filter: { villageIds: [villageId(1 + group)] } },
  );
  const { url, tokens } = server;
  await listening.connect({ url, query: QUERY, sockets, variables, tokens }, () =>
    server.publish(0, groups, groups),
  );
}

/** Publishes events one by one, each after everybody has the one before. */
async function measureLone(listening: Listening, published: Published, seconds: number): Promise<Delays> {
  const fromMs = clockMs();
  const untilMs = fromMs + seconds * 1000;
  while (clockMs() < untilMs) {
    published.publish(1);
    await published.arrived(listening);
    await sleep(LONE_PAUSE_MS);
  }
  return listening.report({ fromMs, untilMs: clockMs(), publishedAtMs: published.atMs });
}

/** Publishes whenever fewer messages are on their way than the window holds. */
class FullLoad {
  private readonly published: Published;
  private readonly messagesAnEvent: number;
  private readonly recent: { atMs: number; received: number }[] = [];

  constructor(published: Published, { sockets, groups }: Audience) {
    this.published = published;
    this.messagesAnEvent = sockets / groups;
  }

  readonly topUp = (received: number): void => {
    const atMs = clockMs();
    const { recent } = this;
    recent.push({ atMs, received });
    while (recent[0]!.atMs < atMs - WINDOW_MS) recent.shift();
    const least = Math.max(LEAST_WINDOW_MESSAGES, LEAST_WINDOW_EVENTS * this.messagesAnEvent);
    const came = received - recent[0]!.received;
    const window = Math.min(MOST_WINDOW_MESSAGES, Math.max(least, came));
    const missing = received + window - this.published.owed;
    if (missing >= window / STEPS_A_WINDOW) {
      this.published.publish(Math.max(1, Math.round(missing / this.messagesAnEvent)));
    }
  };
}

const cpuOf = ({ pid, databasePid }: Server, listening: Listening) => ({
  server: cpuSeconds(pid),
  database: databasePid === undefined ? 0 : familyCpuSeconds(databasePid),
  clients: cpuSeconds(listening.pid),
});

/** Events as fast as they are taken. Throws when any message is lost or comes twice. */
export async function measureLoaded(
  listening: Listening,
  server: Server,
  audience: Audience,
  { warmUpSeconds, seconds }: Omit<Durations, 'loneSeconds'>,
): Promise<Omit<FanOut, 'lone'>> {
  const published = new Published(server, audience);
  await listening.reset(LEAST_WINDOW_MESSAGES / STEPS_A_WINDOW);
  const load = new FullLoad(published, audience);
  listening.onReceived = load.topUp;
  load.topUp(0);
  await sleep(warmUpSeconds * 1000);
  const fromMs = clockMs();
  const before = cpuOf(server, listening);
  await sleep(seconds * 1000);
  const untilMs = clockMs();
  const after = cpuOf(server, listening);
  const serverMegabytes = residentMegabytes(server.pid);
  listening.onReceived = () => undefined;
  await published.arrived(listening);
  const loaded = await listening.report({ fromMs, untilMs, publishedAtMs: published.atMs });
  const elapsed = (untilMs - fromMs) / 1000;
  return {
    loaded,
    perSecond: loaded.messages / elapsed,
    serverMicroseconds: ((after.server - before.server) / loaded.messages) * 1e6,
    serverCores: (after.server - before.server) / elapsed,
    databaseCores: (after.database - before.database) / elapsed,
    clientCores: (after.clients - before.clients) / elapsed,
    serverMegabytes,
  };
}

/** One server before one audience. Throws when any message is lost or comes twice. */
export async function measureFanOut(
  listening: Listening,
  server: Server,
  audience: Audience,
  durations: Durations,
): Promise<FanOut> {
  try {
    await gather(listening, server, audience);
    await listening.reset();
    const lone = await measureLone(listening, new Published(server, audience), durations.loneSeconds);
    return { lone, ...(await measureLoaded(listening, server, audience, durations)) };
  } finally {
    await listening.disconnect();
  }
}
