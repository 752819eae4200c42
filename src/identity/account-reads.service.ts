import { type RawBuilder, sql } from 'kysely';
import { assertMaySeeAccounts } from '../access/access.rules.ts';
import type { Actor } from '../access/actor.ts';
import type { Database } from '../platform/database.ts';
import {
  assertPageSize,
  type Page,
  type PageRequest,
  pageOf,
  readCursor,
  searchQuery,
} from '../platform/page.ts';
import { type Rights, rightsOfAccount } from './actor.service.ts';

/** What is told of an account: never its password, nor any digest. */
export interface KnownAccount extends Rights {
  id: string;
  name: string;
  email: string;
  /** The issuer that vouches for it; null for an account of this hub. */
  issuer: string | null;
  createdAt: Date;
  disabledAt: Date | null;
  /** Until when its invitation can be accepted, which may be past; null without one. */
  invitedUntil: Date | null;
}

const LIST = 'accounts';

const known = sql`a.id, a.name, a.email, a.issuer, a.created_at, a.disabled_at, i.expires_at as invited_until, ${rightsOfAccount}`;
const from = sql`from accounts a left join invitations i on i.account_id = a.id`;

function found(search: string | null): RawBuilder<unknown> {
  const words = search === null ? null : searchQuery(search);
  if (words === null) return sql`true`;
  // The parts of an address are words too.
  const text = sql`a.name || ' ' || translate(a.email, '@.-_+', '     ')`;
  return sql`to_tsvector('simple'::regconfig, ${text}) @@ to_tsquery('simple', ${words})`;
}

/** Reading accounts: for administrators. */
export class AccountReads {
  private readonly database: Database;

  constructor(database: Database) {
    this.database = database;
  }

  /** Accounts, the newest first. Throws UNAUTHENTICATED, FORBIDDEN or BAD_USER_INPUT. */
  async list(actor: Actor, search: string | null, request: PageRequest): Promise<Page<KnownAccount>> {
    assertMaySeeAccounts(actor);
    assertPageSize(request.first);
    const after = request.after === null ? null : readCursor(LIST, request.after);
    const read = this.database.rowsFor(actor);
    const rows = await read(sql<KnownAccount>`
      select ${known} ${from} where ${found(search)} and ${after === null ? sql`true` : sql`a.id < ${after}`}
      order by a.id desc limit ${request.first + 1}`);
    const counted = async () =>
      (await read(sql<{ count: number }>`select count(*) as count ${from} where ${found(search)}`))[0]!.count;
    return pageOf(LIST, rows, request, ({ id }) => id, counted);
  }

  /** An account that is there, for whoever has just changed it. */
  async find(id: string): Promise<KnownAccount> {
    const { rows } = await sql<KnownAccount>`select ${known} ${from} where a.id = ${id}`.execute(
      this.database.systemReads,
    );
    return rows[0]!;
  }
}
