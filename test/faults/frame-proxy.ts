import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { type RawData, WebSocket, WebSocketServer } from 'ws';

/** A message of graphql-transport-ws, as far as a test looks into it. */
interface Message {
  id?: string;
  type: string;
  payload?: { variables?: { after?: string | null }; data?: { pledgeFeed?: Told } };
}

/** What an event says of its place. */
export interface Told {
  cursor: string;
  previousCursor?: string | null;
}

const PROTOCOL = 'graphql-transport-ws';
const textOf = (data: RawData): string => (data as Buffer).toString('utf8');

/** A hub that misbehaves when it is told to: a proxy of its WebSockets that reads and changes what goes through. */
export class FrameProxy {
  /** As a client is given it; `/graphql` is added. */
  readonly url: string;
  /** Says of each event, counted from 0 over all connections, whether it is kept back. */
  drops: (event: Told, index: number) => boolean = () => false;
  /** How many subscriptions were begun, by the cursor they begin after. */
  readonly begunAfter: (string | null)[] = [];
  private readonly server: WebSocketServer;
  /** How many subscriptions the clients have ended. */
  completed = 0;
  private told = 0;

  private constructor(server: WebSocketServer, target: string) {
    this.server = server;
    this.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    server.on('connection', (near) => this.join(near, `${target.replace('http', 'ws')}/graphql`));
  }

  static async to(hubUrl: string): Promise<FrameProxy> {
    const server = new WebSocketServer({ port: 0, host: '127.0.0.1', handleProtocols: () => PROTOCOL });
    await once(server, 'listening');
    return new FrameProxy(server, hubUrl);
  }

  /** Closes all connections to clients, as the hub does, with that code and reason. */
  sever(code: number, reason = ''): void {
    for (const near of this.server.clients) near.close(code, reason);
  }

  async close(): Promise<void> {
    for (const near of this.server.clients) near.terminate();
    this.server.close();
    await once(this.server, 'close');
  }

  private join(near: WebSocket, address: string): void {
    const far = new WebSocket(address, PROTOCOL);
    const opened = once(far, 'open');
    /** By subscription: the cursor of the last event that the hub has told. */
    const cursors = new Map<string, string | null>();
    near.on('message', (data) => {
      const message = JSON.parse(textOf(data)) as Message;
      if (message.type === 'subscribe') this.begin(message, cursors);
      if (message.type === 'complete') this.completed += 1;
      void opened.then(() => far.send(textOf(data)));
    });
    far.on('message', (data) => {
      const message = JSON.parse(textOf(data)) as Message;
      if (near.readyState === WebSocket.OPEN && this.passes(message, cursors)) {
        near.send(JSON.stringify(message));
      }
    });
    near.on('close', () => far.close());
    far.on('close', (code) => near.close(code === 1005 || code === 1006 ? 1011 : code));
    for (const socket of [near, far]) socket.on('error', () => undefined);
    opened.catch(() => near.terminate());
  }

  private begin({ id, payload }: Message, cursors: Map<string, string | null>): void {
    const after = payload?.variables?.after ?? null;
    this.begunAfter.push(after);
    cursors.set(id!, after);
  }

  /** Adds what a hub that names the event before each event says, where this one does not say it. */
  private passes({ id, payload }: Message, cursors: Map<string, string | null>): boolean {
    const event = payload?.data?.pledgeFeed;
    if (event === undefined) return true;
    event.previousCursor ??= cursors.get(id!) ?? null;
    cursors.set(id!, event.cursor);
    this.told += 1;
    return !this.drops(event, this.told - 1);
  }
}
