import { once } from 'node:events';
import { createServer } from 'node:net';

/** Nobody can listen on that address; `message` says what to do. */
export class ListenError extends Error {
  override readonly name = 'ListenError';
}

function faultOf(host: string, port: number, error: NodeJS.ErrnoException): string {
  switch (error.code) {
    case 'EADDRINUSE':
      return `Port ${port} of ${host} is in use. Stop the program that has it, or choose another: PORT=${port + 1} npm start`;
    case 'EACCES':
      return `Port ${port} needs more rights than this user has. Choose one above 1023: PORT=4000 npm start`;
    case 'EADDRNOTAVAIL':
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return `HOST must be an address of this machine; it is “${host}”.`;
    default:
      return `Cannot listen on port ${port} of ${host}: ${error.message}`;
  }
}

/**
 * Finds out before a long start whether its door can be opened; another program may still take the port after it.
 * Throws ListenError.
 */
export async function assertCanListen(host: string, port: number): Promise<void> {
  const server = createServer();
  try {
    await once(server.listen({ host, port }), 'listening');
  } catch (error) {
    throw new ListenError(faultOf(host, port, error as NodeJS.ErrnoException), { cause: error });
  }
  server.close();
  await once(server, 'close');
}
