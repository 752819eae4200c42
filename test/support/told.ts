/** All that was told, in its place or still in the outbox, for a `from`. */
export const TOLD = `(
  select id, kind, occurred_at, village_code, village_id, need_id, sector_code, pledge_id, partner_id, snapshot from events
  union all
  select id, kind, occurred_at, village_code, village_id, need_id, sector_code, pledge_id, partner_id, snapshot from outbox
  ) as told`;
