import { sql } from 'kysely';
import type { NeedRow } from '../needs/fact.ts';
import type { PartnerRow } from '../partners/partner.service.ts';
import { givenRows, placed } from '../platform/given-rows.ts';
import type { Statements } from '../platform/pipeline.ts';
import { Columns } from '../platform/rows.ts';
import { type Colour, coloursIn, type VillageRow } from '../villages/village.service.ts';
import type { PledgeRow } from './pledge-book.service.ts';
import type { PledgeWords } from './words.service.ts';

/** What a claim moves, as it stands under the locks. */
export interface ClaimedGround {
  need: NeedRow;
  village: VillageRow;
  partner: PartnerRow;
}

const needColumns = new Columns<NeedRow>({
  id: 'plain',
  villageId: 'plain',
  sectorCode: 'plain',
  title: 'plain',
  description: 'plain',
  unit: 'plain',
  unitValue: 'rupiah',
  quantity: 'plain',
  pledged: 'plain',
  committed: 'plain',
  delivered: 'plain',
  verified: 'plain',
  dueOn: 'date',
  urgent: 'plain',
  status: 'plain',
  cancelReason: 'plain',
  version: 'plain',
  createdAt: 'instant',
  updatedAt: 'instant',
  publishedAt: 'instant',
});
const villageColumns = new Columns<Omit<VillageRow, 'colours'>>({
  id: 'plain',
  areaId: 'plain',
  code: 'plain',
  name: 'plain',
  neededRupiah: 'rupiah',
  pledgedRupiah: 'rupiah',
  committedRupiah: 'rupiah',
  deliveredRupiah: 'rupiah',
  verifiedRupiah: 'rupiah',
  openNeeds: 'plain',
  diversity: 'plain',
  synergy: 'plain',
});
const partnerColumns = new Columns<PartnerRow>({
  id: 'plain',
  code: 'plain',
  name: 'plain',
  kind: 'plain',
  clusterCode: 'plain',
  createdAt: 'instant',
});

/** Who claims of what. */
export interface ClaimedNeed {
  needId: string;
  partnerId: string;
}

const askedColumns = { place: 'int', needId: 'text', partnerId: 'text' } as const;

/**
 * Holds needs, villages and partners, in this order: those of a table are looked for only once those of the table before
 * it are held. A row that was waited for comes out as it stands after the wait; nothing else is read here, since
 * this statement began before it. For several claims nothing is waited for: what somebody else holds is left out.
 */
function lock(claims: readonly ClaimedNeed[]) {
  const forUpdate = claims.length === 1 ? sql`for update` : sql`for update skip locked`;
  return sql<Record<string, unknown>>`
  with asked as materialized (select * from ${givenRows(placed(claims), askedColumns)} as a),
  need as materialized (
    select * from needs where id in (select "needId" from asked) order by id ${forUpdate}),
  village as materialized (
    select * from villages where id in (select village_id from need) order by id ${forUpdate}),
  partner as materialized (
    select * from partners where id in (select "partnerId" from asked) and exists (select from village)
    order by id ${forUpdate})
  select asked.place, ${needColumns.of('need')}, ${villageColumns.of('village')}, ${partnerColumns.of('partner')}
  from asked join need on need.id = asked."needId" join village on village.id = need.village_id
    join partner on partner.id = asked."partnerId"`;
}

/** A statement of its own after the locks, so that it sees what was committed while they were waited for. */
const coloursOf = (claims: readonly ClaimedNeed[]) => sql<Colour & { villageId: string }>`
  select c.village_id, c.cluster_code, c.committed_rupiah::float8 as committed_rupiah
  from village_colours c where c.village_id in (
    select n.village_id from ${givenRows(claims, { needId: 'text' })} as a join needs n on n.id = a."needId")`;

/**
 * Takes the locks of claims; null where there is no such need or, of several claims, where somebody else holds a row. The
 * statements are sent before this answers. Claims on one need, or in one village, share its row.
 */
export async function lockGrounds(
  tx: Statements,
  claims: readonly ClaimedNeed[],
): Promise<(ClaimedGround | null)[]> {
  const [locked, coloured] = await Promise.all([
    lock(claims).execute(tx.sql),
    coloursOf(claims).execute(tx.sql),
  ]);
  const colours = Map.groupBy(coloured.rows, ({ villageId }) => villageId);
  const needs = new Map<string, NeedRow>();
  const villages = new Map<string, VillageRow>();
  const grounds: (ClaimedGround | null)[] = claims.map(() => null);
  for (const row of locked.rows) {
    const own = needColumns.read('need', row);
    const need = shared(needs, own.id, () => own);
    const village = shared(villages, need.villageId, () => ({
      ...villageColumns.read('village', row),
      colours: coloursIn(colours.get(need.villageId) ?? []),
    }));
    grounds[row['place'] as number] = { need, village, partner: partnerColumns.read('partner', row) };
  }
  return grounds;
}

/** The one row of that id. */
function shared<T>(rows: Map<string, T>, id: string, read: () => T): T {
  const known = rows.get(id);
  if (known !== undefined) return known;
  const row = read();
  rows.set(id, row);
  return row;
}

/** A pledge as it is written down, with its words in confidence. */
export type NewPledge = PledgeRow & PledgeWords;

const pledgeColumns = {
  id: 'text',
  needId: 'text',
  villageId: 'text',
  partnerId: 'text',
  holderId: 'text',
  policyId: 'text',
  quantity: 'int',
  unitValue: 'bigint',
  delivered: 'int',
  verified: 'int',
  status: 'text',
  expiresAt: 'timestamptz',
  dueOn: 'date',
  note: 'text',
  reason: 'text',
  verdicts: 'jsonb',
  version: 'int',
  createdAt: 'timestamptz',
  updatedAt: 'timestamptz',
} as const;
const movedNeedColumns = {
  id: 'text',
  pledged: 'int',
  status: 'text',
  version: 'int',
  updatedAt: 'timestamptz',
} as const;
const movedVillageColumns = { id: 'text', pledgedRupiah: 'bigint', openNeeds: 'int' } as const;

/** Writes new pledges, and their needs and villages as they have moved them. */
export function writeClaims(
  tx: Statements,
  pledges: readonly NewPledge[],
  grounds: readonly ClaimedGround[],
): void {
  const needs = [...new Set(grounds.map(({ need }) => need))];
  const villages = [...new Set(grounds.map(({ village }) => village))];
  tx.atEnd(
    'claimed',
    sql`insert into pledges (id, need_id, village_id, partner_id, holder_id, policy_id, quantity, unit_value, delivered,
        verified, status, expires_at, due_on, note, reason, verdicts, version, created_at, updated_at)
      select * from ${givenRows(pledges, pledgeColumns)} as p`,
  );
  tx.atEnd(
    'needed',
    sql`update needs n set pledged = m.pledged, status = m.status, version = m.version, updated_at = m."updatedAt"
      from ${givenRows(needs, movedNeedColumns, pledges.length)} as m where n.id = m.id`,
  );
  tx.atEnd(
    'planned',
    sql`update villages v set pledged_rupiah = m."pledgedRupiah", open_needs = m."openNeeds"
      from ${givenRows(villages, movedVillageColumns, pledges.length)} as m where v.id = m.id`,
  );
}
