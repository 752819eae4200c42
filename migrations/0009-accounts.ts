import { Migration } from '@mikro-orm/migrations';
import { broken, guard } from './0002-invariants.ts';

/** Invitations, and an administrator who always remains. */
const held = `perform pg_advisory_xact_lock(hashtextextended('administrators', 0));`;
const nobodyIsLeft = `not exists (
  select from accounts a join account_roles r on r.account_id = a.id and r.role = 'ADMIN'
  where a.disabled_at is null and a.password_hash is not null)`;

/** Each looks after it has the lock, so that of two at once the second sees what the first has done. */
const guards: [name: string, table: string, when: string, body: string, condition: string][] = [
  [
    'accounts_administrator_guard',
    'accounts',
    'deferred after update',
    `begin
      ${held}
      if exists (select from account_roles where account_id = new.id and role = 'ADMIN') and ${nobodyIsLeft} then
        ${broken('an_administrator_remains', 'new.id')}
      end if;
      return null;
    end`,
    `(old.disabled_at is null and old.password_hash is not null
      and (new.disabled_at is not null or new.password_hash is null))`,
  ],
  [
    'account_roles_administrator_guard',
    'account_roles',
    'deferred after update or delete',
    `begin
      ${held}
      if exists (select from accounts where id = old.account_id and password_hash is not null) and ${nobodyIsLeft} then
        ${broken('an_administrator_remains', 'old.account_id')}
      end if;
      return null;
    end`,
    `(old.role = 'ADMIN')`,
  ],
];

export class Accounts extends Migration {
  override up(): void {
    this.addSql(`create table "invitations" (
        "account_id" text collate "C" not null,
        "secret_hash" text collate "C" not null,
        "created_at" timestamptz not null,
        "expires_at" timestamptz not null,
        primary key ("account_id")
      )`);
    this.addSql(
      `alter table "invitations" add constraint "invitations_secret_hash_unique" unique ("secret_hash")`,
    );
    this.addSql(
      `alter table "invitations" add constraint "invitations_secret_hash_form" check (secret_hash ~ '^[0-9a-f]{64}$'), add constraint "invitations_expire_later" check (expires_at > created_at)`,
    );
    this.addSql(
      `alter table "invitations" add constraint "invitations_account_id_foreign" foreign key ("account_id") references "accounts" ("id") on update restrict on delete restrict`,
    );
    for (const one of guards) for (const statement of guard(...one)) this.addSql(statement);
  }

  override down(): void {
    for (const [name, table] of guards) {
      this.addSql(`drop trigger ${name} on ${table}`);
      this.addSql(`drop function ${name}()`);
    }
    this.addSql(`drop table "invitations"`);
  }
}
