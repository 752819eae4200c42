import { once } from 'node:events';
import { randomUUID } from 'node:crypto';
import WebSocket from 'ws';

/** What a connection was closed with. */
export interface Closed {
  code: number;
  reason: string;
}

type Message = { id?: string; type: string; payload?: unknown };

/** One connection that speaks the protocol graphql-transport-ws by hand, so that a test sees each of its messages. */
export class RawReader {
  readonly socket: WebSocket;
  readonly messages: Message[] = [];
  readonly closed: Promise<Closed>;

  private constructor(url: string) {
    this.socket = new WebSocket(`${url.replace(/^http/, 'ws')}/graphql`, 'graphql-transport-ws');
    this.socket.on('error', () => undefined);
    this.socket.on('message', (data: Buffer) => this.messages.push(JSON.parse(data.toString()) as Message));
    this.closed = once(this.socket, 'close').then(([code, reason]) => ({
      code: code as number,
      reason: String(reason),
    }));
  }

  /** Connects and introduces itself; the answer may be an acknowledgement or the end of the connection. */
  static async open(url: string, token: string | null): Promise<RawReader> {
    const reader = new RawReader(url);
    await once(reader.socket, 'open');
    const payload = token === null ? {} : { authorization: `Bearer ${token}`, acceptLanguage: 'en' };
    reader.send({ type: 'connection_init', payload });
    await Promise.race([once(reader.socket, 'message'), reader.closed]);
    return reader;
  }

  send(message: Message): void {
    this.socket.send(JSON.stringify(message));
  }

  /** Begins an operation; answers its id. */
  subscribe(query: string, variables: object = {}, id: string = randomUUID()): string {
    this.send({ id, type: 'subscribe', payload: { query, variables } });
    return id;
  }

  complete(id: string): void {
    this.send({ id, type: 'complete' });
  }

  /** The first message about an operation, once it is there; throws when the connection ends before. */
  async answerTo(id: string): Promise<Message> {
    for (;;) {
      const answer = this.messages.find((message) => message.id === id);
      if (answer !== undefined) return answer;
      const end = await Promise.race([once(this.socket, 'message').then(() => null), this.closed]);
      if (end !== null) throw new Error(`closed with ${end.code} ${end.reason}`);
    }
  }

  /** The payloads of an operation's results. */
  resultsOf<T>(id: string): T[] {
    return this.messages
      .filter((message) => message.type === 'next' && message.id === id)
      .map(({ payload }) => (payload as { data: T }).data);
  }
}
