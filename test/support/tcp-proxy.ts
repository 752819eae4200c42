import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';

interface Traffic {
  /** Of what size the next piece is into which what comes is cut; null leaves it whole. */
  pieceBytes: (() => number) | null;
  isHeld: boolean;
}

/** One direction of a connection: what comes in goes out, in order, as the proxy allows. */
class Way {
  private readonly from: Socket;
  private readonly to: Socket;
  private readonly traffic: Traffic;
  private isSilent = false;
  private sent: Promise<void> = Promise.resolve();

  constructor(from: Socket, to: Socket, traffic: Traffic) {
    this.from = from;
    this.to = to;
    this.traffic = traffic;
    from.setNoDelay(true);
    from.on('data', (bytes) => {
      if (this.isSilent) return;
      this.sent = this.sent.then(() => this.send(bytes));
    });
    from.on('end', () => {
      if (!this.isSilent) this.sent = this.sent.then(() => void to.end());
    });
    from.on('error', () => this.fail());
    from.on('close', () => this.fail());
    if (traffic.isHeld) from.pause();
  }

  /** From now on all of it vanishes, its end too. */
  silence(): void {
    this.isSilent = true;
  }

  private fail(): void {
    if (!this.isSilent) this.to.destroy();
  }

  private async send(bytes: Buffer): Promise<void> {
    for (let begin = 0; begin < bytes.length && !this.isSilent;) {
      const end = begin + (this.traffic.pieceBytes?.() ?? bytes.length);
      const hasRoom = this.to.write(bytes.subarray(begin, end));
      begin = end;
      if (!hasRoom && !this.to.destroyed) await this.room();
      else if (begin < bytes.length) await new Promise(setImmediate);
    }
  }

  private async room(): Promise<void> {
    this.from.pause();
    await new Promise<void>((resolve) => {
      this.to.once('drain', resolve);
      this.to.once('close', resolve);
    });
    if (!this.traffic.isHeld) this.from.resume();
  }
}

/** A wire to a hub or to a database that looks into nothing, and fails in every way that it is told to. */
export class TcpProxy {
  /** The target's address, by way of this wire. */
  readonly url: string;
  /** While false, every new connection is broken at once. */
  isUp = true;
  private readonly server: Server;
  private readonly sockets = new Set<Socket>();
  private readonly ways = new Map<Socket, Way>();
  private readonly traffic: Traffic = { pieceBytes: null, isHeld: false };

  private constructor(server: Server, target: URL) {
    this.server = server;
    const url = new URL(target);
    url.port = String((server.address() as AddressInfo).port);
    this.url = url.href.replace(/\/$/, '');
    server.on('connection', (near) => this.open(near, target));
  }

  static async to(url: string): Promise<TcpProxy> {
    const server = createServer({ allowHalfOpen: true });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return new TcpProxy(server, new URL(url));
  }

  /** Ends every connection without a word; new ones may be made at once. */
  cut(): void {
    for (const socket of this.sockets) socket.destroy();
  }

  /** Breaks every connection (RST), as a peer does that has forgotten it; new ones may be made at once. */
  reset(): void {
    for (const socket of this.sockets) socket.resetAndDestroy();
  }

  /**
   * Half-open: from now on nothing that is sent on these connections arrives, in either direction, and neither side
   * is told, not even when the other ends. New ones may be made at once, and work. Answers how to break the old ones
   * after all, as a peer does whose keepalive was not answered.
   */
  silence(): () => void {
    const silent = [...this.ways.keys()];
    for (const way of this.ways.values()) way.silence();
    this.ways.clear();
    return () => {
      for (const socket of silent) socket.resetAndDestroy();
    };
  }

  /** Lets nothing through until it is let go on; nothing is lost. */
  hold(): void {
    this.traffic.isHeld = true;
    for (const socket of this.sockets) socket.pause();
  }

  letGo(): void {
    this.traffic.isHeld = false;
    for (const socket of this.sockets) socket.resume();
  }

  /** Cuts all that goes through into pieces of such sizes, each sent by itself; null leaves it whole again. */
  slice(pieceBytes: Traffic['pieceBytes']): void {
    this.traffic.pieceBytes = pieceBytes;
  }

  async close(): Promise<void> {
    this.server.close();
    this.reset();
    await once(this.server, 'close');
  }

  private open(near: Socket, target: URL): void {
    if (!this.isUp) {
      near.resetAndDestroy();
      return;
    }
    const far = connect({ port: Number(target.port), host: target.hostname, allowHalfOpen: true });
    for (const [one, other] of [
      [near, far],
      [far, near],
    ] as const) {
      this.sockets.add(one);
      this.ways.set(one, new Way(one, other, this.traffic));
      one.on('close', () => {
        this.sockets.delete(one);
        this.ways.delete(one);
      });
    }
  }
}
