import { once } from 'node:events';
import WebSocket from 'ws';

export const transports = ['http', 'websocket', 'stream'] as const;
export type Transport = (typeof transports)[number];

/** The one result of an operation, whatever carried it. */
export interface Answer {
  data?: Record<string, unknown> | null;
  errors?: { message: string; extensions: Record<string, unknown> }[];
  extensions?: Record<string, unknown>;
  /** Of HTTP; null elsewhere. */
  status: number | null;
  headers: Headers;
}

/** One operation as the body of a request. */
export interface Asked {
  query?: string;
  variables?: Record<string, unknown>;
  operationName?: string;
  extensions?: Record<string, unknown>;
}

const bodyOf = (asked: Asked | string): Asked => (typeof asked === 'string' ? { query: asked } : asked);

/** What a closed connection says to whoever asked on it: its reason is JSON where the hub has a code for it. */
function closedAnswer(code: number, reason: Buffer): Answer {
  const message = reason.toString();
  const extensions = message.startsWith('{')
    ? (JSON.parse(message) as Record<string, unknown>)
    : { code: String(code) };
  return { errors: [{ message, extensions }], status: null, headers: new Headers() };
}

/** Asks a hub by hand, on every transport, for somebody who is signed in or not. */
export class Asker {
  private readonly url: string;
  private readonly headers: Record<string, string>;

  constructor(
    url: string,
    token: string | null,
    acceptLanguage = 'en',
    authorization = token === null ? undefined : `Bearer ${token}`,
  ) {
    this.url = url;
    this.headers = {
      'content-type': 'application/json',
      'accept-language': acceptLanguage,
      ...(authorization !== undefined && { authorization }),
    };
  }

  ask(transport: Transport, asked: Asked | string, headers: Record<string, string> = {}): Promise<Answer> {
    if (transport === 'http') return this.overHttp(bodyOf(asked), headers);
    return transport === 'stream'
      ? this.overStream(bodyOf(asked), headers)
      : this.overSocket(bodyOf(asked), headers);
  }

  post(
    path: string,
    body: string | Uint8Array<ArrayBuffer>,
    headers: Record<string, string> = {},
  ): Promise<Response> {
    return fetch(`${this.url}${path}`, { method: 'POST', headers: { ...this.headers, ...headers }, body });
  }

  private async overHttp(asked: Asked, more: Record<string, string>): Promise<Answer> {
    const response = await this.post('/graphql', JSON.stringify(asked), more);
    const answer = (await response.json()) as Answer;
    return { ...answer, status: response.status, headers: response.headers };
  }

  private async overStream(asked: Asked, more: Record<string, string>): Promise<Answer> {
    const response = await this.post('/graphql/stream', JSON.stringify(asked), more);
    const text = await response.text();
    const data = /^data: (.+)$/m.exec(text)?.[1] ?? text;
    return {
      ...(JSON.parse(data) as Answer),
      status: response.ok ? null : response.status,
      headers: response.headers,
    };
  }

  private async overSocket(asked: Asked, more: Record<string, string>): Promise<Answer> {
    const socket = new WebSocket(`${this.url.replace(/^http/, 'ws')}/graphql`, 'graphql-transport-ws', {
      headers: { ...this.headers, ...more },
    });
    await once(socket, 'open');
    const { authorization } = this.headers;
    socket.send(JSON.stringify({ type: 'connection_init', payload: { authorization } }));
    const closed = once(socket, 'close') as Promise<[code: number, reason: Buffer]>;
    const refused = await Promise.race([once(socket, 'message').then(() => null), closed]);
    if (refused !== null) return closedAnswer(...refused);
    socket.send(JSON.stringify({ id: 'one', type: 'subscribe', payload: { query: '', ...asked } }));
    const [data] = (await once(socket, 'message')) as [Buffer];
    socket.close();
    await closed;
    const { type, payload } = JSON.parse(data.toString()) as { type: string; payload: Answer };
    const answer = type === 'error' ? { errors: payload as unknown as Answer['errors'] & object } : payload;
    return { ...answer, status: null, headers: new Headers() };
  }
}
