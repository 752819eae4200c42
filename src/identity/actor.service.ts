import { sql } from 'kysely';
import { type Actor, noOrigin } from '../access/actor.ts';
import type { Database } from '../platform/database.ts';

/** An actor as the database knows it, whatever it asks through. */
export type Rights = Omit<Actor, 'origin' | 'scopes' | 'refusal'> & { accountId: string };

/** The columns of `Rights` by their names there, of the account `a`. */
export const rightsOfAccount = sql`
  a.id as "accountId", a.partner_id as "partnerId",
  array(select role from account_roles where account_id = a.id order by role) as roles,
  array(select r.code from account_areas x join areas r on r.id = x.area_id
    where x.account_id = a.id order by r.code) as "areaCodes",
  array(select village_id from account_villages where account_id = a.id order by village_id) as "villageIds"`;

/** What accounts are and may do, looked up at each use. */
export class ActorService {
  private readonly database: Database;

  constructor(database: Database) {
    this.database = database;
  }

  /** What these accounts are and may do now; without those that are no more, or disabled. */
  async of(accountIds: readonly string[]): Promise<Map<string, Actor>> {
    const { rows } = await sql<Rights>`
      select ${rightsOfAccount} from accounts a
      where a.id = any(${accountIds}) and a.disabled_at is null`.execute(this.database.systemReads);
    return new Map(rows.map((rights) => [rights.accountId, { ...rights, scopes: null, origin: noOrigin }]));
  }
}
