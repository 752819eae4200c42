import { sql } from 'kysely';
import type { Reader } from '../access/reader.ts';
import { assertAreaCode } from '../areas/area.service.ts';
import type { BatchFunction } from '../platform/batch.ts';
import type { Database } from '../platform/database.ts';
import type { Books } from './balance.rules.ts';
import type { PolicyService } from './policy.service.ts';
import { type Reciprocity, reciprocityOf, type StandingFigures, standingOf } from './standing.rules.ts';

export interface PartnerStanding extends StandingFigures {
  partnerId: string;
}

export interface Counterpart {
  partnerId: string;
  givenRupiah: number;
  receivedRupiah: number;
}

export interface SupportFlow {
  fromId: string;
  toId: string;
  pendingRupiah: number;
  postedRupiah: number;
}

export interface ReciprocityReport extends Reciprocity {
  flows: SupportFlow[];
}

/** The smallest area that holds all of these, by code; null when only the country does. */
export function commonArea(codes: readonly string[]): string | null {
  const [first, ...others] = codes.map((code) => code.split('.'));
  if (first === undefined) return null;
  const depth = first.findIndex((part, index) => others.some((other) => other[index] !== part));
  const common = depth === -1 ? first : first.slice(0, depth);
  return common.length === 0 ? null : common.join('.');
}

/** Reading the books: balances, counterparts and reciprocity. */
export class BalanceService {
  private readonly database: Database;
  private readonly policies: PolicyService;

  constructor(database: Database, policies: PolicyService) {
    this.database = database;
    this.policies = policies;
  }

  /** Each partner's books and standing, by the policy of the smallest area that holds all of its areas. */
  readonly standingOf: BatchFunction<string, PartnerStanding> = async (partnerIds) => {
    const db = this.database.reads;
    const { rows } = await sql<Books & { partnerId: string; areaCodes: string[] }>`
      select p.id as partner_id,
        array(select a.code from partner_areas x join areas a on a.id = x.area_id where x.partner_id = p.id) as area_codes,
        coalesce(b.given_pending_rupiah, 0) as given_pending_rupiah,
        coalesce(b.given_posted_rupiah, 0) as given_posted_rupiah,
        coalesce(b.received_pending_rupiah, 0) as received_pending_rupiah,
        coalesce(b.received_posted_rupiah, 0) as received_posted_rupiah
      from partners p left join partner_balances b on b.partner_id = p.id
      where p.id = any(${partnerIds})`.execute(db);
    const areas = rows.map(({ areaCodes }) => commonArea(areaCodes));
    const policies = await this.policies.allInForce(areas, db);
    const found = new Map(
      rows.map(({ partnerId, areaCodes: _, ...books }, index) => {
        const setting = policies[index]!.rules.find(({ rule }) => rule === 'RECIPROCITY')!;
        return [partnerId, { partnerId, ...standingOf(books, setting) }];
      }),
    );
    return partnerIds.map((id) => found.get(id)!);
  };

  /** The place by whose policy the partner is judged: the smallest area that holds all of its areas, if there is one. */
  async placeOf(partnerId: string): Promise<string | null> {
    const { rows } = await sql<{ code: string }>`
      select a.code from partner_areas x join areas a on a.id = x.area_id where x.partner_id = ${partnerId}`.execute(
      this.database.reads,
    );
    return commonArea(rows.map(({ code }) => code));
  }

  /** With whom each partner exchanged posted support, the greatest exchange first. */
  readonly counterpartsOf: BatchFunction<{ partnerId: string; first: number }, Counterpart[]> = async (
    keys,
  ) => {
    const asked = keys.map(({ partnerId, first }, index) => ({ index, partner_id: partnerId, first }));
    const { rows } = await sql<Counterpart & { index: number }>`
      select k.index, c.* from jsonb_to_recordset(${JSON.stringify(asked)}::jsonb)
        as k(index int, partner_id text, first int)
      cross join lateral (
        select other as partner_id, sum(given)::float8 as given_rupiah, sum(received)::float8 as received_rupiah
        from (
          select holder_id as other, amount_rupiah as given, 0 as received
          from ledger_entries where supporter_id = k.partner_id and kind = 'POST'
          union all
          select supporter_id, 0, amount_rupiah from ledger_entries where holder_id = k.partner_id and kind = 'POST'
        ) as posted group by other order by sum(given) + sum(received) desc, other limit k.first) as c`.execute(
      this.database.reads,
    );
    const groups = Map.groupBy(rows, ({ index }) => index);
    return keys.map((_, index) => groups.get(index) ?? []);
  };

  /** Who supported whose mandate in the villages of an area, everywhere when null; the greatest posted flow first. */
  async reciprocity(_reader: Reader, areaCode: string | null): Promise<ReciprocityReport> {
    if (areaCode !== null) assertAreaCode(areaCode);
    const where =
      areaCode === null ? sql`true` : sql`(v.code = ${areaCode} or v.code like ${`${areaCode}.%`})`;
    const { rows: flows } = await sql<SupportFlow>`
      select e.supporter_id as from_id, e.holder_id as to_id,
        sum(case e.kind when 'PEND' then e.amount_rupiah else -e.amount_rupiah end)::float8 as pending_rupiah,
        coalesce(sum(e.amount_rupiah) filter (where e.kind = 'POST'), 0)::float8 as posted_rupiah
      from ledger_entries e join pledges p on p.id = e.pledge_id join villages v on v.id = p.village_id
      where ${where}
      group by e.supporter_id, e.holder_id
      order by posted_rupiah desc, from_id, to_id`.execute(this.database.reads);
    return { ...reciprocityOf(flows), flows };
  }
}
