import { Migration } from '@mikro-orm/migrations';

/**
 * The audit trail: who did what, when, from where, through which token. An act is written to audit_pending in its own
 * transaction, one insert into a table with one index; moments after the commit it is moved to audit_entries, which is
 * a chain of hashes. So commits do not wait for each other, whoever commits late is chained late, and none is left out.
 *
 * Entries are never changed and never removed. What is pending is never changed either, and leaves only for its place
 * in the chain, as it stands. All of it is refused here, by exceptions of class 23514 that carry the rule's name.
 */
const content = `"occurred_at" timestamptz not null, "action" text collate "C" not null, "outcome" text not null,
  "actor_kind" text not null, "account_id" text collate "C" null, "subject_ids" text[] collate "C" not null,
  "address" text collate "C" null, "request_id" text collate "C" null, "token_id" text collate "C" null`;

const contentChecks = (table: string): [name: string, expression: string][] => [
  [`${table}_action_form`, `action ~ '^[a-z][A-Za-z]{1,59}$'`],
  [`${table}_outcome_known`, `outcome in ('DONE', 'REFUSED')`],
  [`${table}_actor_known`, `actor_kind in ('ACCOUNT', 'SYSTEM', 'ANONYMOUS')`],
  [`${table}_account_named`, `(actor_kind = 'ACCOUNT') = (account_id is not null)`],
  [`${table}_subjects_few`, `cardinality(subject_ids) <= 5`],
  [
    `${table}_words_short`,
    `coalesce(length(account_id), 0) <= 200 and coalesce(length(address), 0) <= 200 and
      coalesce(length(request_id), 0) <= 200 and coalesce(length(token_id), 0) <= 200`,
  ],
];

const entryChecks: [name: string, expression: string][] = [
  ['audit_entries_position_positive', 'position >= 1'],
  ['audit_entries_hash_form', `hash ~ '^[0-9a-f]{64}$'`],
];

const columns =
  'occurred_at, action, outcome, actor_kind, account_id, subject_ids, address, request_id, token_id'.split(
    ', ',
  );
const of = (alias: string) => columns.map((column) => `${alias}.${column}`).join(', ');

const broken = (rule: string, detail: string) =>
  `raise exception using errcode = 'check_violation', constraint = '${rule}', message = '${rule}', detail = '${detail}';`;

const APPEND_ONLY = 'audit_entries_append_only';
const ONLY_CHAINED = 'audit_pending_only_chained';

const leavesChained = `
  if exists (select from gone left join audit_entries e on e.pending_id = gone.id
    where (${of('e')}) is distinct from (${of('gone')})) then
    ${broken(ONLY_CHAINED, 'delete')}
  end if;
  return null;`;

/** One function and one trigger of the same name. */
const guards: [name: string, table: string, when: string, body: string][] = [
  [
    APPEND_ONLY,
    'audit_entries',
    'before update or delete on audit_entries for each row',
    broken(APPEND_ONLY, 'append only'),
  ],
  [
    'audit_entries_never_truncated',
    'audit_entries',
    'before truncate on audit_entries for each statement',
    broken(APPEND_ONLY, 'truncate'),
  ],
  [
    'audit_pending_never_changed',
    'audit_pending',
    'before update on audit_pending for each row',
    broken(ONLY_CHAINED, 'update'),
  ],
  [
    'audit_pending_leaves_chained',
    'audit_pending',
    'after delete on audit_pending referencing old table as gone for each statement',
    leavesChained,
  ],
  [
    'audit_pending_never_truncated',
    'audit_pending',
    'before truncate on audit_pending for each statement',
    broken(ONLY_CHAINED, 'truncate'),
  ],
];

export class AuditTrail extends Migration {
  override up(): void {
    this.addSql(`create table "audit_pending" ("id" bigserial primary key, ${content})`);
    this.addSql(`create table "audit_entries" ("position" bigint not null, "pending_id" bigint not null, ${content},
      "hash" text collate "C" not null, primary key ("position"))`);
    this.addSql(
      `alter table "audit_entries" add constraint "audit_entries_pending_id_unique" unique ("pending_id")`,
    );
    for (const [name, key] of [
      ['time', 'occurred_at'],
      ['account', 'account_id, occurred_at'],
      ['action', 'action, occurred_at'],
    ]) {
      this.addSql(`create index "audit_entries_by_${name}" on "audit_entries" (${key}, position)`);
    }
    this.addSql(
      `create index "audit_entries_refused" on "audit_entries" (occurred_at, position) where outcome = 'REFUSED'`,
    );
    // An act names up to five things, each in a slot of its own: so a page of one thing's acts is read in its order.
    for (const slot of [1, 2, 3, 4, 5]) {
      this.addSql(`create index "audit_entries_by_subject_${slot}" on "audit_entries"
        ((subject_ids[${slot}]), occurred_at, position) where subject_ids[${slot}] is not null`);
    }
    for (const [table, checks] of [
      ['audit_pending', contentChecks('audit_pending')],
      ['audit_entries', [...entryChecks, ...contentChecks('audit_entries')]],
    ] as const) {
      for (const [name, expression] of checks) {
        this.addSql(`alter table "${table}" add constraint "${name}" check (${expression})`);
      }
    }
    for (const [name, , when, body] of guards) {
      this.addSql(`create function ${name}() returns trigger language plpgsql as $$ begin ${body} end $$`);
      this.addSql(`create trigger ${name} ${when} execute function ${name}()`);
    }
  }

  override down(): void {
    this.addSql('drop table "audit_entries", "audit_pending"');
    for (const [name] of guards) this.addSql(`drop function ${name}()`);
  }
}
