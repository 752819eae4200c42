import { Migration } from '@mikro-orm/migrations';

/** Bounds on what one need and one village may plan, and a place for the village's own word on a delivery. */
export class Bounds extends Migration {
  override up(): void {
    this.addSql(`alter table "deliveries" add column "verification_note" text null`);
    this.addSql(
      `alter table "deliveries" add constraint "deliveries_noted_when_verified" check (status = 'VERIFIED' or verification_note is null), add constraint "deliveries_verification_note_length" check (length(verification_note) between 1 and 2000 and verification_note = btrim(verification_note))`,
    );
    this.addSql(
      `alter table "needs" drop constraint "needs_value_range", add constraint "needs_value_range" check (unit_value::numeric * quantity <= 1000000000000)`,
    );
    this.addSql(
      `alter table "villages" drop constraint "villages_needed_range", add constraint "villages_needed_range" check (needed_rupiah between 0 and 10000000000000)`,
    );
  }

  override down(): void {
    this.addSql(
      `alter table "villages" drop constraint "villages_needed_range", add constraint "villages_needed_range" check (needed_rupiah between 0 and 9007199254740991)`,
    );
    this.addSql(
      `alter table "needs" drop constraint "needs_value_range", add constraint "needs_value_range" check (unit_value::numeric * quantity <= 9007199254740991)`,
    );
    this.addSql(
      `alter table "deliveries" drop constraint "deliveries_noted_when_verified", drop constraint "deliveries_verification_note_length", drop column "verification_note"`,
    );
  }
}
