import { Migration } from '@mikro-orm/migrations';

/**
 * The tables of the main job, as the entities declare them: areas, partners, villages, needs, pledges, deliveries,
 * the support ledger, the outbox of events, accounts and idempotency keys. Every rule that one row can tell is a
 * CHECK here; the rules that span rows follow in 0002.
 */
export class Tables extends Migration {
  override up(): void {
    this.addSql(`create table "areas" (
        "id" text collate "C" not null,
        "code" text collate "C" not null,
        "name" text not null,
        "level" text not null,
        "parent_id" text collate "C" null,
        primary key ("id")
      )`);
    this.addSql(`alter table "areas" add constraint "areas_code_unique" unique ("code")`);
    this.addSql(`create index "areas_parent_id_index" on "areas" ("parent_id")`);
    this.addSql(
      `alter table "areas" add constraint "areas_id_form" check (id ~ '^area_[0-7][0-9a-hjkmnp-tv-z]{25}$')`,
    );
    this.addSql(
      `alter table "areas" add constraint "areas_name_length" check (length(name) between 1 and 200 and name = btrim(name))`,
    );
    this.addSql(
      `alter table "areas" add constraint "areas_level_known" check (level in ('PROVINCE', 'REGENCY', 'DISTRICT', 'VILLAGE'))`,
    );
    this.addSql(`alter table "areas" add constraint "areas_code_form" check (case level
          when 'PROVINCE' then code ~ '^\\d\\d$'
          when 'REGENCY' then code ~ '^\\d\\d\\.\\d\\d$'
          when 'DISTRICT' then code ~ '^\\d\\d\\.\\d\\d\\.\\d\\d$'
          else code ~ '^\\d\\d\\.\\d\\d\\.\\d\\d\\.\\d{4}$'
        end)`);
    this.addSql(
      `alter table "areas" add constraint "areas_only_provinces_are_roots" check ((parent_id is null) = (level = 'PROVINCE'))`,
    );
    this.addSql(`create table "clusters" (
        "code" text collate "C" not null,
        "name" text not null,
        "colour" text not null,
        primary key ("code")
      )`);
    this.addSql(
      `alter table "clusters" add constraint "clusters_code_form" check (code ~ '^[a-z0-9]+(-[a-z0-9]+)*$' and length(code) between 2 and 60)`,
    );
    this.addSql(
      `alter table "clusters" add constraint "clusters_name_length" check (length(name) between 1 and 200 and name = btrim(name))`,
    );
    this.addSql(
      `alter table "clusters" add constraint "clusters_colour_form" check (colour ~ '^#[0-9a-f]{6}$')`,
    );
    this.addSql(`create table "events" (
        "id" bigserial primary key,
        "position" bigint null,
        "kind" text not null,
        "occurred_at" timestamptz not null,
        "village_code" text collate "C" not null,
        "village_id" text collate "C" not null,
        "need_id" text collate "C" not null,
        "sector_code" text collate "C" not null,
        "pledge_id" text collate "C" null,
        "partner_id" text collate "C" null,
        "snapshot" jsonb not null
      )`);
    this.addSql(`alter table "events" add constraint "events_position_unique" unique ("position")`);
    this.addSql(`create index "events_unstamped" on "events" (id) where position is null`);
    this.addSql(`create index "events_by_village" on "events" ("village_id", "position")`);
    this.addSql(`create index "events_by_need" on "events" ("need_id", "position")`);
    this.addSql(`create index "events_by_partner" on "events" ("partner_id", "position")`);
    this.addSql(
      `alter table "events" add constraint "events_kind_known" check (kind in ('NEED_PUBLISHED', 'NEED_CHANGED', 'NEED_CANCELLED', 'NEED_FULFILLED', 'PLEDGE_REQUESTED', 'PLEDGE_MADE', 'PLEDGE_APPROVED', 'PLEDGE_COMMITTED', 'PLEDGE_DECLINED', 'PLEDGE_WITHDRAWN', 'PLEDGE_EXPIRED', 'PLEDGE_CANCELLED', 'PLEDGE_FULFILLED', 'DELIVERY_REPORTED', 'DELIVERY_VERIFIED', 'DELIVERY_DISPUTED'))`,
    );
    this.addSql(`alter table "events" add constraint "events_position_positive" check (position >= 1)`);
    this.addSql(`create table "feed_head" (
        "id" int not null,
        "position" bigint not null,
        primary key ("id")
      )`);
    this.addSql(`alter table "feed_head" add constraint "feed_head_is_one_row" check (id = 1)`);
    this.addSql(`alter table "feed_head" add constraint "feed_head_position_range" check (position >= 0)`);
    this.addSql(`create table "idempotency_keys" (
        "scope" text collate "C" not null,
        "operation" text collate "C" not null,
        "key" text collate "C" not null,
        "input_hash" text collate "C" not null,
        "answer" jsonb null,
        "created_at" timestamptz not null,
        primary key ("scope", "operation", "key")
      )`);
    this.addSql(`create index "idempotency_keys_by_age" on "idempotency_keys" ("created_at")`);
    this.addSql(
      `alter table "idempotency_keys" add constraint "idempotency_keys_length" check (length(key) between 1 and 200)`,
    );
    this.addSql(`create table "partners" (
        "id" text collate "C" not null,
        "code" text collate "C" not null,
        "name" text not null,
        "kind" text not null,
        "cluster_code" text collate "C" not null,
        "created_at" timestamptz not null,
        primary key ("id")
      )`);
    this.addSql(`alter table "partners" add constraint "partners_code_unique" unique ("code")`);
    this.addSql(`create index "partners_cluster_code_index" on "partners" ("cluster_code")`);
    this.addSql(
      `create index "partners_search" on "partners" using gin (to_tsvector('simple'::regconfig, name || ' ' || code))`,
    );
    this.addSql(
      `alter table "partners" add constraint "partners_id_form" check (id ~ '^partner_[0-7][0-9a-hjkmnp-tv-z]{25}$')`,
    );
    this.addSql(
      `alter table "partners" add constraint "partners_code_form" check (code ~ '^[a-z0-9]+(-[a-z0-9]+)*$' and length(code) between 2 and 60)`,
    );
    this.addSql(
      `alter table "partners" add constraint "partners_name_length" check (length(name) between 1 and 200 and name = btrim(name))`,
    );
    this.addSql(
      `alter table "partners" add constraint "partners_kind_known" check (kind in ('GOVERNMENT', 'MILITARY', 'POLICE', 'PRIVATE', 'NGO', 'UNIVERSITY', 'COMMUNITY'))`,
    );
    this.addSql(`create table "ledger_entries" (
        "id" bigserial primary key,
        "kind" text not null,
        "pledge_id" text collate "C" not null,
        "supporter_id" text collate "C" not null,
        "holder_id" text collate "C" not null,
        "amount_rupiah" bigint not null,
        "created_at" timestamptz not null
      )`);
    this.addSql(`create index "ledger_entries_supporter_id_index" on "ledger_entries" ("supporter_id")`);
    this.addSql(`create index "ledger_entries_holder_id_index" on "ledger_entries" ("holder_id")`);
    this.addSql(`create index "ledger_entries_by_pledge" on "ledger_entries" ("pledge_id", "id")`);
    this.addSql(
      `alter table "ledger_entries" add constraint "ledger_entries_kind_known" check (kind in ('PEND', 'POST', 'VOID'))`,
    );
    this.addSql(
      `alter table "ledger_entries" add constraint "ledger_entries_amount_range" check (amount_rupiah between 1 and 9007199254740991)`,
    );
    this.addSql(
      `alter table "ledger_entries" add constraint "ledger_entries_never_to_oneself" check (supporter_id <> holder_id)`,
    );
    this.addSql(`create table "accounts" (
        "id" text collate "C" not null,
        "email" text collate "C" not null,
        "name" text not null,
        "password_hash" text null,
        "partner_id" text collate "C" null,
        "created_at" timestamptz not null,
        "disabled_at" timestamptz null,
        primary key ("id")
      )`);
    this.addSql(`alter table "accounts" add constraint "accounts_email_unique" unique ("email")`);
    this.addSql(`create index "accounts_partner_id_index" on "accounts" ("partner_id")`);
    this.addSql(
      `alter table "accounts" add constraint "accounts_id_form" check (id ~ '^account_[0-7][0-9a-hjkmnp-tv-z]{25}$')`,
    );
    this.addSql(
      `alter table "accounts" add constraint "accounts_email_form" check (email = lower(email) and email ~ '^[^@[:space:]]+@[^@[:space:]]+$' and length(email) <= 254)`,
    );
    this.addSql(
      `alter table "accounts" add constraint "accounts_name_length" check (length(name) between 1 and 200 and name = btrim(name))`,
    );
    this.addSql(`create table "account_roles" (
        "account_id" text collate "C" not null,
        "role" text collate "C" not null,
        primary key ("account_id", "role")
      )`);
    this.addSql(
      `alter table "account_roles" add constraint "account_roles_known" check (role in ('ADMIN', 'COORDINATOR', 'PARTNER', 'VILLAGE', 'AUDITOR'))`,
    );
    this.addSql(`create table "account_areas" (
        "account_id" text collate "C" not null,
        "area_id" text collate "C" not null,
        primary key ("account_id", "area_id")
      )`);
    this.addSql(`create table "partner_areas" (
        "partner_id" text collate "C" not null,
        "area_id" text collate "C" not null,
        primary key ("partner_id", "area_id")
      )`);
    this.addSql(`create index "partner_areas_by_area" on "partner_areas" ("area_id", "partner_id")`);
    this.addSql(`create table "partner_balances" (
        "partner_id" text collate "C" not null,
        "given_pending_rupiah" bigint not null default '0',
        "given_posted_rupiah" bigint not null default '0',
        "received_pending_rupiah" bigint not null default '0',
        "received_posted_rupiah" bigint not null default '0',
        primary key ("partner_id")
      )`);
    this.addSql(
      `alter table "partner_balances" add constraint "partner_balances_given_pending_range" check (given_pending_rupiah between 0 and 9007199254740991)`,
    );
    this.addSql(
      `alter table "partner_balances" add constraint "partner_balances_given_posted_range" check (given_posted_rupiah between 0 and 9007199254740991)`,
    );
    this.addSql(
      `alter table "partner_balances" add constraint "partner_balances_received_pending_range" check (received_pending_rupiah between 0 and 9007199254740991)`,
    );
    this.addSql(
      `alter table "partner_balances" add constraint "partner_balances_received_posted_range" check (received_posted_rupiah between 0 and 9007199254740991)`,
    );
    this.addSql(`create table "policies" (
        "id" text collate "C" not null,
        "version" int not null,
        "area_id" text collate "C" null,
        "rules" jsonb not null,
        "synergy_colours" int not null,
        "synergy_diversity" double precision not null,
        "pledge_days" int not null,
        "grace_days" int not null,
        "effective_from" timestamptz not null,
        "note" text null,
        primary key ("id")
      )`);
    this.addSql(
      `create unique index "policies_version_unique" on "policies" (coalesce(area_id, ''), version)`,
    );
    this.addSql(
      `alter table "policies" add constraint "policies_id_form" check (id ~ '^policy_[0-7][0-9a-hjkmnp-tv-z]{25}$')`,
    );
    this.addSql(`alter table "policies" add constraint "policies_version_positive" check (version >= 1)`);
    this.addSql(
      `alter table "policies" add constraint "policies_rules_complete" check (jsonb_array_length(rules) = 5)`,
    );
    this.addSql(
      `alter table "policies" add constraint "policies_synergy_colours_range" check (synergy_colours between 1 and 100)`,
    );
    this.addSql(
      `alter table "policies" add constraint "policies_synergy_diversity_range" check (synergy_diversity between 1 and 100)`,
    );
    this.addSql(
      `alter table "policies" add constraint "policies_pledge_days_range" check (pledge_days between 1 and 366)`,
    );
    this.addSql(
      `alter table "policies" add constraint "policies_grace_days_range" check (grace_days between 0 and 366)`,
    );
    this.addSql(
      `alter table "policies" add constraint "policies_note_length" check (length(note) between 1 and 2000 and note = btrim(note))`,
    );
    this.addSql(`create table "programme_plan" (
        "id" int not null,
        "needed_rupiah" bigint not null,
        primary key ("id")
      )`);
    this.addSql(`alter table "programme_plan" add constraint "programme_plan_is_one_row" check (id = 1)`);
    this.addSql(
      `alter table "programme_plan" add constraint "programme_plan_range" check (needed_rupiah between 0 and 9007199254740991)`,
    );
    this.addSql(`create table "sectors" (
        "code" text collate "C" not null,
        "name" text not null,
        "cluster_code" text collate "C" not null,
        primary key ("code")
      )`);
    this.addSql(`create index "sectors_cluster_code_index" on "sectors" ("cluster_code")`);
    this.addSql(
      `alter table "sectors" add constraint "sectors_code_form" check (code ~ '^[a-z0-9]+(-[a-z0-9]+)*$' and length(code) between 2 and 60)`,
    );
    this.addSql(
      `alter table "sectors" add constraint "sectors_name_length" check (length(name) between 1 and 200 and name = btrim(name))`,
    );
    this.addSql(`create table "partner_mandates" (
        "partner_id" text collate "C" not null,
        "sector_code" text collate "C" not null,
        primary key ("partner_id", "sector_code")
      )`);
    this.addSql(
      `create index "partner_mandates_by_sector" on "partner_mandates" ("sector_code", "partner_id")`,
    );
    this.addSql(`create table "villages" (
        "id" text collate "C" not null,
        "area_id" text collate "C" not null,
        "code" text collate "C" not null,
        "name" text not null,
        "needed_rupiah" bigint not null default '0',
        "pledged_rupiah" bigint not null default '0',
        "committed_rupiah" bigint not null default '0',
        "delivered_rupiah" bigint not null default '0',
        "verified_rupiah" bigint not null default '0',
        "open_needs" int not null default 0,
        "diversity" double precision not null default 0,
        "synergy" text not null default 'UNTOUCHED',
        primary key ("id")
      )`);
    this.addSql(`alter table "villages" add constraint "villages_area_id_unique" unique ("area_id")`);
    this.addSql(`alter table "villages" add constraint "villages_code_unique" unique ("code")`);
    this.addSql(`create index "villages_by_synergy" on "villages" ("synergy", "code")`);
    this.addSql(
      `create index "villages_search" on "villages" using gin (to_tsvector('simple'::regconfig, name))`,
    );
    this.addSql(
      `alter table "villages" add constraint "villages_id_form" check (id ~ '^village_[0-7][0-9a-hjkmnp-tv-z]{25}$')`,
    );
    this.addSql(
      `alter table "villages" add constraint "villages_name_length" check (length(name) between 1 and 200 and name = btrim(name))`,
    );
    this.addSql(
      `alter table "villages" add constraint "villages_needed_range" check (needed_rupiah between 0 and 9007199254740991)`,
    );
    this.addSql(
      `alter table "villages" add constraint "villages_claimed_within_needed" check (pledged_rupiah >= 0 and committed_rupiah >= 0 and pledged_rupiah + committed_rupiah <= needed_rupiah)`,
    );
    this.addSql(
      `alter table "villages" add constraint "villages_delivered_within_committed" check (0 <= verified_rupiah and verified_rupiah <= delivered_rupiah and delivered_rupiah <= committed_rupiah)`,
    );
    this.addSql(
      `alter table "villages" add constraint "villages_open_needs_counted" check (open_needs >= 0)`,
    );
    this.addSql(
      `alter table "villages" add constraint "villages_synergy_known" check (synergy in ('UNTOUCHED', 'SINGLE_COLOUR', 'MULTI_COLOUR', 'SYNERGY'))`,
    );
    this.addSql(
      `alter table "villages" add constraint "villages_untouched_has_no_colours" check ((synergy = 'UNTOUCHED') = (diversity = 0))`,
    );
    this.addSql(`create table "needs" (
        "id" text collate "C" not null,
        "village_id" text collate "C" not null,
        "sector_code" text collate "C" not null,
        "title" text not null,
        "description" text null,
        "unit" text not null,
        "unit_value" bigint not null,
        "quantity" int not null,
        "pledged" int not null default 0,
        "committed" int not null default 0,
        "delivered" int not null default 0,
        "verified" int not null default 0,
        "due_on" date null,
        "urgent" boolean not null default false,
        "status" text not null,
        "cancel_reason" text null,
        "version" int not null default 1,
        "created_at" timestamptz not null,
        "updated_at" timestamptz not null,
        "published_at" timestamptz null,
        primary key ("id")
      )`);
    this.addSql(`create index "needs_by_village" on "needs" ("village_id", "id")`);
    this.addSql(`create index "needs_by_sector" on "needs" ("sector_code", "status", "id")`);
    this.addSql(`create index "needs_by_status" on "needs" ("status", "id")`);
    this.addSql(
      `create index "needs_search" on "needs" using gin (to_tsvector('simple'::regconfig, title || ' ' || coalesce(description, '')))`,
    );
    this.addSql(
      `alter table "needs" add constraint "needs_id_form" check (id ~ '^need_[0-7][0-9a-hjkmnp-tv-z]{25}$')`,
    );
    this.addSql(
      `alter table "needs" add constraint "needs_title_length" check (length(title) between 3 and 200 and title = btrim(title))`,
    );
    this.addSql(
      `alter table "needs" add constraint "needs_description_length" check (length(description) between 1 and 5000 and description = btrim(description))`,
    );
    this.addSql(
      `alter table "needs" add constraint "needs_unit_length" check (length(unit) between 1 and 40 and unit = btrim(unit))`,
    );
    this.addSql(
      `alter table "needs" add constraint "needs_unit_value_range" check (unit_value between 1 and 9007199254740991)`,
    );
    this.addSql(`alter table "needs" add constraint "needs_quantity_positive" check (quantity >= 1)`);
    this.addSql(
      `alter table "needs" add constraint "needs_value_range" check (unit_value::numeric * quantity <= 9007199254740991)`,
    );
    this.addSql(
      `alter table "needs" add constraint "needs_never_overclaimed" check (pledged >= 0 and committed >= 0 and pledged::bigint + committed <= quantity)`,
    );
    this.addSql(
      `alter table "needs" add constraint "needs_delivered_within_committed" check (0 <= verified and verified <= delivered and delivered <= committed)`,
    );
    this.addSql(
      `alter table "needs" add constraint "needs_status_known" check (status in ('DRAFT', 'OPEN', 'COMMITTED', 'FULFILLED', 'CANCELLED'))`,
    );
    this.addSql(`alter table "needs" add constraint "needs_status_follows_counters" check (case status
          when 'OPEN' then pledged + committed < quantity
          when 'COMMITTED' then pledged + committed = quantity and verified < quantity
          when 'FULFILLED' then verified = quantity
          when 'DRAFT' then pledged = 0 and committed = 0
          else pledged = 0 and committed = verified
        end)`);
    this.addSql(
      `alter table "needs" add constraint "needs_published_unless_draft" check ((published_at is null) = (status = 'DRAFT') or status = 'CANCELLED')`,
    );
    this.addSql(
      `alter table "needs" add constraint "needs_cancelled_with_reason" check ((status = 'CANCELLED') = (cancel_reason is not null))`,
    );
    this.addSql(
      `alter table "needs" add constraint "needs_cancel_reason_length" check (length(cancel_reason) between 1 and 2000 and cancel_reason = btrim(cancel_reason))`,
    );
    this.addSql(`alter table "needs" add constraint "needs_version_positive" check (version >= 1)`);
    this.addSql(`create table "pledges" (
        "id" text collate "C" not null,
        "need_id" text collate "C" not null,
        "village_id" text collate "C" not null,
        "partner_id" text collate "C" not null,
        "holder_id" text collate "C" null,
        "policy_id" text collate "C" not null,
        "quantity" int not null,
        "unit_value" bigint not null,
        "delivered" int not null default 0,
        "verified" int not null default 0,
        "status" text not null,
        "expires_at" timestamptz null,
        "due_on" date not null,
        "note" text null,
        "reason" text null,
        "verdicts" jsonb not null,
        "version" int not null default 1,
        "created_at" timestamptz not null,
        "updated_at" timestamptz not null,
        primary key ("id")
      )`);
    this.addSql(`create index "pledges_by_need" on "pledges" ("need_id", "id")`);
    this.addSql(`create index "pledges_by_village" on "pledges" ("village_id", "id")`);
    this.addSql(`create index "pledges_by_partner" on "pledges" ("partner_id", "id")`);
    this.addSql(`create index "pledges_expiring" on "pledges" (expires_at) where expires_at is not null`);
    this.addSql(
      `alter table "pledges" add constraint "pledges_id_form" check (id ~ '^pledge_[0-7][0-9a-hjkmnp-tv-z]{25}$')`,
    );
    this.addSql(
      `alter table "pledges" add constraint "pledges_holder_is_another_partner" check (holder_id is null or (holder_id <> partner_id and status not in ('AWAITING_APPROVAL', 'PLEDGED', 'DECLINED')))`,
    );
    this.addSql(`alter table "pledges" add constraint "pledges_quantity_positive" check (quantity >= 1)`);
    this.addSql(`alter table "pledges" add constraint "pledges_unit_value_positive" check (unit_value >= 1)`);
    this.addSql(
      `alter table "pledges" add constraint "pledges_delivered_within_quantity" check (0 <= verified and verified <= delivered and delivered <= quantity)`,
    );
    this.addSql(
      `alter table "pledges" add constraint "pledges_status_known" check (status in ('AWAITING_APPROVAL', 'PLEDGED', 'COMMITTED', 'DELIVERING', 'FULFILLED', 'WITHDRAWN', 'DECLINED', 'EXPIRED', 'CANCELLED'))`,
    );
    this.addSql(`alter table "pledges" add constraint "pledges_status_follows_deliveries" check (case status
          when 'AWAITING_APPROVAL' then delivered = 0
          when 'PLEDGED' then delivered = 0
          when 'COMMITTED' then delivered = 0
          when 'DELIVERING' then verified < quantity
          when 'FULFILLED' then verified = quantity
          when 'DECLINED' then delivered = 0
          else delivered = verified and verified < quantity
        end)`);
    this.addSql(
      `alter table "pledges" add constraint "pledges_open_ones_expire" check ((expires_at is not null) = (status in ('AWAITING_APPROVAL', 'PLEDGED', 'COMMITTED', 'DELIVERING')))`,
    );
    this.addSql(
      `alter table "pledges" add constraint "pledges_ended_with_reason" check (reason is not null or status not in ('WITHDRAWN', 'DECLINED', 'CANCELLED'))`,
    );
    this.addSql(
      `alter table "pledges" add constraint "pledges_note_length" check (length(note) between 1 and 2000 and note = btrim(note))`,
    );
    this.addSql(
      `alter table "pledges" add constraint "pledges_reason_length" check (length(reason) between 1 and 2000 and reason = btrim(reason))`,
    );
    this.addSql(`alter table "pledges" add constraint "pledges_version_positive" check (version >= 1)`);
    this.addSql(`create table "deliveries" (
        "id" text collate "C" not null,
        "pledge_id" text collate "C" not null,
        "quantity" int not null,
        "delivered_on" date not null,
        "status" text not null,
        "note" text null,
        "reason" text null,
        "evidence" text[] not null,
        "created_at" timestamptz not null,
        "decided_at" timestamptz null,
        primary key ("id")
      )`);
    this.addSql(`create index "deliveries_by_pledge" on "deliveries" ("pledge_id", "id")`);
    this.addSql(
      `alter table "deliveries" add constraint "deliveries_id_form" check (id ~ '^delivery_[0-7][0-9a-hjkmnp-tv-z]{25}$')`,
    );
    this.addSql(
      `alter table "deliveries" add constraint "deliveries_quantity_positive" check (quantity >= 1)`,
    );
    this.addSql(
      `alter table "deliveries" add constraint "deliveries_status_known" check (status in ('REPORTED', 'VERIFIED', 'DISPUTED'))`,
    );
    this.addSql(
      `alter table "deliveries" add constraint "deliveries_disputed_with_reason" check ((status = 'DISPUTED') = (reason is not null))`,
    );
    this.addSql(
      `alter table "deliveries" add constraint "deliveries_decided_at_a_time" check ((status = 'REPORTED') = (decided_at is null))`,
    );
    this.addSql(
      `alter table "deliveries" add constraint "deliveries_note_length" check (length(note) between 1 and 2000 and note = btrim(note))`,
    );
    this.addSql(
      `alter table "deliveries" add constraint "deliveries_reason_length" check (length(reason) between 1 and 2000 and reason = btrim(reason))`,
    );
    this.addSql(
      `alter table "deliveries" add constraint "deliveries_evidence_count" check (cardinality(evidence) <= 10)`,
    );
    this.addSql(`create table "account_villages" (
        "account_id" text collate "C" not null,
        "village_id" text collate "C" not null,
        primary key ("account_id", "village_id")
      )`);
    this.addSql(`create table "village_colours" (
        "village_id" text collate "C" not null,
        "cluster_code" text collate "C" not null,
        "committed_rupiah" bigint not null,
        primary key ("village_id", "cluster_code")
      )`);
    this.addSql(
      `alter table "village_colours" add constraint "village_colours_range" check (committed_rupiah between 0 and 9007199254740991)`,
    );
    this.addSql(
      `alter table "areas" add constraint "areas_parent_id_foreign" foreign key ("parent_id") references "areas" ("id") on update restrict on delete restrict`,
    );
    this.addSql(
      `alter table "partners" add constraint "partners_cluster_code_foreign" foreign key ("cluster_code") references "clusters" ("code") on update restrict on delete restrict`,
    );
    this.addSql(
      `alter table "ledger_entries" add constraint "ledger_entries_supporter_id_foreign" foreign key ("supporter_id") references "partners" ("id") on update restrict on delete restrict`,
    );
    this.addSql(
      `alter table "ledger_entries" add constraint "ledger_entries_holder_id_foreign" foreign key ("holder_id") references "partners" ("id") on update restrict on delete restrict`,
    );
    this.addSql(
      `alter table "accounts" add constraint "accounts_partner_id_foreign" foreign key ("partner_id") references "partners" ("id") on update restrict on delete restrict`,
    );
    this.addSql(
      `alter table "account_roles" add constraint "account_roles_account_id_foreign" foreign key ("account_id") references "accounts" ("id") on update restrict on delete restrict`,
    );
    this.addSql(
      `alter table "account_areas" add constraint "account_areas_account_id_foreign" foreign key ("account_id") references "accounts" ("id") on update restrict on delete restrict`,
    );
    this.addSql(
      `alter table "account_areas" add constraint "account_areas_area_id_foreign" foreign key ("area_id") references "areas" ("id") on update restrict on delete restrict`,
    );
    this.addSql(
      `alter table "partner_areas" add constraint "partner_areas_partner_id_foreign" foreign key ("partner_id") references "partners" ("id") on update restrict on delete restrict`,
    );
    this.addSql(
      `alter table "partner_areas" add constraint "partner_areas_area_id_foreign" foreign key ("area_id") references "areas" ("id") on update restrict on delete restrict`,
    );
    this.addSql(
      `alter table "partner_balances" add constraint "partner_balances_partner_id_foreign" foreign key ("partner_id") references "partners" ("id") on update restrict on delete restrict`,
    );
    this.addSql(
      `alter table "policies" add constraint "policies_area_id_foreign" foreign key ("area_id") references "areas" ("id") on update restrict on delete restrict`,
    );
    this.addSql(
      `alter table "sectors" add constraint "sectors_cluster_code_foreign" foreign key ("cluster_code") references "clusters" ("code") on update restrict on delete restrict`,
    );
    this.addSql(
      `alter table "partner_mandates" add constraint "partner_mandates_partner_id_foreign" foreign key ("partner_id") references "partners" ("id") on update restrict on delete restrict`,
    );
    this.addSql(
      `alter table "partner_mandates" add constraint "partner_mandates_sector_code_foreign" foreign key ("sector_code") references "sectors" ("code") on update restrict on delete restrict`,
    );
    this.addSql(
      `alter table "villages" add constraint "villages_area_id_foreign" foreign key ("area_id") references "areas" ("id") on update restrict on delete restrict`,
    );
    this.addSql(
      `alter table "needs" add constraint "needs_village_id_foreign" foreign key ("village_id") references "villages" ("id") on update restrict on delete restrict`,
    );
    this.addSql(
      `alter table "needs" add constraint "needs_sector_code_foreign" foreign key ("sector_code") references "sectors" ("code") on update restrict on delete restrict`,
    );
    this.addSql(
      `alter table "pledges" add constraint "pledges_need_id_foreign" foreign key ("need_id") references "needs" ("id") on update restrict on delete restrict`,
    );
    this.addSql(
      `alter table "pledges" add constraint "pledges_village_id_foreign" foreign key ("village_id") references "villages" ("id") on update restrict on delete restrict`,
    );
    this.addSql(
      `alter table "pledges" add constraint "pledges_partner_id_foreign" foreign key ("partner_id") references "partners" ("id") on update restrict on delete restrict`,
    );
    this.addSql(
      `alter table "pledges" add constraint "pledges_holder_id_foreign" foreign key ("holder_id") references "partners" ("id") on update restrict on delete restrict`,
    );
    this.addSql(
      `alter table "pledges" add constraint "pledges_policy_id_foreign" foreign key ("policy_id") references "policies" ("id") on update restrict on delete restrict`,
    );
    this.addSql(
      `alter table "deliveries" add constraint "deliveries_pledge_id_foreign" foreign key ("pledge_id") references "pledges" ("id") on update restrict on delete restrict`,
    );
    this.addSql(
      `alter table "account_villages" add constraint "account_villages_account_id_foreign" foreign key ("account_id") references "accounts" ("id") on update restrict on delete restrict`,
    );
    this.addSql(
      `alter table "account_villages" add constraint "account_villages_village_id_foreign" foreign key ("village_id") references "villages" ("id") on update restrict on delete restrict`,
    );
    this.addSql(
      `alter table "village_colours" add constraint "village_colours_village_id_foreign" foreign key ("village_id") references "villages" ("id") on update restrict on delete restrict`,
    );
    this.addSql(
      `alter table "village_colours" add constraint "village_colours_cluster_code_foreign" foreign key ("cluster_code") references "clusters" ("code") on update restrict on delete restrict`,
    );
  }

  override down(): void {
    this.addSql(
      `drop table "village_colours", "account_villages", "deliveries", "pledges", "needs", "villages", "partner_mandates", "sectors", "programme_plan", "policies", "partner_balances", "partner_areas", "account_areas", "account_roles", "accounts", "ledger_entries", "partners", "idempotency_keys", "feed_head", "events", "clusters", "areas"`,
    );
  }
}
