import { Migration } from '@mikro-orm/migrations';

/**
 * From where accounts signed in, so that tries from there have room of their own; and how many tries were refused, so that
 * their owners can be told. As `sign_in_throttles`, nobody but the owner of the tables sees a row.
 */
const tables = ['sign_in_origins', 'refused_sign_ins'];

export class SignInOrigins extends Migration {
  override up(): void {
    this.addSql(`create table "sign_in_origins" (
        "account_id" text collate "C" not null,
        "key" text collate "C" not null,
        "kind" text not null,
        "last_used_on" date not null,
        primary key ("account_id", "key")
      )`);
    this.addSql(`create index "sign_in_origins_by_key" on "sign_in_origins" ("key")`);
    this.addSql(
      `alter table "sign_in_origins" add constraint "sign_in_origins_key_form" check (key ~ '^[0-9a-f]{64}$'), add constraint "sign_in_origins_kind_known" check (kind in ('DEVICE', 'NETWORK'))`,
    );
    this.addSql(`create table "refused_sign_ins" (
        "key" text collate "C" not null,
        "account_id" text collate "C" null,
        "tries" int not null,
        "last_at" timestamptz not null,
        "unrecorded" int not null,
        primary key ("key")
      )`);
    this.addSql(
      `alter table "refused_sign_ins" add constraint "refused_sign_ins_key_form" check (key ~ '^[0-9a-f]{64}$'), add constraint "refused_sign_ins_counted" check (tries >= 1 and unrecorded between 0 and tries)`,
    );
    for (const table of tables) {
      this.addSql(
        `alter table "${table}" add constraint "${table}_account_id_foreign" foreign key ("account_id") references "accounts" ("id") on update restrict on delete restrict`,
      );
      this.addSql(`alter table "${table}" enable row level security`);
    }
  }

  override down(): void {
    for (const table of tables.toReversed()) this.addSql(`drop table "${table}"`);
  }
}
