import type { Actor } from '../../access/actor.ts';
import { type Reader, readerOf } from '../../access/reader.ts';
import { Batches } from '../batch.ts';
import type { Container } from '../container.ts';
import type { Locale } from '../messages.ts';

export interface ContextOptions {
  actor: Actor;
  locale: Locale;
  /** Whether somebody who has not signed in may read. */
  publicRead: boolean;
  container: Container;
}

/** What the resolvers of one operation, or of one event of a subscription, share. */
export class Context {
  readonly actor: Actor;
  readonly locale: Locale;
  readonly batches = new Batches();
  readonly container: Container;
  private readonly publicRead: boolean;

  constructor(options: ContextOptions) {
    this.actor = options.actor;
    this.locale = options.locale;
    this.container = options.container;
    this.publicRead = options.publicRead;
  }

  /** Who is asking, as somebody who may read; throws UNAUTHENTICATED. */
  reader(): Reader {
    return readerOf(this.actor, this.publicRead);
  }

  /** The same asker with nothing loaded yet: for the next event of a subscription. */
  fresh(): Context {
    const { actor, locale, container, publicRead } = this;
    return new Context({ actor, locale, container, publicRead });
  }
}
