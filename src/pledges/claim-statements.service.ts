import { sql } from 'kysely';
import type { NeedRow } from '../needs/fact.ts';
import type { PartnerRow } from '../partners/partner.service.ts';
import type { Statements } from '../platform/pipeline.ts';
import { Columns } from '../platform/rows.ts';
import { type Colour, coloursIn, type VillageRow } from '../villages/village.service.ts';
import type { PledgeRow } from './pledge-book.service.ts';

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

/**
 * Holds need, village and partner, in this order: each is looked for only once the one before it is held. A row that was
 * waited for comes out as it stands after the wait; nothing else is read here, since this statement began before it.
 */
const lock = (needId: string, partnerId: string) => sql<Record<string, unknown>>`
  with need as materialized (select * from needs where id = ${needId} for update),
  village as materialized (select * from villages where id = (select village_id from need) for update),
  partner as materialized (
    select * from partners where id = ${partnerId} and exists (select from village) for update)
  select ${needColumns.of('need')}, ${villageColumns.of('village')}, ${partnerColumns.of('partner')}
  from need cross join village cross join partner`;

/** A statement of its own after the locks, so that it sees what was committed while they were waited for. */
const colours = (needId: string) => sql<Colour>`
  select c.cluster_code, c.committed_rupiah::float8 as committed_rupiah
  from needs n join village_colours c on c.village_id = n.village_id where n.id = ${needId}`;

/** Takes the locks of a claim; null when there is no such need. The lock is sent before this answers. */
export async function lockGround(
  tx: Statements,
  needId: string,
  partnerId: string,
): Promise<ClaimedGround | null> {
  const [locked, coloured] = await Promise.all([
    lock(needId, partnerId).execute(tx.sql),
    colours(needId).execute(tx.sql),
  ]);
  const [row] = locked.rows;
  if (row === undefined) return null;
  return {
    need: needColumns.read('need', row),
    village: { ...villageColumns.read('village', row), colours: coloursIn(coloured.rows) },
    partner: partnerColumns.read('partner', row),
  };
}

/** Writes a new pledge, and its need and village as it has moved them. */
export function writeClaim(tx: Statements, pledge: PledgeRow, { need, village }: ClaimedGround): void {
  tx.atEnd(
    'claimed',
    sql`insert into pledges (id, need_id, village_id, partner_id, policy_id, quantity, unit_value, delivered, verified,
        status, expires_at, due_on, note, verdicts, version, created_at, updated_at)
      values (${pledge.id}, ${pledge.needId}, ${pledge.villageId}, ${pledge.partnerId}, ${pledge.policyId},
        ${pledge.quantity}, ${pledge.unitValue}, 0, 0, ${pledge.status}, ${pledge.expiresAt}, ${pledge.dueOn},
        ${pledge.note}, ${JSON.stringify(pledge.verdicts)}::jsonb, 1, ${pledge.createdAt}, ${pledge.updatedAt})`,
  );
  tx.atEnd(
    'needed',
    sql`update needs set pledged = ${need.pledged}, status = ${need.status}, version = ${need.version},
      updated_at = ${need.updatedAt} where id = ${need.id}`,
  );
  tx.atEnd(
    'planned',
    sql`update villages set pledged_rupiah = ${village.pledgedRupiah}, open_needs = ${village.openNeeds}
      where id = ${village.id}`,
  );
}
