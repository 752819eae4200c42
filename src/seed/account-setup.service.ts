import { sql } from 'kysely';
import { type Actor, noOrigin, type Role } from '../access/actor.ts';
import { record } from '../audit/audit-trail.service.ts';
import { hashPassword } from '../identity/password.ts';
import type { Database } from '../platform/database.ts';
import { newId } from '../platform/ids.ts';
import { transactionTime } from '../platform/transaction-time.ts';
import { areaId } from './deterministic-id.ts';

/** An account to be made; its areas and villages are there already. */
export interface NewAccount {
  email: string;
  name: string;
  roles: readonly Role[];
  partnerId: string | null;
  areaCodes: readonly string[];
  villageIds: readonly string[];
}

/** The address is of an account that can have no password. */
export class AdministratorRefused extends Error {
  override readonly name = 'AdministratorRefused';

  constructor(email: string) {
    super(
      `The account ${email} is signed in to through an issuer (OIDC) and has no password; name another address.`,
    );
  }
}

/** Makes accounts where nobody could ask for them yet. */
export class AccountSetup {
  private readonly database: Database;

  constructor(database: Database) {
    this.database = database;
  }

  /** Adds accounts that share one password hash; answers each one's actor by its address. */
  async add(accounts: readonly NewAccount[], passwordHash: string): Promise<Map<string, Actor>> {
    const actors = new Map<string, Actor>();
    const rows = accounts.map(({ email, name, ...rights }) => {
      const accountId = newId('account');
      actors.set(email, { accountId, ...rights, scopes: null, origin: noOrigin });
      return {
        id: accountId,
        email,
        name,
        partner_id: rights.partnerId,
        roles: rights.roles,
        area_ids: rights.areaCodes.map(areaId),
        village_ids: rights.villageIds,
      };
    });
    const given = sql`jsonb_to_recordset(${JSON.stringify(rows)}::jsonb) as account(
      id text, email text, name text, partner_id text, roles text[], area_ids text[], village_ids text[])`;
    await this.database.transaction(async (tx) => {
      await sql`
        insert into accounts (id, email, name, password_hash, partner_id, created_at)
        select id, email, name, ${passwordHash}::text, partner_id, ${transactionTime} from ${given}`.execute(
        tx.sql,
      );
      await sql`
        insert into account_roles (account_id, role) select id, unnest(roles) from ${given}`.execute(tx.sql);
      await sql`
        insert into account_areas (account_id, area_id) select id, unnest(area_ids) from ${given}`.execute(
        tx.sql,
      );
      await sql`
        insert into account_villages (account_id, village_id)
        select id, unnest(village_ids) from ${given}`.execute(tx.sql);
    });
    return actors;
  }

  /**
   * Makes an administrator, or gives an account that is there the role, this password, and its access back.
   * Answers whether the account is new. Throws AdministratorRefused for an account of an issuer.
   */
  async setAdministrator(address: string, password: string): Promise<boolean> {
    const email = address.toLowerCase();
    const passwordHash = await hashPassword(password);
    return this.database.transaction(async (tx) => {
      const { rows } = await sql<{ id: string; isNew: boolean }>`
        insert into accounts as a (id, email, name, password_hash, created_at)
        values (${newId('account')}, ${email}, ${email}, ${passwordHash}, ${transactionTime})
        on conflict (email) do update set password_hash = excluded.password_hash, disabled_at = null
          where a.issuer is null
        returning a.id, a.xmax = 0 as is_new`.execute(tx.sql);
      if (rows.length === 0) throw new AdministratorRefused(email);
      const { id, isNew } = rows[0]!;
      await sql`
        insert into account_roles (account_id, role) values (${id}, 'ADMIN') on conflict do nothing`.execute(
        tx.sql,
      );
      await record(tx, { actor: null, action: 'setAdministrator', subjectIds: [id] });
      return isNew;
    });
  }
}
