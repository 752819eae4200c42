import type { Actor } from '../../access/actor.ts';
import { type Reader, readerOf } from '../../access/reader.ts';
import type { Allowance } from '../allowances.ts';
import { Batches } from '../batch.ts';
import type { Container } from '../container.ts';
import type { Locale } from '../messages.ts';
import type { Usage } from '../usage.ts';
import { AnswerBytes } from './answer-bytes.ts';

/** Counts a subscription, by what an event costs in it, as one of the asker's until the answer is called; throws TOO_MANY_OPERATIONS. */
export type Open = (eventFields: number) => () => void;

export interface ContextOptions {
  actor: Actor;
  /** When the asker's token ends; null for somebody who has not signed in. */
  expiresAt: Date | null;
  locale: Locale;
  /** Whether somebody who has not signed in may read. */
  publicRead: boolean;
  container: Container;
  /** What the operation takes, of how much the asker may ask for. */
  usage: Usage;
  open: Open;
  /** So many bytes an answer, or one event, may have. */
  maxAnswerBytes: number;
  /** The request's name in the log. */
  requestId: string;
  /** How the client itself calls it; null where it does not. */
  clientRequestId?: string | null;
  resumeAfter?: string | null;
  /** Aborts once nobody waits for the answer any more; never when absent. */
  signal?: AbortSignal;
}

const NEVER = new AbortController().signal;

/** What the resolvers of one operation, or of one event of a subscription, share. */
export class Context {
  readonly locale: Locale;
  readonly batches = new Batches();
  readonly container: Container;
  readonly usage: Usage;
  readonly open: Open;
  /** What has been made of the answer. */
  readonly bytes: AnswerBytes;
  readonly requestId: string;
  readonly clientRequestId: string | null;
  /** From where a reader goes on that came back by `Last-Event-ID`; it outweighs the argument `after`. */
  readonly resumeAfter: string | null;
  /** Aborts once nobody waits for the answer any more: reads may end then, changes that began do not. */
  readonly signal: AbortSignal;
  private readonly options: ContextOptions;
  private readonly isForAll: boolean;

  constructor(options: ContextOptions, isForAll = false) {
    this.options = options;
    this.isForAll = isForAll;
    this.locale = options.locale;
    this.container = options.container;
    this.usage = options.usage;
    this.open = options.open;
    this.bytes = new AnswerBytes(options.maxAnswerBytes);
    this.requestId = options.requestId;
    this.clientRequestId = options.clientRequestId ?? null;
    this.resumeAfter = options.resumeAfter ?? null;
    this.signal = options.signal ?? NEVER;
  }

  /**
   * Who is asking. Throws in a context that serves many askers at once: a field that needs this must be declared
   * `@Extensions(perViewer)`.
   */
  get actor(): Actor {
    if (this.isForAll) throw new Error('this field differs by viewer, and is not declared perViewer');
    return this.options.actor;
  }

  /** How much the asker may ask for. */
  get allowance(): Allowance {
    return this.usage.allowance;
  }

  get expiresAt(): Date | null {
    return this.options.expiresAt;
  }

  /** Who is asking, as somebody who may read; throws UNAUTHENTICATED. */
  reader(): Reader {
    return readerOf(this.actor, this.options.publicRead);
  }

  /** The same without an exception: null for somebody who may not read. */
  readerOrNull(): Reader | null {
    const { actor, publicRead } = this.options;
    return actor.accountId !== null || publicRead ? readerOf(actor, publicRead) : null;
  }

  /** The same asker with nothing loaded yet: for the next event of a subscription. */
  fresh(): Context {
    return new Context(this.options);
  }

  /** A fresh context for what all readers see alike: it knows the language, and nobody. */
  forAll(): Context {
    return new Context(this.options, true);
  }
}

/** Credentials, language and origin of one request, whatever carried it. */
export interface RequestHead {
  authorization: string | undefined;
  acceptLanguage: string | undefined;
  /** The client's network address. */
  address: string | null;
  /** The request's name in the log. */
  requestId: string;
  /** How the client itself calls it; null where it does not. */
  clientRequestId: string | null;
  /** From where a stream goes on that was cut. */
  resumeAfter?: string | null;
  /** Aborts once nobody waits for the answer any more. */
  signal?: AbortSignal;
  /** Whether it does nothing but sign in; it is then paid from an allowance of the address that is for nothing else. */
  isSignIn?: boolean;
}

export type ContextOf = (head: RequestHead) => Promise<Context>;
