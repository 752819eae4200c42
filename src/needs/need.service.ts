import { LockMode } from '@mikro-orm/core';
import { sql } from 'kysely';
import {
  assertMayKeepNeeds,
  assertSignedIn,
  maySeeDrafts,
  type VillagePlace,
} from '../access/access.rules.ts';
import type { Actor } from '../access/actor.ts';
import { mutate } from '../audit/audit-trail.service.ts';
import type { EventKind } from '../events/event.entity.ts';
import type { Outbox } from '../events/outbox.ts';
import { CHARACTERS } from '../kernel/bounds.ts';
import { dateInBanten } from '../kernel/calendar.ts';
import type { Clock } from '../kernel/clock.ts';
import { InputCheck } from '../kernel/input-check.ts';
import { invalid, notFound, Refused, wrongState } from '../kernel/problems.ts';
import type { Database, Transaction } from '../platform/database.ts';
import { rowOf } from '../platform/rows.ts';
import type { LockedVillage, VillageService } from '../villages/village.service.ts';
import { factOf, type NeedView } from './fact.ts';
import { Need } from './need.entity.ts';
import { needSubjects, statusOf, updateProblem } from './need.rules.ts';

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

/** Fields that null empties, where an absent one stays as it is. */
const CLEARABLE = ['description', 'dueOn'] as const;

const countsOpen = (need: Need): number => (need.status === 'OPEN' ? 1 : 0);

/** Needs that are there: their locks, and how they change. Cancelling one ends pledges, and stands with these. */
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

  /** Publishes what was kept as a draft. Throws Refused. */
  async publishDraft(actor: Actor, input: DraftPublication): Promise<NeedView> {
    const { idempotencyKey, ...request } = input;
    const check = new InputCheck();
    check.id('needId', 'need', input.needId);
    return this.onNeed(actor, 'publishDraft', check, idempotencyKey, request, async (tx, locked, now) => {
      const { need, village } = locked;
      if (need.status !== 'DRAFT') throw new Refused(wrongState('state.need-draft', need.status));
      this.assertVersion(need, input.version);
      const { dueOn } = need;
      if (dueOn != null && dueOn < dateInBanten(now)) {
        throw new Refused(invalid(['input', 'needId'], 'input.draft-overdue', { date: dueOn }));
      }
      Object.assign(need, { status: 'OPEN', publishedAt: now });
      this.touch(need, now);
      await this.villages.changeFigures(tx, village, {
        neededRupiah: need.unitValue * need.quantity,
        openNeeds: 1,
      });
      return ['NEED_PUBLISHED'];
    });
  }

  /** Changes a need that nobody changed since `version`. Null clears a description or a due date. */
  async update(actor: Actor, input: NeedChange): Promise<NeedView> {
    const { idempotencyKey, ...fields } = input;
    const cleared = CLEARABLE.filter((field) => input[field] === null);
    const request = { ...fields, cleared };
    const check = new InputCheck();
    check.id('needId', 'need', input.needId);
    const title = input.title == null ? undefined : check.line('title', input.title, 3, CHARACTERS.title);
    const description =
      input.description === undefined
        ? undefined
        : check.optionalProse('description', input.description, CHARACTERS.description);
    const quantity = input.quantity == null ? undefined : check.positive('quantity', input.quantity);
    const unitValue = input.unitValue == null ? undefined : check.positive('unitValue', input.unitValue);
    const dueOn = input.dueOn === undefined ? undefined : check.fromToday('dueOn', input.dueOn);
    const change = { title, description, quantity, unitValue, dueOn };
    if (Object.values(change).every((value) => value === undefined)) {
      check.fault('needId', 'input.nothing-to-change');
    }
    return this.onNeed(actor, 'updateNeed', check, idempotencyKey, request, async (tx, locked, now) => {
      const { need, village } = locked;
      this.assertVersion(need, input.version);
      const pledged = await sql`select 1 from pledges where need_id = ${need.id} limit 1`.execute(tx.sql);
      const hasPledges = pledged.rows.length > 0;
      const problem = updateProblem(need, { quantity, unitValue }, hasPledges);
      if (problem !== null) throw new Refused(problem);
      const valueBefore = need.unitValue * need.quantity;
      const openBefore = countsOpen(need);
      for (const [field, value] of Object.entries(change)) {
        if (value !== undefined) tx.em.assign(need, { [field]: value });
      }
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

  /**
   * The same for somebody who may keep it. Throws Refused. Who may not is told so before anything is held: what is hidden
   * takes neither longer than what is not there, nor can a stranger hold it up.
   */
  async lockFor(actor: Actor, tx: Transaction, needId: string): Promise<LockedNeed> {
    const { rows } = await sql<VillagePlace & { publishedAt: Date | null }>`
      select v.id, v.code, n.published_at from needs n join villages v on v.id = n.village_id
      where n.id = ${needId}`.execute(tx.sql);
    const [found] = rows;
    const hidden = found !== undefined && found.publishedAt === null && !maySeeDrafts(actor, found);
    if (found === undefined || hidden) throw new Refused(notFound(['input', 'needId'], 'not-found.need'));
    assertMayKeepNeeds(actor, found);
    return (await this.lock(tx, needId))!;
  }

  /** Puts the facts into the outbox with the state they led to, and answers that state; not yet flushed. */
  record(tx: Transaction, locked: LockedNeed, kinds: EventKind[], now: Date): NeedView {
    const village = this.villages.stateOf(locked.village);
    const need = rowOf(locked.need);
    const state = { need, village, pledge: null, partner: null };
    this.outbox.record(
      tx,
      kinds.map((kind) => factOf(kind, now, state)),
    );
    return { ...need, village };
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
    check.done(this.clock.now());
    return mutate(
      this.database,
      { actor, scope: actor.accountId, operation, key, input: request, subjects: needSubjects },
      async (tx, now) => {
        check.timely(now);
        const locked = await this.lockFor(actor, tx, request.needId);
        return this.finish(tx, locked, await work(tx, locked, now), now);
      },
    );
  }

  private async finish(
    tx: Transaction,
    locked: LockedNeed,
    kinds: EventKind[],
    now: Date,
  ): Promise<NeedView> {
    const view = this.record(tx, locked, kinds, now);
    await tx.em.flush();
    return view;
  }

  private assertVersion(need: Need, version: number): void {
    if (need.version === version) return;
    const { version: current } = need;
    throw new Refused({
      kind: 'StaleVersion',
      path: ['input', 'version'],
      key: 'stale-version',
      params: { current },
      currentVersion: current,
    });
  }

  private touch(need: Need, now: Date): void {
    need.version += 1;
    need.updatedAt = now;
  }
}
