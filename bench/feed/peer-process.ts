import { Child } from '../child.ts';
import type { PeerQuestion } from './peers/peer.ts';
import type { Server } from './server.ts';

export const peerNames = ['raw', 'outlet', 'apollo', 'mercurius', 'yoga'] as const;
export type PeerName = (typeof peerNames)[number];

/** Starts a peer in a process of its own; `eventsFile` holds real events of the hub, one a village. */
export async function startPeer(name: PeerName, eventsFile: string): Promise<Server> {
  const child = new Child<PeerQuestion, string>(`feed/peers/${name}.js`, [eventsFile]);
  const url = await child.ask({ kind: 'address' });
  return {
    pid: child.pid,
    url,
    tokens: [],
    publish: async (from, count, groups) => {
      await child.ask({ kind: 'publish', from, count, groups });
    },
    stop: () => child.stop(),
  };
}
