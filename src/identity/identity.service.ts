import { sql } from 'kysely';
import type { Actor } from '../access/actor.ts';
import type { BatchFunction } from '../platform/batch.ts';
import type { Database } from '../platform/database.ts';
import type { Row } from '../platform/rows.ts';
import type { Account } from './account.entity.ts';

export type AccountRow = Row<Account>;

/** An account as it is shown, without its password. */
export type ShownAccount = Pick<AccountRow, 'id' | 'email' | 'name' | 'partnerId' | 'createdAt'>;

const DEMO_DOMAIN = '@sinergi.test';

/** Accounts as they are shown. */
export class IdentityService {
  private readonly database: Database;

  constructor(database: Database) {
    this.database = database;
  }

  /** Accounts that somebody may see: one's own, and any for those who read the audit trail. */
  readonly seenBy: BatchFunction<{ asker: Actor; id: string }, ShownAccount | null> = async (keys) => {
    const ids = keys.map(({ id }) => id);
    const { rows } = await this.database.readAs(keys[0]!.asker, (db) =>
      sql<ShownAccount>`
        select id, email, name, partner_id, created_at from accounts where id = any(${ids})`.execute(db),
    );
    return ids.map((id) => rows.find((row) => row.id === id) ?? null);
  };

  /** The demo's accounts that may sign in. Their addresses are ones that no mail reaches (RFC 2606); none outside of the demo. */
  async demoAccounts(): Promise<{ email: string; name: string }[]> {
    const { rows } = await sql<{ email: string; name: string }>`
      select email, name from accounts where email like ${`%${DEMO_DOMAIN}`} and issuer is null and disabled_at is null order by email limit 200`.execute(
      this.database.systemReads,
    );
    return rows;
  }
}
