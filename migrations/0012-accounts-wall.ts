import { Migration } from '@mikro-orm/migrations';

/**
 * Administrators keep accounts: they see the rights of all, and who is invited, and nobody the secrets of invitations,
 * which came after the wall of 0007.
 */
const own = `account_id = shown.asker() ->> 'accountId'`;
const rights = ['account_roles', 'account_areas', 'account_villages'];

export class AccountsWall extends Migration {
  override up(): void {
    for (const table of rights) {
      this.addSql(`alter policy for_asker on ${table} using (${own} or shown.asker_is('ADMIN'))`);
    }
    this.addSql('alter table invitations enable row level security');
    this.addSql(`create policy for_asker on invitations for select using (shown.asker_is('ADMIN'))`);
  }

  override down(): void {
    this.addSql('drop policy for_asker on invitations');
    this.addSql('alter table invitations disable row level security');
    for (const table of rights) this.addSql(`alter policy for_asker on ${table} using (${own})`);
  }
}
