import type { Ground } from '../ground.ts';
import { type HubProcess, startHubProcess } from '../hub-process.ts';
import { Publisher } from './publisher.ts';
import type { Server } from './server.ts';

export const socketUrl = ({ url }: HubProcess): string => `${url.replace('http', 'ws')}/graphql`;

/** A hub to which another node publishes. */
export async function startHubServer(ground: Ground, tokens: readonly string[]): Promise<Server> {
  const publisher = await Publisher.open(ground.url);
  try {
    const hub = await startHubProcess(ground);
    return {
      pid: hub.pid,
      databasePid: ground.pid,
      url: socketUrl(hub),
      tokens,
      publish: (from, count) => publisher.publish(from, count),
      stop: async () => {
        await publisher.close();
        await hub.stop();
      },
    };
  } catch (error) {
    await publisher.close();
    throw error;
  }
}
