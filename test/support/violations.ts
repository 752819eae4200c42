import type { Place } from './inserts.ts';
import type { World } from './world.ts';

type Row = Pick<Place, 'id'>;

/** What the statements are about: rows of each kind, in the state that its name says. */
export interface Targets extends Pick<World, 'villages' | 'partners'> {
  need: Row;
  untouched: Row;
  aDraft: Row;
  promised: Row;
  ended: Row;
  committed: Row;
  delivering: Row;
  decided: Row;
  reported: Row;
  done: Row;
  whole: Row;
  asked: Row;
}

/** A guard, the rule that it holds, what breaks the rule, and the statement that does. */
export type Violation = [guard: string, rule: string, what: string, statement: string];

export const BUMP = 'version = version + 1';

export function set(table: string, { id }: Row, what: string): string {
  return `update ${table} set ${what} where id = '${id}'`;
}

/** Another pledge like that one, but for what is said. */
export function copyOfPledge({ id }: Row, more: Record<string, string>): string {
  const copied =
    'need_id village_id partner_id policy_id quantity unit_value status expires_at due_on verdicts created_at updated_at';
  const columns = copied.split(' ');
  const values = columns.map((column) => more[column] ?? column);
  return `insert into pledges (id, ${columns.join(', ')})
    select 'pledge_01jd3m5a8zf6wvqk2x7r9c4b1e', ${values.join(', ')} from pledges where id = '${id}'`;
}

/** An entry on the committed pledge, from the company to the holder of the mandate unless others are said. */
export function enter(
  { committed, partners }: Targets,
  kind: string,
  amount: number,
  sides: Partial<Record<'supporter' | 'holder', Row>> = {},
): string {
  const { supporter = partners.semen, holder = partners.perkim } = sides;
  return `insert into ledger_entries (kind, pledge_id, supporter_id, holder_id, amount_rupiah, created_at)
    values ('${kind}', '${committed.id}', '${supporter.id}', '${holder.id}', ${amount}, now())`;
}

/** Makes an account of an issuer, but for what is said. */
export function issuersAccount(more: Record<string, string> = {}): string {
  const row: Record<string, string> = {
    id: `'account_01jd3m5a8zf6wvqk2x7r9c4b1e'`,
    email: `'a@b'`,
    name: `'A'`,
    issuer: `'https://id.test'`,
    subject: `'budi'`,
    claims_issued_at: 'now()',
    created_at: 'now()',
    ...more,
  };
  return `insert into accounts (${Object.keys(row).join(', ')}) values (${Object.values(row).join(', ')})`;
}
