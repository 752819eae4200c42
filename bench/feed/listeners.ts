import WebSocket from 'ws';
import { answerParent, tellParent } from '../child.ts';
import { clockMs, percentile } from '../statistics.ts';
import type { Connect, Delays, ListenersQuestion, ListenersState, Report } from './listeners-protocol.ts';

/**
 * All receiving clients of the benchmark: sockets of `ws` that speak as much of graphql-transport-ws as one
 * subscription needs. A message is counted and timed, not parsed: what it costs is the same for every server.
 */

/** Messages of the protocol itself are shorter, events are longer. */
const SHORTEST_EVENT_BYTES = 300;
/** How many messages one measurement may time; later ones are counted only. */
const CAPACITY = 12_000_000;
const CONNECTING_AT_ONCE = 100;

/** When each message came, on the clock of all processes, and which event it was. */
const times = new Float64Array(CAPACITY);
const places = new Uint32Array(CAPACITY);
let timed = 0;
let received = 0;
let noticeEvery = Infinity;
let nextNotice = Infinity;

class Listener {
  /** Events since the last reset. */
  heard = 0;
  /** Why it was ended from the other side; null while it listens. */
  lost: string | null = null;
  readonly group: number;
  private readonly groups: number;
  private readonly socket: WebSocket;

  private constructor(socket: WebSocket, group: number, groups: number) {
    this.socket = socket;
    this.group = group;
    this.groups = groups;
  }

  static async open({ url, query, variables, tokens }: Connect, index: number): Promise<Listener> {
    const socket = new WebSocket(url, 'graphql-transport-ws', {
      perMessageDeflate: false,
      skipUTF8Validation: true,
    });
    const group = index % variables.length;
    const listener = new Listener(socket, group, variables.length);
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    socket.on('open', () => {
      const token = tokens[index % tokens.length];
      const payload = token === undefined ? {} : { authorization: `Bearer ${token}` };
      socket.send(JSON.stringify({ type: 'connection_init', payload }));
    });
    socket.once('message', () => {
      const payload = { query, operationName: 'PledgeFeed', variables: variables[group] };
      socket.send(JSON.stringify({ id: crypto.randomUUID(), type: 'subscribe', payload }));
      socket.on('message', (data: Buffer) => listener.hear(data));
      resolve();
    });
    socket.on('error', reject);
    socket.on('close', (code, reason) => {
      listener.lost ??= `closed with ${code} ${reason.toString()}`;
      reject(new Error(listener.lost));
    });
    await promise;
    return listener;
  }

  close(): void {
    this.socket.close();
  }

  private hear(data: Buffer): void {
    if (data.length < SHORTEST_EVENT_BYTES) {
      const text = data.toString();
      if (text.includes('"error')) this.lost ??= text;
      return;
    }
    if (timed < CAPACITY) {
      times[timed] = clockMs();
      // Events go round the groups in turn, so a group's n-th event is known by its number.
      places[timed] = this.heard * this.groups + this.group;
      timed += 1;
    }
    this.heard += 1;
    received += 1;
    if (received >= nextNotice) {
      nextNotice = received + noticeEvery;
      tellParent(received);
    }
  }
}

let listeners: Listener[] = [];

async function connect(question: Connect): Promise<void> {
  for (let from = 0; from < question.sockets; from += CONNECTING_AT_ONCE) {
    const count = Math.min(CONNECTING_AT_ONCE, question.sockets - from);
    const batch = Array.from({ length: count }, (_, index) => Listener.open(question, from + index));
    listeners.push(...(await Promise.all(batch)));
  }
}

function reset(every: number): void {
  timed = 0;
  received = 0;
  noticeEvery = every;
  nextNotice = every;
  for (const listener of listeners) listener.heard = 0;
}

/** Rate and delays of the messages that came from `fromMs` to `untilMs`. */
function report({ fromMs, untilMs, publishedAtMs }: Report): Delays {
  const delays = new Float64Array(timed);
  let count = 0;
  for (let index = 0; index < timed; index += 1) {
    const at = times[index]!;
    const publishedAt = publishedAtMs[places[index]!];
    if (at < fromMs || at >= untilMs || publishedAt === undefined) continue;
    delays[count] = at - publishedAt;
    count += 1;
  }
  const sorted = delays.subarray(0, count).toSorted();
  return { messages: count, p50Ms: percentile(sorted, 0.5), p99Ms: percentile(sorted, 0.99) };
}

const SLICE_MS = 3;

function spin(ms: number): void {
  const until = performance.now() + ms;
  while (performance.now() < until);
}

/** Uses as many cores' CPU as it is told, in slices of a few milliseconds, and does nothing with it. */
async function burn(cores: number, seconds: number): Promise<void> {
  const begun = performance.now();
  const used = process.cpuUsage();
  for (let elapsedMs = 0; elapsedMs < seconds * 1000; elapsedMs = performance.now() - begun) {
    const { user, system } = process.cpuUsage(used);
    if ((user + system) / 1000 < cores * elapsedMs) spin(SLICE_MS);
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
}

function state(): ListenersState {
  const heard = listeners.map((listener) => listener.heard);
  const lost = listeners.flatMap((listener) => listener.lost ?? []);
  return { received, least: Math.min(...heard), lost: lost.length, firstLoss: lost[0] ?? null };
}

function disconnect(): void {
  for (const listener of listeners) listener.close();
  listeners = [];
}

answerParent((question: ListenersQuestion) => {
  switch (question.kind) {
    case 'connect':
      return connect(question);
    case 'reset':
      return reset(question.noticeEvery);
    case 'state':
      return state();
    case 'report':
      return report(question);
    case 'burn':
      return burn(question.cores, question.seconds);
    case 'disconnect':
      return disconnect();
  }
});
