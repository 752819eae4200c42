import { Migration } from '@mikro-orm/migrations';

/** Sessions that can be ended before their tokens expire, and the count of attempts to sign in. */
export class Identity extends Migration {
  override up(): void {
    this.addSql(`create table "sessions" (
        "id" text collate "C" not null,
        "account_id" text collate "C" not null,
        "created_at" timestamptz not null,
        "expires_at" timestamptz not null,
        "ended_at" timestamptz null,
        primary key ("id")
      )`);
    this.addSql(`create index "sessions_by_account" on "sessions" ("account_id", "created_at")`);
    this.addSql(
      `alter table "sessions" add constraint "sessions_id_form" check (id ~ '^token_[0-7][0-9a-hjkmnp-tv-z]{25}$'), add constraint "sessions_expire_later" check (expires_at > created_at)`,
    );
    this.addSql(
      `alter table "sessions" add constraint "sessions_account_id_foreign" foreign key ("account_id") references "accounts" ("id") on update restrict on delete restrict`,
    );
    this.addSql(`create table "sign_in_throttles" (
        "key" text collate "C" not null,
        "busy_until" timestamptz not null,
        primary key ("key")
      )`);
    this.addSql(
      `alter table "sign_in_throttles" add constraint "sign_in_throttles_key_form" check (key ~ '^[0-9a-f]{64}$')`,
    );
  }

  override down(): void {
    this.addSql(`drop table "sign_in_throttles"`);
    this.addSql(`drop table "sessions"`);
  }
}
