import type { Logger } from 'pino';
import { type Actor, permissionsOf } from '../../access/actor.ts';
import type { Clock } from '../../kernel/clock.ts';
import { RequestError, unauthenticated } from '../../kernel/problems.ts';
import { logOutage } from '../outage-log.ts';
import { outageCodeOf } from '../outage.ts';
import { ownerOf } from '../owner.ts';

/** The token has expired or was ended, or its account is no more: connect again with a new one. */
export const CLOSE_UNAUTHENTICATED = 4401;
/** What the account may do has changed: connect again, with the same token. */
export const CLOSE_PERMISSIONS_CHANGED = 4403;
/** The hub, or this account, has as many connections as it may: try again later. */
export const CLOSE_TOO_MANY = 4503;

/** What ends a connection is seen within a second: at the next look, which takes its time too. */
const CHECK_MS = 500;

/** A connection that stays open: a WebSocket, or a stream of events. */
export interface Connection {
  /** Who it was opened for, as the access rules saw it then. */
  readonly actor: Actor;
  /** When its token ends; null for somebody who has not signed in. */
  readonly expiresAt: Date | null;
  /** Where somebody who has not signed in connects from. */
  readonly address: string | null;
  /** Ends it by a close code, and says why. */
  end(code: number, why: RequestError): void;
}

/** The part of all places that those may hold together who have not signed in. */
const STRANGERS_SHARE = 0.2;

export interface ConnectionLimits {
  most: number;
  mostPerAccount: number;
}

/**
 * What the accounts behind these tokens are and may do now, by token; without those of tokens that were ended, and of
 * accounts that are no more.
 */
export type CurrentActors = (tokenIds: readonly string[]) => Promise<Map<string, Actor>>;

/**
 * All connections of this node that stay open. There are only so many of them, in all and for one account, and each
 * is ended within a second when its token expires or is ended, or its account's permissions change, on whichever node
 * that was done: two looks a second ask the database for all tokens at once. Expiry does not wait for its answer.
 */
export class Connections {
  private readonly limits: ConnectionLimits;
  private readonly currentActors: CurrentActors;
  private readonly clock: Clock;
  private readonly logger: Logger;
  private readonly open = new Set<Connection>();
  private readonly countByOwner = new Map<string, number>();
  private strangers = 0;
  private timer: NodeJS.Timeout | undefined;
  private checking: Promise<void> | null = null;

  constructor(limits: ConnectionLimits, currentActors: CurrentActors, clock: Clock, logger: Logger) {
    this.limits = limits;
    this.currentActors = currentActors;
    this.clock = clock;
    this.logger = logger;
  }

  start(): void {
    this.timer = setInterval(() => {
      this.endExpired();
      this.checking ??= this.check();
    }, CHECK_MS);
    this.timer.unref();
  }

  async stop(): Promise<void> {
    clearInterval(this.timer);
    await this.checking;
  }

  get size(): number {
    return this.open.size;
  }

  /** Whether one more may come. */
  get hasRoom(): boolean {
    return this.open.size < this.limits.most;
  }

  /** False, and nothing done, when there are too many already. */
  add(connection: Connection): boolean {
    const owner = ownerOf(connection.actor.accountId, connection.address);
    const count = this.countByOwner.get(owner) ?? 0;
    if (!this.hasRoom || count >= this.limits.mostPerAccount) return false;
    const isStranger = connection.actor.accountId === null;
    if (isStranger && this.strangers >= mostStrangers(this.limits)) return false;
    this.open.add(connection);
    if (isStranger) this.strangers += 1;
    this.countByOwner.set(owner, count + 1);
    return true;
  }

  remove(connection: Connection): void {
    if (!this.open.delete(connection)) return;
    if (connection.actor.accountId === null) this.strangers -= 1;
    const owner = ownerOf(connection.actor.accountId, connection.address);
    const count = this.countByOwner.get(owner)! - 1;
    if (count === 0) this.countByOwner.delete(owner);
    else this.countByOwner.set(owner, count);
  }

  /** Needs no database, and so waits for none. */
  private endExpired(): void {
    const now = this.clock.now();
    for (const connection of this.open) {
      if (connection.expiresAt !== null && connection.expiresAt <= now) {
        connection.end(CLOSE_UNAUTHENTICATED, unauthenticated('EXPIRED'));
      }
    }
  }

  private async check(): Promise<void> {
    try {
      await this.checkPermissions();
    } catch (error) {
      const outage = outageCodeOf(error);
      if (outage !== null) logOutage(this.logger, outage, { err: error });
      else this.logger.warn({ err: error }, 'permissions of open connections could not be looked up');
    } finally {
      this.checking = null;
    }
  }

  private async checkPermissions(): Promise<void> {
    const signedIn = [...this.open].filter(({ actor }) => actor.accountId !== null);
    if (signedIn.length === 0) return;
    const actors = await this.currentActors([...new Set(signedIn.map(tokenOf))]);
    const permissions = new Map([...actors].map(([id, actor]) => [id, permissionsOf(actor)]));
    for (const connection of signedIn) {
      const now = permissions.get(tokenOf(connection));
      if (now === undefined) connection.end(CLOSE_UNAUTHENTICATED, unauthenticated('ENDED'));
      else if (now !== permissionsOf(connection.actor)) {
        connection.end(CLOSE_PERMISSIONS_CHANGED, permissionsChanged());
      }
    }
  }
}

function mostStrangers({ most }: ConnectionLimits): number {
  return Math.max(1, Math.floor(most * STRANGERS_SHARE));
}

function permissionsChanged(): RequestError {
  return new RequestError('PERMISSIONS_CHANGED', { key: 'auth.permissions-changed' });
}

/** The reason of a WebSocket's close, of at most 123 bytes: JSON with the code and its details. */
export function closeReason({ code, details }: RequestError): string {
  return JSON.stringify({ code, ...details });
}

/** Whoever has signed in asks through a token. */
function tokenOf({ actor }: Connection): string {
  return actor.origin.tokenId!;
}
