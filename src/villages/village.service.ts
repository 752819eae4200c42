import { LockMode } from '@mikro-orm/core';
import { sql } from 'kysely';
import type { VillagePlace } from '../access/access.rules.ts';
import type { Reader } from '../access/reader.ts';
import { assertAreaCode, withinArea } from '../areas/area.service.ts';
import { MAX_RUPIAH, MAX_VILLAGE_RUPIAH } from '../kernel/rupiah.ts';
import { invalid, Refused } from '../kernel/problems.ts';
import type { BatchFunction } from '../platform/batch.ts';
import type { Database, Transaction } from '../platform/database.ts';
import type { Expression, Row as SqlRow } from '../platform/expression.ts';
import { listPage } from '../platform/list-page.ts';
import { grouped, lookup } from '../platform/lookup.ts';
import { type ListOrder, type Page, type PageRequest, searchQuery } from '../platform/page.ts';
import { type Row, rowOf } from '../platform/rows.ts';
import { type SynergyLevel, Village, VillageColour } from './village.entity.ts';
import { diversityOf, type SynergyBars, synergyOf } from './village.rules.ts';

export interface Colour {
  clusterCode: string;
  committedRupiah: number;
}

/** A village as reads and events show it. */
export type VillageRow = Row<Village> & { colours?: Colour[] };

export interface VillageFilter {
  areaCode?: string | null;
  synergy?: readonly SynergyLevel[] | null;
  search?: string | null;
}

/** A village whose row this transaction holds, with its colours. */
export interface LockedVillage {
  village: Village;
  colours: VillageColour[];
}

type FigureName = 'neededRupiah' | 'pledgedRupiah' | 'committedRupiah' | 'deliveredRupiah' | 'verifiedRupiah';
export type FigureChange = Partial<Record<FigureName | 'openNeeds', number>>;

/** Villages by official code. */
export const villageOrder: ListOrder = { name: 'villages', place: 'code', direction: 'asc' };

/** Those that a filter lets through. Throws BAD_USER_INPUT for a bad area code. */
export function villagesOf(filter: VillageFilter): (its: SqlRow) => Expression {
  if (filter.areaCode != null) assertAreaCode(filter.areaCode);
  return (its) => {
    const all: Expression[] = [sql`true`];
    if (filter.areaCode != null) all.push(withinArea(its('code'), filter.areaCode));
    if (filter.synergy != null) all.push(sql`${its('synergy')} = any(${filter.synergy})`);
    const words = filter.search == null ? null : searchQuery(filter.search);
    if (words !== null) {
      all.push(sql`to_tsvector('simple'::regconfig, ${its('name')}) @@ to_tsquery('simple', ${words})`);
    }
    return sql.join(all, sql` and `);
  };
}

function planTooGreat(plan: 'village-plan' | 'plan', max: number): Refused {
  return new Refused(invalid(['input', 'quantity'], `input.${plan}-too-great`, { max }));
}

/** Moves a village's own figures; the plan of all villages stays as it is. */
export function moveFigures(village: Pick<Village, FigureName | 'openNeeds'>, change: FigureChange): void {
  for (const [figure, by] of Object.entries(change) as [FigureName | 'openNeeds', number][]) {
    village[figure] += by;
  }
}

/** What the clusters have committed, the greatest first. */
export function coloursIn(colours: readonly Colour[]): Colour[] {
  return colours
    .filter(({ committedRupiah }) => committedRupiah > 0)
    .map(({ clusterCode, committedRupiah }) => ({ clusterCode, committedRupiah }))
    .toSorted((a, b) => b.committedRupiah - a.committedRupiah || (a.clusterCode < b.clusterCode ? -1 : 1));
}

/** Villages of the programme and their standing figures. */
export class VillageService {
  readonly byId: BatchFunction<string, VillageRow | null>;
  readonly byCode: BatchFunction<string, VillageRow | null>;
  private readonly database: Database;

  constructor(database: Database) {
    this.database = database;
    this.byId = lookup<VillageRow>(database, 'villages', 'id');
    this.byCode = lookup<VillageRow>(database, 'villages', 'code');
  }

  /** What each cluster has committed, the greatest first. */
  readonly coloursOf: BatchFunction<string, Colour[]> = async (ids) => {
    const { rows } = await sql<Colour & { villageId: string }>`
      select village_id, cluster_code, committed_rupiah from village_colours
      where village_id = any(${ids}) and committed_rupiah > 0
      order by committed_rupiah desc, cluster_code`.execute(this.database.reads);
    return grouped(ids, rows, ({ villageId }) => villageId);
  };

  /** Villages by official code. Throws BAD_USER_INPUT for a bad page, cursor or area code. */
  async list(_reader: Reader, filter: VillageFilter, request: PageRequest): Promise<Page<VillageRow>> {
    const where = villagesOf(filter);
    return listPage<VillageRow>(this.database.rows, 'villages', villageOrder, where, request);
  }

  /**
   * Holds the village's row until the transaction ends; null when there is none. `allow` throws Refused before anything is
   * held, so that somebody who may not cannot hold up others. Lock order: need, village, partner.
   */
  async lockFor(
    tx: Transaction,
    id: string,
    allow: (place: VillagePlace) => void,
  ): Promise<LockedVillage | null> {
    const found = await sql<VillagePlace>`select id, code from villages where id = ${id}`.execute(tx.sql);
    if (found.rows.length === 0) return null;
    allow(found.rows[0]!);
    return this.lock(tx, id);
  }

  /** The same where it is known that somebody may. */
  async lock(tx: Transaction, id: string): Promise<LockedVillage | null> {
    const village = await tx.em.findOne(Village, id, { lockMode: LockMode.PESSIMISTIC_WRITE });
    if (village === null) return null;
    const colours = await tx.em.find(VillageColour, { villageId: id }, { orderBy: { clusterCode: 'asc' } });
    return { village, colours };
  }

  /** Moves the village's figures with a need's, and the plan of all villages with its plan. */
  async changeFigures(tx: Transaction, { village }: LockedVillage, change: FigureChange): Promise<void> {
    moveFigures(village, change);
    const { neededRupiah = 0 } = change;
    if (neededRupiah === 0) return;
    if (village.neededRupiah > MAX_VILLAGE_RUPIAH) throw planTooGreat('village-plan', MAX_VILLAGE_RUPIAH);
    const moved = await sql<{ id: number }>`
      update programme_plan set needed_rupiah = needed_rupiah + ${neededRupiah}
      where id = 1 and needed_rupiah + ${neededRupiah} <= ${MAX_RUPIAH} returning id`.execute(tx.sql);
    if (moved.rows.length === 0) throw planTooGreat('plan', MAX_RUPIAH);
  }

  /** Moves what a cluster has committed, and with it the village's diversity and level of synergy. */
  changeColour(
    tx: Transaction,
    { village, colours }: LockedVillage,
    clusterCode: string,
    byRupiah: number,
    bars: SynergyBars,
  ): void {
    if (byRupiah === 0) return;
    let colour = colours.find((one) => one.clusterCode === clusterCode);
    if (colour === undefined) {
      colour = tx.em.create(VillageColour, { villageId: village.id, clusterCode, committedRupiah: 0 });
      tx.em.persist(colour);
      colours.push(colour);
    }
    colour.committedRupiah += byRupiah;
    const committed = colours.map(({ committedRupiah }) => committedRupiah);
    village.diversity = diversityOf(committed);
    village.synergy = synergyOf(committed, bars);
  }

  /** The village as it stands now in this transaction, for events and answers. */
  stateOf({ village, colours }: LockedVillage): VillageRow {
    return { ...rowOf(village), colours: coloursIn(colours) };
  }
}
