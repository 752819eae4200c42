import { type RawBuilder, sql } from 'kysely';
import { assertMayAudit } from '../access/access.rules.ts';
import type { Actor } from '../access/actor.ts';
import { isId, prefixOf } from '../kernel/ids.ts';
import { badArgument } from '../kernel/problems.ts';
import type { Database } from '../platform/database.ts';
import { assertPageSize, type Page, type PageRequest, pageOf, readNumberCursor } from '../platform/page.ts';
import type { Row } from '../platform/rows.ts';
import type { ChainHead } from './audit-chain.ts';
import { type AuditEntry, type AuditOutcome, MAX_SUBJECTS } from './audit.entity.ts';

export type AuditRow = Row<AuditEntry>;

/** Which entries; what is absent does not narrow. */
export interface AuditFilter {
  accountId?: string | null;
  subjectId?: string | null;
  action?: string | null;
  outcome?: AuditOutcome | null;
  since?: Date | null;
  until?: Date | null;
}

const LIST = 'audit';
const ACTION = /^[a-z][A-Za-z]{1,59}$/;

function assertFilter({ accountId, subjectId, action }: AuditFilter): void {
  if (accountId != null && !isId('account', accountId)) {
    throw badArgument('filter.accountId', 'input.bad-id', { kind: 'account', prefix: 'account' });
  }
  if (subjectId != null && prefixOf(subjectId) === null) {
    throw badArgument('filter.subjectId', 'input.bad-node-id');
  }
  if (action != null && !ACTION.test(action)) throw badArgument('filter.action', 'input.bad-action');
}

function conditions(
  { accountId, action, outcome, since, until }: AuditFilter,
  after: number | null,
): RawBuilder<unknown> {
  const all: RawBuilder<unknown>[] = [sql`true`];
  if (accountId != null) all.push(sql`account_id = ${accountId}`);
  if (action != null) all.push(sql`action = ${action}`);
  // Written out, so that the index of the few refusals is found.
  if (outcome != null) all.push(sql`outcome = ${sql.lit(outcome)}`);
  if (since != null) all.push(sql`occurred_at >= ${since}`);
  if (until != null) all.push(sql`occurred_at < ${until}`);
  if (after !== null) {
    const place = sql`((select occurred_at from audit_entries where position = ${after}), ${after}::bigint)`;
    all.push(sql`(occurred_at, position) < ${place}`);
  }
  return sql.join(all, sql` and `);
}

/** Reading the audit trail: for auditors and administrators. */
export class AuditReads {
  private readonly database: Database;

  constructor(database: Database) {
    this.database = database;
  }

  /** Entries that have their place, the latest first. Throws UNAUTHENTICATED, FORBIDDEN or BAD_USER_INPUT. */
  async list(actor: Actor, filter: AuditFilter, request: PageRequest): Promise<Page<AuditRow>> {
    assertMayAudit(actor);
    assertPageSize(request.first);
    assertFilter(filter);
    const after = request.after === null ? null : readNumberCursor(LIST, request.after);
    const where = conditions(filter, after);
    const order = sql`order by occurred_at desc, position desc limit ${request.first + 1}`;
    const { subjectId } = filter;
    // Each slot of subjects has an index in the order of the list, so that no more is read than a page of each.
    const slots = Array.from({ length: MAX_SUBJECTS }, (_, index) => sql.lit(index + 1));
    const pages = slots.map(
      (slot) =>
        sql`(select * from audit_entries where subject_ids[${slot}] = ${subjectId} and ${where} ${order})`,
    );
    const statement =
      subjectId == null
        ? sql<AuditRow>`select * from audit_entries where ${where} ${order}`
        : sql<AuditRow>`select * from (${sql.join(pages, sql` union all `)}) as found ${order}`;
    const { rows } = await this.database.readAs(actor, (db) => statement.execute(db));
    return pageOf(LIST, rows, request, ({ position }) => String(position), null);
  }

  /** Where the chain ends; null while it is empty. For the hub itself. */
  async head(): Promise<ChainHead | null> {
    const { rows } = await sql<ChainHead>`
      select position, hash from audit_entries order by position desc limit 1`.execute(
      this.database.systemReads,
    );
    return rows[0] ?? null;
  }
}
