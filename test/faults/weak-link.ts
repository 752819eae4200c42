import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';

/** A way to a database that breaks when it is told to: a proxy on this machine that looks into nothing. */
export class WeakLink {
  /** The database's address, by way of the link. */
  readonly url: string;
  /** While false, every new connection is broken at once. */
  isUp = true;
  private readonly server: Server;
  private readonly sockets: Set<Socket>;

  private constructor(url: string, server: Server, sockets: Set<Socket>) {
    this.url = url;
    this.server = server;
    this.sockets = sockets;
  }

  static async to(databaseUrl: string): Promise<WeakLink> {
    const target = new URL(databaseUrl);
    const sockets = new Set<Socket>();
    const server = createServer();
    await once(server.listen(0, '127.0.0.1'), 'listening');
    const url = new URL(databaseUrl);
    url.port = String((server.address() as AddressInfo).port);
    const link = new WeakLink(url.href, server, sockets);
    server.on('connection', (near) => {
      if (!link.isUp) {
        near.resetAndDestroy();
        return;
      }
      const far = connect(Number(target.port), target.hostname);
      for (const [socket, other] of [
        [near, far],
        [far, near],
      ] as const) {
        socket.pipe(other);
        sockets.add(socket);
        socket.on('error', () => other.destroy());
        socket.on('close', () => sockets.delete(socket));
      }
    });
    return link;
  }

  /** Breaks every connection at once (RST, without a word of PostgreSQL's); new ones can be made. */
  cut(): void {
    for (const socket of this.sockets) socket.resetAndDestroy();
  }

  async close(): Promise<void> {
    this.server.close();
    this.cut();
    await once(this.server, 'close');
  }
}
