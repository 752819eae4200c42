import { Child } from '../child.ts';
import type { ClaimTarget } from '../claim-load.ts';
import type { Ground } from '../ground.ts';
import { cpuSeconds, familyCpuSeconds } from '../process-usage.ts';
import type { ClaimantsQuestion } from './claimants.ts';
import { gather } from './fan-out.ts';
import type { HubProcess } from '../hub-process.ts';
import { socketUrl } from './hub-server.ts';
import type { Listening } from './listening.ts';
import type { Server } from './server.ts';

export type Claimants = Child<ClaimantsQuestion, number, string>;
export const startClaimants = (): Claimants => new Child('feed/claimants.js');

/** What takes part in the measurements of claims. */
export interface Claiming {
  ground: Ground;
  hub: HubProcess;
  listening: Listening;
  claimants: Claimants;
  target: ClaimTarget;
  /** Of the accounts that listen. */
  tokens: readonly string[];
  startRaw: () => Promise<Server>;
}

/** Claims a second, and how much of one core each process used meanwhile. */
export interface ClaimRate {
  perSecond: number;
  claims: number;
  hubCores: number;
  postgresCores: number;
  claimantsCores: number;
  listenersCores: number;
  /** Of the raw broadcast; 0 where there is none. */
  broadcastCores: number;
}

export interface ClaimRound {
  alone: ClaimRate;
  /** With the listeners on the hub's feed. */
  listened: ClaimRate;
  /** No listeners; their process burns the CPU that they took. */
  burnt: ClaimRate;
  /** The listeners get the same bytes, one event a claim, from a raw broadcast in a process of its own. */
  broadcast: ClaimRate;
  /** How much of what was claimed reached the listeners, 1 for all of it; and how many of them were cut off. */
  heardShare: number;
  lost: number;
}

const CLIENTS = 32;
export const LISTENERS = { sockets: 1000, groups: 1 } as const;

/** The hub as a server whose events are claims. */
export function claimedServer({ hub, claimants, target, tokens }: Claiming): Server {
  return {
    pid: hub.pid,
    url: socketUrl(hub),
    tokens,
    publish: async () => {
      await claimants.ask({ kind: 'at-rate', target, perSecond: 10, seconds: 0.1 });
    },
    stop: () => Promise.resolve(),
  };
}

async function measureClaims(claiming: Claiming, seconds: number, broadcastPid?: number): Promise<ClaimRate> {
  const { ground, hub, listening, claimants, target } = claiming;
  const read = () => ({
    hubCores: cpuSeconds(hub.pid),
    postgresCores: familyCpuSeconds(ground.pid),
    claimantsCores: cpuSeconds(claimants.pid),
    listenersCores: cpuSeconds(listening.pid),
    broadcastCores: broadcastPid === undefined ? 0 : cpuSeconds(broadcastPid),
  });
  const before = read();
  const begun = performance.now();
  const perSecond = await claimants.ask({ kind: 'without-pause', target, clients: CLIENTS, seconds });
  const elapsed = (performance.now() - begun) / 1000;
  const after = read();
  const cores = (name: keyof typeof before) => (after[name] - before[name]) / elapsed;
  return {
    perSecond,
    claims: Math.round(perSecond * elapsed),
    hubCores: cores('hubCores'),
    postgresCores: cores('postgresCores'),
    claimantsCores: cores('claimantsCores'),
    listenersCores: cores('listenersCores'),
    broadcastCores: cores('broadcastCores'),
  };
}

async function besideBroadcast(claiming: Claiming, seconds: number): Promise<ClaimRate> {
  const { listening, claimants } = claiming;
  const raw = await claiming.startRaw();
  try {
    await gather(listening, raw, LISTENERS);
    let number = 0;
    claimants.onNote = () => {
      void raw.publish(number, 1, 1).catch(() => undefined);
      number += 1;
    };
    return await measureClaims(claiming, seconds, raw.pid);
  } finally {
    claimants.onNote = () => undefined;
    await listening.disconnect();
    await raw.stop();
  }
}

/** Claims as fast as 32 clients can make them, without and with listeners, and with what listeners cost elsewhere. */
export async function measureClaimRound(claiming: Claiming, seconds: number): Promise<ClaimRound> {
  const { listening } = claiming;
  const alone = await measureClaims(claiming, seconds);
  await gather(listening, claimedServer(claiming), LISTENERS);
  await listening.reset();
  const listened = await measureClaims(claiming, seconds);
  const { received, lost } = await listening.settled();
  await listening.disconnect();
  const owed = listened.claims * LISTENERS.sockets;
  const [burnt] = await Promise.all([
    measureClaims(claiming, seconds),
    listening.burn(listened.listenersCores, seconds),
  ]);
  const broadcast = await besideBroadcast(claiming, seconds);
  return { alone, listened, burnt, broadcast, heardShare: Math.min(1, received / owed), lost };
}
