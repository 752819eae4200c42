import { deepStrictEqual, ok } from 'node:assert';
import type { Lane } from './lane.ts';
import { deliveredOf, isOpen, type Model, statusOfPledge, verifiedOf } from './model.ts';
import { TOLD } from '../support/told.ts';

/** A world's figures as the database has them, or as the model has them: lists in the order of the ids. */
interface State {
  needs: unknown[][];
  pledges: unknown[][];
  villages: unknown[][];
  colours: unknown[][];
  books: unknown[][];
  /** Per pledge with entries: its PEND, POST and VOID. */
  entries: unknown[][];
}

type Found = State & {
  versions: [id: string, version: number][];
  diversities: [id: string, diversity: number][];
};

const QUERY = `
  with n as (select * from needs where village_id = any($1)), p as (select * from pledges where village_id = any($1)),
  e as (select pledge_id, coalesce(sum(amount_rupiah) filter (where kind = 'PEND'), 0) as pend,
      coalesce(sum(amount_rupiah) filter (where kind = 'POST'), 0) as post,
      coalesce(sum(amount_rupiah) filter (where kind = 'VOID'), 0) as void
    from ledger_entries where pledge_id in (select id from p) group by pledge_id)
  select
    (select coalesce(jsonb_agg(jsonb_build_array(id, status, quantity, unit_value, pledged, committed, delivered, verified)
      order by id), '[]') from n) as needs,
    (select coalesce(jsonb_agg(jsonb_build_array(id, version) order by id), '[]') from n) as versions,
    (select coalesce(jsonb_agg(jsonb_build_array(id, need_id, partner_id, status, quantity, delivered, verified, holder_id,
      policy_id, extract(epoch from expires_at)::bigint) order by id), '[]') from p) as pledges,
    (select jsonb_agg(jsonb_build_array(id, needed_rupiah, pledged_rupiah, committed_rupiah, delivered_rupiah,
      verified_rupiah, open_needs, synergy) order by id) from villages where id = any($1)) as villages,
    (select jsonb_agg(jsonb_build_array(id, diversity) order by id) from villages where id = any($1)) as diversities,
    (select coalesce(jsonb_agg(jsonb_build_array(village_id, cluster_code, committed_rupiah)
      order by village_id, cluster_code), '[]') from village_colours
      where village_id = any($1) and committed_rupiah > 0) as colours,
    (select coalesce(jsonb_agg(jsonb_build_array(partner_id, given_pending_rupiah, given_posted_rupiah,
      received_pending_rupiah, received_posted_rupiah) order by partner_id), '[]')
      from partner_balances where partner_id = any($2)
        and given_pending_rupiah + given_posted_rupiah + received_pending_rupiah + received_posted_rupiah > 0) as books,
    (select coalesce(jsonb_agg(jsonb_build_array(pledge_id, pend, post, void) order by pledge_id), '[]') from e) as entries`;

const byId = (a: unknown[], b: unknown[]) => {
  const [x, y] = [`${String(a[0])} ${String(a[1])}`, `${String(b[0])} ${String(b[1])}`];
  return x < y ? -1 : Number(x > y);
};

function expected(model: Model): State {
  const needs = model.needs.map((need) => {
    const { pledged, committed, delivered, verified } = model.countersOf(need);
    return [
      need.id,
      model.statusOf(need),
      need.quantity,
      need.unitValue,
      pledged,
      committed,
      delivered,
      verified,
    ];
  });
  const pledges = model.pledges.map((pledge) => [
    pledge.id,
    pledge.need.id,
    pledge.partner.id,
    statusOfPledge(pledge),
    pledge.quantity,
    deliveredOf(pledge),
    verifiedOf(pledge),
    pledge.holder?.id ?? null,
    pledge.policy.id,
    isOpen(pledge) ? pledge.expiresAt / 1000 : null,
  ]);
  const villages = model.villages.map((village) => {
    const { needed, pledged, committed, delivered, verified, openNeeds } = model.figuresOf(village);
    const { level } = model.synergyOf(village);
    return [village.id, needed, pledged, committed, delivered, verified, openNeeds, level];
  });
  const colours = model.villages.flatMap((village) =>
    [...model.coloursOf(village)].map(([cluster, value]) => [village.id, cluster, value]),
  );
  const books = model.partners.map((partner) => {
    const { givenPending, givenPosted, receivedPending, receivedPosted } = model.booksOf(partner);
    return [partner.id, givenPending, givenPosted, receivedPending, receivedPosted];
  });
  const entries = model.pledges
    .filter(({ holder }) => holder !== null)
    .map((pledge) => {
      const { id, quantity, ended, need } = pledge;
      const verified = verifiedOf(pledge);
      return [
        id,
        quantity * need.unitValue,
        verified * need.unitValue,
        ended === null ? 0 : (quantity - verified) * need.unitValue,
      ];
    });
  const moved = books.filter(([, ...figures]) => figures.some((figure) => figure !== 0));
  const state = { needs, pledges, villages, colours, books: moved, entries };
  for (const list of Object.values<unknown[][]>(state)) list.sort(byId);
  return state;
}

/** The database holds exactly what the model sums up; the model learns the versions of the needs. */
export async function expectState(lane: Lane, model: Model): Promise<void> {
  const villageIds = model.villages.map(({ id }) => id);
  const partnerIds = model.partners.map(({ id }) => id);
  const [row] = await lane.database.sql<Found>(QUERY, [villageIds, partnerIds]);
  const { versions, diversities, ...found } = row!;
  const wanted = expected(model);
  deepStrictEqual(found, wanted);
  for (const [id, version] of versions) model.needs.find((need) => need.id === id)!.version = version;
  for (const [id, diversity] of diversities) {
    const village = model.villages.find((one) => one.id === id)!;
    const wantedDiversity = model.synergyOf(village).diversity;
    ok(Math.abs(diversity - wantedDiversity) < 1e-9, `diversity ${diversity} was to be ${wantedDiversity}`);
  }
}

/** The hub's word on each partner's standing equals the model's. */
export async function expectStandings(lane: Lane, model: Model): Promise<void> {
  const found = await lane.services.balances.standingOf(model.partners.map(({ id }) => id));
  const standings = found.map(({ standing, netRupiah }) => [standing, netRupiah]);
  const wanted = model.partners.map((partner) => {
    const { givenPosted, receivedPosted } = model.booksOf(partner);
    return [model.standingOf(partner), givenPosted - receivedPosted];
  });
  deepStrictEqual(standings, wanted);
}

/** The feed has one event for each fact, in their order, and each shows its need as it then stood. */
export async function expectFeed(lane: Lane, model: Model): Promise<void> {
  const rows = await lane.database.sql<{ kind: string; needId: string; pledgeId: string | null }>(
    `select kind, need_id as "needId", pledge_id as "pledgeId" from ${TOLD} where village_id = any($1) order by id`,
    [model.villages.map(({ id }) => id)],
  );
  const told = rows.map(({ kind, needId, pledgeId }) => [kind, needId, pledgeId]);
  deepStrictEqual(told, model.facts);
}
