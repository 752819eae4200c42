import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:net';

/** Below those that systems give to connections: Linux from 32768, others from 49152. */
const LEAST = 15_000;
const MOST = 32_000;

/**
 * A free port of 127.0.0.1 that stays free for a hub that begins there later, and again after each stop: no connection
 * of another test gets it meanwhile.
 */
export async function lastingPort(): Promise<number> {
  for (;;) {
    const port = randomInt(LEAST, MOST);
    const server = createServer().listen(port, '127.0.0.1');
    const isOpen = await once(server, 'listening').then(
      () => true,
      () => false,
    );
    if (!isOpen) continue;
    server.close();
    await once(server, 'close');
    return port;
  }
}
