import type { TypedDocumentNode } from '@graphql-typed-document-node/core';
import { type DocumentNode, type FormattedExecutionResult, Kind, print } from 'graphql';
import type { Client } from 'graphql-ws/client';
import { openLiveSocket } from './live-socket.ts';
import { SignInDocument, type SignInMutation } from './operations.ts';
import { SinergiError } from './sinergi-error.ts';
import { SubscriptionResults } from './subscription-results.ts';

export interface SinergiOptions {
  /** The hub's address, such as `https://hub.example`; `/graphql` is added. */
  url: string;
  /** An access token; `signIn` gets one. */
  token?: string;
  /** In which language problems and errors speak: `id` (when absent) or `en`. */
  acceptLanguage?: string;
  fetch?: typeof fetch;
  /** A WebSocket class, such as that of `ws`; the global one when absent. */
  webSocket?: unknown;
  /** Gets another access token when the present one has expired, or `followFeed` is refused with it. */
  freshToken?: () => string | Promise<string>;
  /** How long a connection may be silent before it is asked for a sign of life, and then given up; 15,000 when absent. */
  silenceMs?: number;
}

type SignedIn = SignInMutation['signIn'];
/** Who signed in, and what else the hub said. */
export type SignedInViewer = NonNullable<SignedIn['viewer']> & Pick<SignedIn, 'device' | 'refusedSince'>;

/** The device that signs in: the secret that an earlier sign-in returned, or whether to be given one. */
export interface KeptDevice {
  device?: string | null;
  rememberDevice?: boolean;
}

/** Variables may be left out where the operation demands none. */
type Given<V> = Record<string, never> extends V ? [variables?: V] : [variables: V];

const CONTENT_TYPES = 'application/graphql-response+json, application/json';
const printed = new WeakMap<DocumentNode, { query: string; operationName?: string }>();

function payloadOf(
  document: DocumentNode,
  variables: unknown,
): { query: string; variables: Record<string, unknown> } {
  let source = printed.get(document);
  if (source === undefined) {
    const operation = document.definitions.find((node) => node.kind === Kind.OPERATION_DEFINITION);
    source = { query: print(document), operationName: operation?.name?.value };
    printed.set(document, source);
  }
  return { ...source, variables: (variables ?? {}) as Record<string, unknown> };
}

/**
 * One account's way to a hub, in Node and in the browser: requests over HTTP, subscriptions over one WebSocket that
 * is open while there are any. Documents are the generated ones of operations.ts, which type variables and answers.
 */
export class SinergiClient {
  private readonly options: SinergiOptions;
  private readonly endpoint: string;
  private token: string | undefined;
  /** For the next subscription. */
  private socket: Client | null = null;
  /** Those of former tokens, open as long as their subscriptions last. */
  private formerSockets: Client[] = [];
  private renewal: Promise<boolean> | null = null;

  constructor(options: SinergiOptions) {
    this.options = options;
    this.endpoint = `${options.url.replace(/\/+$/, '')}/graphql`;
    this.token = options.token;
  }

  /**
   * The answer of a query or mutation, asked for again with a fresh token where the present one has expired. Throws
   * SinergiError; a mutation's refusal is in its answer's `problems`.
   */
  async request<T, V>(document: TypedDocumentNode<T, V>, ...[variables]: Given<V>): Promise<T> {
    const payload = payloadOf(document, variables);
    const { token } = this;
    try {
      return await this.answerTo<T>(payload);
    } catch (error) {
      // Nothing was done, and the person behind it is the same: one that has ended is for them to renew.
      const hasExpired = error instanceof SinergiError && error.reason === 'EXPIRED';
      const isRenewed = hasExpired && (this.token !== token || (await this.renewToken()));
      if (!isRenewed) throw error;
      return this.answerTo<T>(payload);
    }
  }

  /**
   * Begins a subscription at once. Its iterator throws SinergiError: `CONNECTION_LOST` when the connection ends.
   * Nothing is subscribed again by itself, since only the reader knows where it was: see `followFeed`.
   */
  subscribe<T, V>(document: TypedDocumentNode<T, V>, ...[variables]: Given<V>): SubscriptionResults<T> {
    this.socket ??= this.openSocket();
    return new SubscriptionResults<T>(this.socket, payloadOf(document, variables));
  }

  /**
   * Signs in; from then on this client speaks for that account. Returns who it is, the tries that were refused since the last
   * time, and the secret of this device, to be kept and given again: wrong passwords of others then keep nobody out here.
   * Throws SinergiError `SIGN_IN_FAILED`.
   */
  async signIn(email: string, password: string, kept: KeptDevice = {}): Promise<SignedInViewer> {
    const { signIn } = await this.request(SignInDocument, { input: { email, password, ...kept } });
    const { token, viewer, device, refusedSince, problems } = signIn;
    if (token === null || viewer === null) {
      throw new SinergiError('SIGN_IN_FAILED', problems.map(({ message }) => message).join(' '));
    }
    await this.close();
    this.token = token;
    return { ...viewer, device, refusedSince };
  }

  /**
   * Asks `freshToken` once for all who ask at the same time; later requests and subscriptions use what it answers,
   * while subscriptions that are open stay as they are. False when there is nobody to ask. Throws what that throws.
   */
  async renewToken(): Promise<boolean> {
    const { freshToken } = this.options;
    if (freshToken === undefined) return false;
    this.renewal ??= this.takeToken(freshToken).finally(() => (this.renewal = null));
    return this.renewal;
  }

  /** Ends the subscriptions and closes the socket; a later subscription opens another. */
  async close(): Promise<void> {
    this.letSocketGo();
    const sockets = this.formerSockets;
    this.formerSockets = [];
    // One that is only connecting is closed as soon as it is open, or has failed.
    await Promise.all(sockets.map(async (socket) => socket.dispose())).catch(() => undefined);
  }

  private async answerTo<T>(payload: object): Promise<T> {
    const { data, errors } = await this.post<T>(payload);
    if (errors !== undefined) throw SinergiError.ofErrors(errors);
    return data as T;
  }

  private letSocketGo(): void {
    if (this.socket !== null) this.formerSockets.push(this.socket);
    this.socket = null;
  }

  private async takeToken(freshToken: NonNullable<SinergiOptions['freshToken']>): Promise<true> {
    this.token = await freshToken();
    this.letSocketGo();
    return true;
  }

  private async post<T>(payload: object): Promise<FormattedExecutionResult<T>> {
    const { fetch: send = fetch } = this.options;
    const headers = {
      ...this.headers(),
      'content-type': 'application/json',
      accept: CONTENT_TYPES,
    };
    const response = await send(this.endpoint, {
      method: 'POST',
      headers,
      body: JSON.stringify(payload),
    }).catch((cause: unknown) => {
      throw new SinergiError('UNREACHABLE', `The hub at ${this.endpoint} was not reached.`, [], cause);
    });
    const answer: unknown = await response.json().catch(() => null);
    if (typeof answer === 'object' && answer !== null && ('data' in answer || 'errors' in answer)) {
      return answer as FormattedExecutionResult<T>;
    }
    throw new SinergiError(
      'UNREACHABLE',
      `${this.endpoint} answered ${response.status}, and not as a hub does.`,
    );
  }

  private headers(): { authorization?: string; 'accept-language'?: string } {
    const { acceptLanguage } = this.options;
    return {
      ...(this.token === undefined ? {} : { authorization: `Bearer ${this.token}` }),
      ...(acceptLanguage === undefined ? {} : { 'accept-language': acceptLanguage }),
    };
  }

  private openSocket(): Client {
    const { authorization, 'accept-language': acceptLanguage } = this.headers();
    const { webSocket, silenceMs = 15_000 } = this.options;
    return openLiveSocket({
      url: this.endpoint.replace(/^http/, 'ws'),
      connectionParams: { authorization, acceptLanguage },
      webSocket,
      silenceMs,
    });
  }
}

export function createSinergiClient(options: SinergiOptions): SinergiClient {
  return new SinergiClient(options);
}
