import type { TypedDocumentNode } from '@graphql-typed-document-node/core';
import { type DocumentNode, type FormattedExecutionResult, Kind, print } from 'graphql';
import { createClient, type Client } from 'graphql-ws/client';
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
}

type SignedIn = SignInMutation['signIn'];

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
  private socket: Client | null = null;

  constructor(options: SinergiOptions) {
    this.options = options;
    this.endpoint = `${options.url.replace(/\/+$/, '')}/graphql`;
    this.token = options.token;
  }

  /** The answer of a query or mutation. Throws SinergiError; a mutation's refusal is in its answer's `problems`. */
  async request<T, V>(document: TypedDocumentNode<T, V>, ...[variables]: Given<V>): Promise<T> {
    const { data, errors } = await this.post<T>(payloadOf(document, variables));
    if (errors !== undefined) throw SinergiError.ofErrors(errors);
    return data as T;
  }

  /**
   * Begins a subscription at once. Its iterator throws SinergiError: `CONNECTION_LOST` when the connection ends.
   * Nothing is subscribed again by itself, since only the reader knows where it was: see `followFeed`.
   */
  subscribe<T, V>(document: TypedDocumentNode<T, V>, ...[variables]: Given<V>): SubscriptionResults<T> {
    this.socket ??= this.openSocket();
    return new SubscriptionResults<T>(this.socket, payloadOf(document, variables));
  }

  /** Signs in; from then on this client speaks for that account. Throws SinergiError `SIGN_IN_FAILED`. */
  async signIn(email: string, password: string): Promise<NonNullable<SignedIn['viewer']>> {
    const { signIn } = await this.request(SignInDocument, { input: { email, password } });
    const { token, viewer, problems } = signIn;
    if (token === null || viewer === null) {
      throw new SinergiError('SIGN_IN_FAILED', problems.map(({ message }) => message).join(' '));
    }
    await this.close();
    this.token = token;
    return viewer;
  }

  /** Ends the subscriptions and closes the socket; a later subscription opens another. */
  async close(): Promise<void> {
    const { socket } = this;
    this.socket = null;
    await socket?.dispose();
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
    return createClient({
      url: this.endpoint.replace(/^http/, 'ws'),
      connectionParams: { authorization, acceptLanguage },
      webSocketImpl: this.options.webSocket,
      retryAttempts: 0,
    });
  }
}

export function createSinergiClient(options: SinergiOptions): SinergiClient {
  return new SinergiClient(options);
}
