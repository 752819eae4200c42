import { Migration } from '@mikro-orm/migrations';

/** Sessions that can be ended before their tokens expire, the count of attempts to sign in, and API tokens. */
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
    this.addSql(`create table "api_tokens" (
        "id" text collate "C" not null,
        "account_id" text collate "C" not null,
        "name" text not null,
        "scopes" text[] not null,
        "secret_hash" text collate "C" not null,
        "created_at" timestamptz not null,
        "expires_at" timestamptz not null,
        "revoked_at" timestamptz null,
        "last_used_on" date null,
        primary key ("id")
      )`);
    this.addSql(
      `alter table "api_tokens" add constraint "api_tokens_secret_hash_unique" unique ("secret_hash")`,
    );
    this.addSql(`create index "api_tokens_account_id_index" on "api_tokens" ("account_id")`);
    this.addSql(
      `alter table "api_tokens" add constraint "api_tokens_id_form" check (id ~ '^token_[0-7][0-9a-hjkmnp-tv-z]{25}$'), add constraint "api_tokens_name_length" check (length(name) between 1 and 100 and name = btrim(name)), add constraint "api_tokens_scopes_known" check (scopes <@ array['READ', 'NEEDS', 'CLAIM', 'GOVERN']::text[] and 'READ' = any(scopes)), add constraint "api_tokens_secret_hash_form" check (secret_hash ~ '^[0-9a-f]{64}$'), add constraint "api_tokens_expire_later" check (expires_at > created_at)`,
    );
    this.addSql(
      `alter table "api_tokens" add constraint "api_tokens_account_id_foreign" foreign key ("account_id") references "accounts" ("id") on update restrict on delete restrict`,
    );
  }

  override down(): void {
    this.addSql(`drop table "api_tokens"`);
    this.addSql(`drop table "sign_in_throttles"`);
    this.addSql(`drop table "sessions"`);
  }
}
