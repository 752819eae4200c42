import { LockMode } from '@mikro-orm/core';
import { sql } from 'kysely';
import { assertMayKeepNeeds, assertSignedIn, maySeeDrafts } from '../access/access.rules.ts';
import type { Actor } from '../access/actor.ts';
import type { EventKind } from '../events/event.entity.ts';
import type { Outbox } from '../events/outbox.ts';
import { dateInBanten } from '../kernel/calendar.ts';
import type { Clock } from '../kernel/clock.ts';
import { InputCheck } from '../kernel/input-check.ts';
import { notFound, Refused, wrongState } from '../kernel/problems.ts';
import { MAX_RUPIAH, valueRupiah } from '../kernel/rupiah.ts';
import { storable } from '../kernel/text.ts';
import { Sector } from '../partners/partner.entity.ts';
import type { Database, Transaction } from '../platform/database.ts';
import { idempotent } from '../platform/idempotency.ts';
import { newId } from '../platform/ids.ts';
import { rowOf } from '../platform/rows.ts';
import type { LockedVillage, VillageService } from '../villages/village.service.ts';
import { factOf, type NeedView } from './fact.ts';
import { Need } from './need.entity.ts';
import { statusOf, updateProblem } from './need.rules.ts';

export interface NewNeed {
  villageId: string;
  sector: string;
  title: string;
  description?: string | null;
  unit: string;
  unitValue: number;
  quantity: number;
  dueOn?: string | null;
  urgent?: boolean | null;
  idempotencyKey?: string | null;
}

export interface NeedChange {
  needId: string;
  version: number;
  title?: string | null;
  description?: string | null;
  quantity?: number | null;
  unitValue?: number | null;
  dueOn?: string | null;
  idempotencyKey?: string | null;
}

export interface DraftPublication {
  needId: string;
  version: number;
  idempotencyKey?: string | null;
}

/** A need and its village, both held by this transaction. */
export interface LockedNeed {
  need: Need;
  village: LockedVillage;
}

/** A new need whose fields are right by themselves. */
interface CheckedNeed {
  fields: Pick<Need, 'sectorCode' | 'title' | 'unit' | 'unitValue' | 'quantity' | 'urgent'> & {
    description: string | null;
    dueOn: string | null;
  };
  key: string | null;
  valueRupiah: number;
}

const countsOpen = (need: Need): number => (need.status === 'OPEN' ? 1 : 0);

/** Writing needs: drafts, publications and changes. Cancelling one ends pledges, and stands with these. */
export class NeedService {
  private readonly database: Database;
  private readonly clock: Clock;
  private readonly villages: VillageService;
  private readonly outbox: Outbox;

  constructor(database: Database, clock: Clock, villages: VillageService, outbox: Outbox) {
    this.database = database;
    this.clock = clock;
    this.villages = villages;
    this.outbox = outbox;
  }

  /** Publishes a need at once. Throws Refused; nothing is written then. */
  publish(actor: Actor, input: NewNeed): Promise<NeedView> {
    return this.create(actor, input, 'OPEN');
  }

  /** Keeps a need as a draft that only the village and its coordinators see. */
  draft(actor: Actor, input: NewNeed): Promise<NeedView> {
    return this.create(actor, input, 'DRAFT');
  }

  async publishDraft(actor: Actor, input: DraftPublication): Promise<NeedView> {
    const { idempotencyKey, ...request } = input;
    const check = new InputCheck();
    check.id('needId', 'need', input.needId);
    return this.onNeed(actor, 'publishDraft', check, idempotencyKey, request, async (tx, locked, now) => {
      const { need, village } = locked;
      if (need.status !== 'DRAFT') throw new Refused(wrongState('state.need-draft', need.status));
      this.assertVersion(need, input.version);
      Object.assign(need, { status: 'OPEN', publishedAt: now });
      this.touch(need, now);
      await this.villages.changeFigures(tx, village, { neededRupiah: need.unitValue * need.quantity, openNeeds: 1 });
      return ['NEED_PUBLISHED'];
    });
  }

  /** Changes a need that nobody changed since `version`. Null clears a description or a due date. */
  async update(actor: Actor, input: NeedChange): Promise<NeedView> {
    const { idempotencyKey, ...request } = input;
    const check = new InputCheck();
    const today = dateInBanten(this.clock.now());
    check.id('needId', 'need', input.needId);
    const title = input.title == null ? undefined : check.text('title', input.title, 3, 200);
    const description =
      input.description === undefined ? undefined : check.optionalText('description', input.description, 5000);
    const quantity = input.quantity == null ? undefined : check.positive('quantity', input.quantity);
    const unitValue = input.unitValue == null ? undefined : check.positive('unitValue', input.unitValue);
    const dueOn = input.dueOn === undefined ? undefined : check.fromToday('dueOn', input.dueOn, today);
    const change = { title, description, quantity, unitValue, dueOn };
    if (Object.values(change).every((value) => value === undefined)) check.fault('needId', 'input.nothing-to-change');
    return this.onNeed(actor, 'updateNeed', check, idempotencyKey, request, async (tx, locked, now) => {
      const { need, village } = locked;
      this.assertVersion(need, input.version);
      const pledged = await sql`select 1 from pledges where need_id = ${need.id} limit 1`.execute(tx.sql);
      const hasPledges = pledged.rows.length > 0;
      const problem = updateProblem(need, { quantity, unitValue }, hasPledges);
      if (problem !== null) throw new Refused(problem);
      const valueBefore = need.unitValue * need.quantity;
      const openBefore = countsOpen(need);
      for (const [field, value] of Object.entries(change)) if (value !== undefined) tx.em.assign(need, { [field]: value });
      this.touch(need, now);
      if (need.status === 'DRAFT') return [];
      need.status = statusOf(need);
      await this.villages.changeFigures(tx, village, {
        neededRupiah: need.unitValue * need.quantity - valueBefore,
        openNeeds: countsOpen(need) - openBefore,
      });
      return need.status === 'FULFILLED' ? ['NEED_CHANGED', 'NEED_FULFILLED'] : ['NEED_CHANGED'];
    });
  }

  /** Holds a need and its village until the transaction ends. Lock order: need, village, partner. */
  async lock(tx: Transaction, needId: string): Promise<LockedNeed | null> {
    const need = await tx.em.findOne(Need, needId, { lockMode: LockMode.PESSIMISTIC_WRITE });
    if (need === null) return null;
    const village = await this.villages.lock(tx, need.villageId);
    return { need, village: village! };
  }

  /** Publishes a village's whole list, in its order, as one transaction: all of it, or nothing. Throws Refused. */
  async publishList(actor: Actor, list: readonly [NewNeed, ...NewNeed[]]): Promise<NeedView[]> {
    assertSignedIn(actor);
    const now = this.clock.now();
    const checked = list.map((input) => this.check(input, now));
    const { villageId } = list[0];
    if (list.some((input) => input.villageId !== villageId)) throw new Error('a list of needs is of one village');
    return this.database.transaction((tx) => this.write(tx, actor, villageId, checked, 'OPEN', now));
  }

  private async create(actor: Actor, input: NewNeed, status: 'OPEN' | 'DRAFT'): Promise<NeedView> {
    assertSignedIn(actor);
    const now = this.clock.now();
    const checked = this.check(input, now);
    const { idempotencyKey: _, ...request } = input;
    const operation = status === 'OPEN' ? 'publishNeed' : 'draftNeed';
    const { key } = checked;
    return idempotent(this.database, { scope: actor.accountId, operation, key, input: request }, now, async (tx) => {
      const [need] = await this.write(tx, actor, input.villageId, [checked], status, now);
      return need!;
    });
  }

  /** The fields of a new need that are right by themselves. Throws Refused with all that is not. */
  private check(input: NewNeed, now: Date): CheckedNeed {
    const check = new InputCheck();
    check.id('villageId', 'village', input.villageId);
    const fields = {
      sectorCode: input.sector,
      title: check.text('title', input.title, 3, 200),
      description: check.optionalText('description', input.description, 5000),
      unit: check.text('unit', input.unit, 1, 40),
      unitValue: check.positive('unitValue', input.unitValue),
      quantity: check.positive('quantity', input.quantity),
      dueOn: check.fromToday('dueOn', input.dueOn, dateInBanten(now)),
      urgent: input.urgent ?? false,
    };
    const key = check.idempotencyKey(input.idempotencyKey);
    check.done();
    const valueRp = valueRupiah(fields.quantity, fields.unitValue);
    if (valueRp === null) check.fault('quantity', 'input.value-too-great', { max: MAX_RUPIAH });
    check.done();
    return { fields, key, valueRupiah: valueRp! };
  }

  private async write(
    tx: Transaction,
    actor: Actor,
    villageId: string,
    checked: readonly CheckedNeed[],
    status: 'OPEN' | 'DRAFT',
    now: Date,
  ): Promise<NeedView[]> {
    const village = await this.villages.lock(tx, villageId);
    if (village === null) throw new Refused(notFound(['input', 'villageId'], 'not-found.village'));
    assertMayKeepNeeds(actor, village.village);
    await this.assertSectorsKnown(tx, checked);
    const needs = checked.map(({ fields }) =>
      tx.em.create(
        Need,
        {
          id: newId('need'), villageId, ...fields, status, createdAt: now, updatedAt: now,
          publishedAt: status === 'OPEN' ? now : null,
        },
        { persist: true },
      ),
    );
    if (status === 'OPEN') {
      const neededRupiah = checked.reduce((sum, need) => sum + need.valueRupiah, 0);
      await this.villages.changeFigures(tx, village, { neededRupiah, openNeeds: needs.length });
    }
    const views: NeedView[] = [];
    for (const need of needs) {
      views.push(this.record(tx, { need, village }, status === 'OPEN' ? ['NEED_PUBLISHED'] : [], now));
    }
    await tx.em.flush();
    return views;
  }

  private async assertSectorsKnown(tx: Transaction, checked: readonly CheckedNeed[]): Promise<void> {
    const codes = [...new Set(checked.map(({ fields }) => fields.sectorCode))];
    const known = await tx.em.find(Sector, { code: { $in: storable(codes) } });
    const check = new InputCheck();
    for (const code of codes) {
      if (!known.some((sector) => sector.code === code)) check.fault('sector', 'input.unknown-sector', { code: code.slice(0, 60) });
    }
    check.done();
  }

  /** The frame of every change to a need: input, permission, locks, the change, its events. */
  private async onNeed(
    actor: Actor,
    operation: string,
    check: InputCheck,
    givenKey: string | null | undefined,
    request: { needId: string },
    work: (tx: Transaction, locked: LockedNeed, now: Date) => Promise<EventKind[]>,
  ): Promise<NeedView> {
    assertSignedIn(actor);
    const key = check.idempotencyKey(givenKey);
    check.done();
    const now = this.clock.now();
    return idempotent(this.database, { scope: actor.accountId, operation, key, input: request }, now, async (tx) => {
      const locked = await this.lock(tx, request.needId);
      const hidden = locked !== null && locked.need.publishedAt == null && !maySeeDrafts(actor, locked.village.village);
      if (locked === null || hidden) throw new Refused(notFound(['input', 'needId'], 'not-found.need'));
      assertMayKeepNeeds(actor, locked.village.village);
      return this.finish(tx, locked, await work(tx, locked, now), now);
    });
  }

  private async finish(tx: Transaction, locked: LockedNeed, kinds: EventKind[], now: Date): Promise<NeedView> {
    const view = this.record(tx, locked, kinds, now);
    await tx.em.flush();
    return view;
  }

  /** Puts the facts into the outbox with the state they led to, and answers that state; not yet flushed. */
  private record(tx: Transaction, locked: LockedNeed, kinds: EventKind[], now: Date): NeedView {
    const village = this.villages.stateOf(locked.village);
    const need = rowOf(locked.need);
    const state = { need, village, pledge: null, partner: null };
    this.outbox.record(tx, kinds.map((kind) => factOf(kind, now, state)));
    return { ...need, village };
  }

  private assertVersion(need: Need, version: number): void {
    if (need.version === version) return;
    const { version: current } = need;
    throw new Refused({
      kind: 'StaleVersion', path: ['input', 'version'], key: 'stale-version', params: { current }, currentVersion: current,
    });
  }

  private touch(need: Need, now: Date): void {
    need.version += 1;
    need.updatedAt = now;
  }
}
