import { Migration } from '@mikro-orm/migrations';
import { broken, guard } from './0002-invariants.ts';

/**
 * Accounts that an OpenID issuer vouches for: found by issuer and subject, without a password, with the rights of the
 * newest token's claims. Whose account it is never changes, and no older token counts again.
 */
const guards: [name: string, table: string, when: string, body: string, condition: string][] = [
  [
    'accounts_origin_guard',
    'accounts',
    'before update',
    `begin ${broken('accounts_keep_their_origin', 'new.id')} end`,
    `(row(old.issuer, old.subject) is distinct from row(new.issuer, new.subject)
      or new.claims_issued_at < old.claims_issued_at)`,
  ],
];

export class IssuerAccounts extends Migration {
  override up(): void {
    this.addSql(`alter table "accounts" add column "issuer" text collate "C" null,
      add column "subject" text collate "C" null, add column "claims_issued_at" timestamptz null`);
    this.addSql(
      `alter table "accounts" add constraint "accounts_subject_unique" unique ("issuer", "subject")`,
    );
    this.addSql(
      `alter table "accounts" add constraint "accounts_issuer_length" check (length(issuer) between 1 and 500), add constraint "accounts_subject_length" check (length(subject) between 1 and 255), add constraint "accounts_origin" check (num_nulls(issuer, subject, claims_issued_at) in (0, 3) and (issuer is null or password_hash is null))`,
    );
    for (const one of guards) for (const statement of guard(...one)) this.addSql(statement);
  }

  override down(): void {
    for (const [name, table] of guards) {
      this.addSql(`drop trigger ${name} on ${table}`);
      this.addSql(`drop function ${name}()`);
    }
    this.addSql(
      `alter table "accounts" drop column "issuer", drop column "subject", drop column "claims_issued_at"`,
    );
  }
}
