import { type RawBuilder, sql } from 'kysely';
import { assertMayAudit } from '../access/access.rules.ts';
import type { Actor } from '../access/actor.ts';
import { isId, prefixOf } from '../kernel/ids.ts';
import { badArgument, RequestError } from '../kernel/problems.ts';
import type { Database, Sql } from '../platform/database.ts';
import { assertPageSize, type Page, type PageRequest, pageOf, readCursor } from '../platform/page.ts';
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
/** Of an entry's hash, in its cursor: 64 bits. */
const DIGEST_DIGITS = 16;
const PLACE = new RegExp(`^([1-9]\\d{0,15})\\.([0-9a-f]{${DIGEST_DIGITS}})$`);

/** An entry in one chain: its hash stands for all entries up to it. */
interface AuditPlace {
  position: number;
  digest: string;
}

function placeOf(cursor: string): AuditPlace {
  const [, position, digest] = PLACE.exec(readCursor(LIST, cursor)) ?? [];
  if (digest === undefined || !Number.isSafeInteger(Number(position))) {
    throw badArgument('after', 'input.bad-cursor');
  }
  return { position: Number(position), digest };
}

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
  after: AuditPlace | null,
): RawBuilder<unknown> {
  const all: RawBuilder<unknown>[] = [sql`true`];
  if (accountId != null) all.push(sql`account_id = ${accountId}`);
  if (action != null) all.push(sql`action = ${action}`);
  // Written out, so that the index of the few refusals is found.
  if (outcome != null) all.push(sql`outcome = ${sql.lit(outcome)}`);
  if (since != null) all.push(sql`occurred_at >= ${since}`);
  if (until != null) all.push(sql`occurred_at < ${until}`);
  if (after !== null) {
    const { position, digest } = after;
    // No row is before one that is not in this chain.
    const occurredAt = sql`(select occurred_at from audit_entries where position = ${position}
      and left(hash, ${DIGEST_DIGITS}) = ${digest})`;
    all.push(sql`(occurred_at, position) < (${occurredAt}, ${position}::bigint)`);
  }
  return sql.join(all, sql` and `);
}

/** Nothing after a place may mean that it is the last, or that it is of another chain. */
async function assertStands(db: Sql, { position, digest }: AuditPlace): Promise<void> {
  const { rows } = await sql<object>`
    select from audit_entries where position = ${position} and left(hash, ${DIGEST_DIGITS}) = ${digest}`.execute(
    db,
  );
  if (rows.length > 0) return;
  throw new RequestError('AUDIT_RESTORED', { key: 'audit.restored' }, { argument: 'after' });
}

/** Reading the audit trail: for auditors and administrators. */
export class AuditReads {
  private readonly database: Database;

  constructor(database: Database) {
    this.database = database;
  }

  /**
   * Entries that have their place, the latest first. Throws UNAUTHENTICATED, FORBIDDEN, BAD_USER_INPUT, or AUDIT_RESTORED
   * for a cursor whose entry is not the one that stands at its position.
   */
  async list(actor: Actor, filter: AuditFilter, request: PageRequest): Promise<Page<AuditRow>> {
    assertMayAudit(actor);
    assertPageSize(request.first);
    assertFilter(filter);
    const after = request.after === null ? null : placeOf(request.after);
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
    const rows = await this.database.readAs(actor, async (db) => {
      const found = (await statement.execute(db)).rows;
      if (found.length === 0 && after !== null) await assertStands(db, after);
      return found;
    });
    const place = ({ position, hash }: AuditRow) => `${position}.${hash.slice(0, DIGEST_DIGITS)}`;
    return pageOf(LIST, rows, request, place, null);
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
