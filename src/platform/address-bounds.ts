import type { IncomingMessage, Server } from 'node:http';
import type { Socket } from 'node:net';
import { networkOf, SUBSCRIBER } from './network.ts';
import { addressOf, type Trust } from './proxies.ts';

/** Of what one address may hold open, this part may be requests that have not arrived yet. */
const ARRIVING_SHARE = 0.5;
/** How long a refused connection may take to read why. */
const REFUSED_WITHIN_MS = 1000;
const REFUSAL =
  'HTTP/1.1 429 Too Many Requests\r\nConnection: close\r\nRetry-After: 5\r\nContent-Length: 0\r\n\r\n';

type Release = () => void;

/** How many things each key holds, up to a maximum. */
class Held {
  private readonly most: number;
  private readonly counts = new Map<string, number>();

  constructor(most: number) {
    this.most = most;
  }

  /** Holds one more until the returned function is called, once; null when there are as many as may be. */
  take(key: string): Release | null {
    const count = this.counts.get(key) ?? 0;
    if (count >= this.most) return null;
    this.counts.set(key, count + 1);
    let isHeld = true;
    return () => {
      if (!isHeld) return;
      isHeld = false;
      const left = this.counts.get(key)! - 1;
      if (left === 0) this.counts.delete(key);
      else this.counts.set(key, left);
    };
  }
}

const nothing: Release = () => undefined;

/**
 * Bounds what one network address holds open before anybody knows who it is: connections, and requests of which a part has
 * still to arrive. A trusted proxy's own connections are many clients' and are not counted; what it forwards is counted by
 * the address that it names.
 */
export class AddressBounds {
  private readonly isProxy: Trust;
  private readonly connections: Held;
  private readonly arriving: Held;
  /** Of connections on which no request has arrived yet. */
  private readonly awaited = new WeakMap<Socket, Release>();

  constructor(most: number, isProxy: Trust) {
    this.isProxy = isProxy;
    this.connections = new Held(most);
    this.arriving = new Held(Math.max(1, Math.floor(most * ARRIVING_SHARE)));
  }

  /** Lets the server see only connections within the bounds; the others are answered 429 and closed. */
  guard(server: Server): void {
    // The server's own listener comes after the look: a refused connection must not reach the parser, which could act on
    // a request whose client was told that it was refused.
    const serve = server.listeners('connection');
    server.removeAllListeners('connection');
    server.on('connection', (socket: Socket) => {
      if (!this.accept(socket)) refuse(socket);
      else for (const listener of serve) listener.call(server, socket);
    });
    server.prependListener('request', ({ socket }) => this.awaited.get(socket)?.());
    server.prependListener('upgrade', ({ socket }: IncomingMessage) => this.awaited.get(socket)?.());
  }

  /** Holds a request until its body has arrived; false when its address sends as many as it may. */
  admitBody(request: IncomingMessage): boolean {
    const { headers } = request;
    if (headers['transfer-encoding'] === undefined && Number(headers['content-length'] ?? 0) === 0) {
      return true;
    }
    const release = this.arriving.take(this.networkOf(request));
    if (release === null) return false;
    request.once('end', release);
    request.once('close', release);
    return true;
  }

  /** Holds a WebSocket that a proxy forwards until it is closed; false when its address has as many as it may. */
  admitUpgrade(request: IncomingMessage): boolean {
    const { socket } = request;
    if (!this.isOfProxy(socket)) return true;
    const release = this.connections.take(this.networkOf(request));
    if (release === null) return false;
    socket.once('close', release);
    return true;
  }

  private accept(socket: Socket): boolean {
    // It may have gone already.
    if (socket.remoteAddress === undefined || this.isOfProxy(socket)) return true;
    const network = networkOf(socket.remoteAddress, SUBSCRIBER);
    const release = this.connections.take(network);
    if (release === null) return false;
    const arrived = this.arriving.take(network);
    if (arrived === null) {
      release();
      return false;
    }
    this.awaited.set(socket, arrived);
    socket.once('close', release);
    socket.once('close', arrived);
    return true;
  }

  private isOfProxy({ remoteAddress }: Socket): boolean {
    return remoteAddress !== undefined && this.isProxy(remoteAddress, 0);
  }

  private networkOf(request: IncomingMessage): string {
    return networkOf(addressOf(request, this.isProxy), SUBSCRIBER);
  }
}

/** Says why and closes, whatever the client sends meanwhile. */
function refuse(socket: Socket): void {
  const late = setTimeout(() => socket.destroy(), REFUSED_WITHIN_MS);
  socket.once('close', () => clearTimeout(late));
  socket.on('error', nothing);
  socket.resume();
  socket.end(REFUSAL);
}
