import WebSocket from 'ws';
import { createSinergiClient, type SinergiClient } from '../../client/sinergi-client.ts';
import { lastingPort } from '../support/lasting-port.ts';
import { ChildHub } from '../support/child-hub.ts';
import { sessionToken, TOKEN_SECRET } from '../support/session-token.ts';
import { TcpProxy } from '../support/tcp-proxy.ts';
import type { TestDatabase } from '../support/test-database.ts';

const READY = 'Stop it with Ctrl-C.';
/** As long as a careful client waits for an answer before it asks another node. */
const ANSWER_WITHIN_MS = 4000;

const impatientFetch: typeof fetch = (input, init) =>
  fetch(input, { ...init, signal: AbortSignal.timeout(ANSWER_WITHIN_MS) });

/** A hub in a process of its own, with wires to its database and to its door that are in the test's hands. */
export class FaultyNode {
  /** As its connections call themselves to the database. */
  readonly name: string;
  readonly toDatabase: TcpProxy;
  readonly door: TcpProxy;
  private readonly database: TestDatabase;
  private readonly port: number;
  private hub: ChildHub;
  private readonly clients: SinergiClient[] = [];

  private constructor(
    database: TestDatabase,
    name: string,
    port: number,
    toDatabase: TcpProxy,
    door: TcpProxy,
  ) {
    this.database = database;
    this.name = name;
    this.port = port;
    this.toDatabase = toDatabase;
    this.door = door;
    this.hub = this.spawn();
  }

  static async start(database: TestDatabase, name: string): Promise<FaultyNode> {
    const port = await lastingPort();
    const [toDatabase, door] = await Promise.all([
      TcpProxy.to(database.url),
      TcpProxy.to(`http://127.0.0.1:${port}`),
    ]);
    const node = new FaultyNode(database, name, port, toDatabase, door);
    await node.hub.printed(READY);
    return node;
  }

  async client(accountId: string): Promise<SinergiClient> {
    const token = await sessionToken(this.database, accountId, new Date(), 3600);
    const client = createSinergiClient({
      url: this.door.url,
      token,
      fetch: impatientFetch,
      webSocket: WebSocket,
    });
    this.clients.push(client);
    return client;
  }

  freeze(): void {
    this.hub.freeze();
  }

  thaw(): void {
    this.hub.thaw();
  }

  /** kill -9, and a new process in its place. */
  async crash(): Promise<void> {
    await this.hub.kill('SIGKILL');
    this.hub = this.spawn();
    await this.hub.printed(READY);
  }

  async isReady(): Promise<boolean> {
    const answer = await impatientFetch(`${this.door.url}/health/ready`).catch(() => null);
    return answer?.ok ?? false;
  }

  async stop(): Promise<void> {
    await Promise.all(this.clients.map((client) => client.close()));
    await this.hub.kill('SIGKILL');
    await Promise.all([this.door.close(), this.toDatabase.close()]);
  }

  private spawn(): ChildHub {
    return new ChildHub('main.js', {
      DATABASE_URL: `${this.toDatabase.url}?application_name=${this.name}`,
      PORT: String(this.port),
      TOKEN_SECRET,
      LOG_LEVEL: 'error',
      WRITE_CONNECTIONS: '6',
      READ_CONNECTIONS: '4',
    });
  }
}
