import { sql } from 'kysely';
import { type Actor, anonymous, type Origin } from '../access/actor.ts';
import type { Clock } from '../kernel/clock.ts';
import type { Database } from '../platform/database.ts';
import { type ActorService, type Rights, rightsOfAccount } from './actor.service.ts';
import type { SessionService } from './session.service.ts';
import type { Tokens } from './tokens.ts';

/** Somebody who asks, and when their token ends; null for somebody who has not signed in. */
export interface Authenticated {
  actor: Actor;
  expiresAt: Date | null;
}

const BEARER = /^Bearer ([\w-]+\.[\w-]+\.[\w-]+)$/i;

/** Who is behind a token: when somebody asks, and for as long as they listen. */
export class Authentication {
  private readonly database: Database;
  private readonly actors: ActorService;
  private readonly tokens: Tokens;
  private readonly sessions: SessionService;
  private readonly clock: Clock;

  constructor(
    database: Database,
    actors: ActorService,
    tokens: Tokens,
    sessions: SessionService,
    clock: Clock,
  ) {
    this.database = database;
    this.actors = actors;
    this.tokens = tokens;
    this.sessions = sessions;
    this.clock = clock;
  }

  /** Who sends this Authorization header; anonymous without one, or with one that is worth nothing. */
  async authenticate(
    authorization: string | undefined,
    from: Omit<Origin, 'tokenId'>,
  ): Promise<Authenticated> {
    const token = BEARER.exec(authorization ?? '')?.[1];
    const known = token === undefined ? null : await this.bySession(token, from);
    return known ?? { actor: { ...anonymous, origin: { ...from, tokenId: null } }, expiresAt: null };
  }

  /**
   * What the accounts behind these tokens are and may do now, by token; without those of tokens that were ended or
   * revoked, and of accounts that are no more. Two statements, however many tokens there are.
   */
  async currentActors(tokenIds: readonly string[]): Promise<Map<string, Actor>> {
    const holders = await this.sessions.holders(tokenIds);
    const actors = await this.actors.of([...new Set(holders.values())]);
    const standing = [...holders].map(([tokenId, accountId]) => [tokenId, actors.get(accountId)] as const);
    return new Map(standing.filter((entry): entry is readonly [string, Actor] => entry[1] !== undefined));
  }

  private async bySession(token: string, from: Omit<Origin, 'tokenId'>): Promise<Authenticated | null> {
    const read = await this.tokens.read(token, this.clock.now());
    if (read === null) return null;
    const { tokenId, accountId, expiresAt } = read;
    const { rows } = await sql<Rights>`
      select ${rightsOfAccount} from sessions s join accounts a on a.id = s.account_id
      where s.id = ${tokenId} and s.account_id = ${accountId} and s.ended_at is null
        and a.disabled_at is null`.execute(this.database.reads);
    const [rights] = rows;
    return rights === undefined ? null : { actor: { ...rights, origin: { ...from, tokenId } }, expiresAt };
  }
}
