import { LockMode } from '@mikro-orm/core';
import { sql } from 'kysely';
import { assertActsFor, assertMayVerify, assertSignedIn } from '../access/access.rules.ts';
import type { Actor } from '../access/actor.ts';
import { mutate } from '../audit/audit-trail.service.ts';
import type { EventKind } from '../events/event.entity.ts';
import { CHARACTERS } from '../kernel/bounds.ts';
import type { Clock } from '../kernel/clock.ts';
import { InputCheck } from '../kernel/input-check.ts';
import { invalid, notFound, Refused, wrongState } from '../kernel/problems.ts';
import type { BatchFunction } from '../platform/batch.ts';
import type { Database, Transaction } from '../platform/database.ts';
import { newId } from '../platform/ids.ts';
import { lookup } from '../platform/lookup.ts';
import { type NestedKey, nestedPages } from '../platform/nested-pages.ts';
import type { ListOrder, Page } from '../platform/page.ts';
import { type Row, rowOf } from '../platform/rows.ts';
import type { HeldPledge, PledgeBook, PledgePlace, PledgeView } from '../pledges/pledge-book.service.ts';
import {
  type Decision,
  disputeDelivery,
  pledgeSubjects,
  reportDelivery,
  verifyDelivery,
} from '../pledges/pledge.rules.ts';
import type { DeliveryWords } from '../pledges/words.service.ts';
import { Delivery } from './delivery.entity.ts';

/** Reads do without the words in confidence (words.service.ts); what a change answers has them. */
export type DeliveryRow = Omit<Row<Delivery>, keyof DeliveryWords> & Partial<DeliveryWords>;
/** A delivery as reads, answers and events show it, with its pledge where that is shown as of the same moment. */
export type DeliveryView = DeliveryRow & { pledge?: PledgeView };

export interface DeliveryReport {
  pledgeId: string;
  quantity: number;
  deliveredOn: string;
  note?: string | null;
  evidence?: string[] | null;
  idempotencyKey: string;
}

export interface DeliveryVerification {
  deliveryId: string;
  note?: string | null;
  idempotencyKey?: string | null;
}

export interface DeliveryDispute {
  deliveryId: string;
  reason: string;
  idempotencyKey?: string | null;
}

const MAX_DELIVERIES = 100;

/** The deliveries of a pledge, in the order in which they were reported. */
export const deliveryOrder: ListOrder = { name: 'deliveries', place: 'id', direction: 'asc' };

const subjects = ({ id, pledge }: DeliveryView): string[] => [id, ...pledgeSubjects(pledge!)];

/** Deliveries: the partner reports what arrived, the village verifies or disputes it. */
export class DeliveryService {
  readonly byId: BatchFunction<string, DeliveryRow | null>;
  /** A page of the deliveries of each pledge. */
  readonly ofPledge: BatchFunction<NestedKey<null>, Page<DeliveryRow>>;
  private readonly database: Database;
  private readonly clock: Clock;
  private readonly book: PledgeBook;

  constructor(database: Database, clock: Clock, book: PledgeBook) {
    this.database = database;
    this.clock = clock;
    this.book = book;
    this.byId = lookup<DeliveryRow>(database, 'deliveries', 'id');
    this.ofPledge = nestedPages(() => database.rows, {
      table: 'deliveries',
      parent: 'pledge_id',
      order: deliveryOrder,
      where: () => () => sql`true`,
    });
  }

  /** Reports a part, or all, of a committed pledge as delivered. Throws Refused. */
  async report(actor: Actor, input: DeliveryReport): Promise<DeliveryView> {
    assertSignedIn(actor);
    const check = new InputCheck();
    check.id('pledgeId', 'pledge', input.pledgeId);
    check.positive('quantity', input.quantity);
    check.untilToday('deliveredOn', input.deliveredOn);
    const note = check.optionalProse('note', input.note, CHARACTERS.note);
    const evidence = check.evidence('evidence', input.evidence);
    const key = check.idempotencyKey(input.idempotencyKey);
    check.done(this.clock.now());
    const { idempotencyKey: _, ...request } = input;
    const scope = actor.partnerId ?? actor.accountId;
    return mutate(
      this.database,
      { actor, scope, operation: 'reportDelivery', key, input: request, subjects },
      async (tx, now) => {
        check.timely(now);
        const allow = ({ partnerId }: PledgePlace) => assertActsFor(actor, partnerId);
        const held = await this.book.hold(tx, input.pledgeId, allow);
        if (held === null) throw new Refused(notFound(['input', 'pledgeId'], 'not-found.pledge'));
        await this.assertRoom(tx, held.pledge.id);
        await this.book.apply(tx, held, reportDelivery(held.pledge, input.quantity, now), now);
        const delivery = tx.em.create(Delivery, {
          id: newId('delivery'),
          pledgeId: held.pledge.id,
          quantity: input.quantity,
          deliveredOn: input.deliveredOn,
          status: 'REPORTED',
          note,
          evidence,
          createdAt: now,
        });
        tx.em.persist(delivery);
        return this.finish(tx, held, delivery, 'DELIVERY_REPORTED', now);
      },
    );
  }

  async verify(actor: Actor, input: DeliveryVerification): Promise<DeliveryView> {
    const check = new InputCheck();
    const verificationNote = check.optionalProse('note', input.note, CHARACTERS.note);
    return this.decide(actor, 'verifyDelivery', input, check, ({ pledge }, delivery) => {
      Object.assign(delivery, { status: 'VERIFIED', verificationNote });
      return verifyDelivery(pledge, delivery.quantity);
    });
  }

  async dispute(actor: Actor, input: DeliveryDispute): Promise<DeliveryView> {
    const check = new InputCheck();
    const reason = check.prose('reason', input.reason, CHARACTERS.reason);
    return this.decide(actor, 'disputeDelivery', input, check, ({ pledge }, delivery) => {
      Object.assign(delivery, { status: 'DISPUTED', reason });
      return disputeDelivery(pledge, delivery.quantity);
    });
  }

  /** An event keeps a pledge with all its deliveries, so their number has a bound. */
  private async assertRoom(tx: Transaction, pledgeId: string): Promise<void> {
    const reported = await tx.em.count(Delivery, { pledgeId });
    if (reported < MAX_DELIVERIES) return;
    throw new Refused(invalid(['input', 'pledgeId'], 'input.too-many-deliveries', { max: MAX_DELIVERIES }));
  }

  private async decide(
    actor: Actor,
    operation: 'verifyDelivery' | 'disputeDelivery',
    input: DeliveryVerification | DeliveryDispute,
    check: InputCheck,
    step: (held: HeldPledge, delivery: Delivery) => Decision,
  ): Promise<DeliveryView> {
    assertSignedIn(actor);
    check.id('deliveryId', 'delivery', input.deliveryId);
    const key = check.idempotencyKey(input.idempotencyKey);
    check.done();
    const { idempotencyKey: _, ...request } = input;
    return mutate(
      this.database,
      { actor, scope: actor.accountId, operation, key, input: request, subjects },
      async (tx, now) => {
        const found = await sql<{ pledgeId: string }>`
        select pledge_id from deliveries where id = ${input.deliveryId}`.execute(tx.sql);
        if (found.rows.length === 0) {
          throw new Refused(notFound(['input', 'deliveryId'], 'not-found.delivery'));
        }
        const allow = ({ village, partnerId }: PledgePlace) => assertMayVerify(actor, village, partnerId);
        const held = (await this.book.hold(tx, found.rows[0]!.pledgeId, allow))!;
        const lock = { lockMode: LockMode.PESSIMISTIC_WRITE } as const;
        const delivery = (await tx.em.findOne(Delivery, input.deliveryId, lock))!;
        if (delivery.status !== 'REPORTED') throw new Refused(wrongState('state.delivery', delivery.status));
        await this.book.apply(tx, held, step(held, delivery), now);
        delivery.decidedAt = now;
        const kind = operation === 'verifyDelivery' ? 'DELIVERY_VERIFIED' : 'DELIVERY_DISPUTED';
        return this.finish(tx, held, delivery, kind, now);
      },
    );
  }

  /** The last verification fulfils the pledge, and maybe the need: each is a fact of its own. */
  private async finish(
    tx: Transaction,
    held: HeldPledge,
    delivery: Delivery,
    kind: EventKind,
    now: Date,
  ): Promise<DeliveryView> {
    const kinds: EventKind[] = [kind];
    if (held.pledge.status === 'FULFILLED') kinds.push('PLEDGE_FULFILLED');
    if (kind === 'DELIVERY_VERIFIED' && held.need.status === 'FULFILLED') kinds.push('NEED_FULFILLED');
    const pledge = await this.book.record(tx, held, kinds, now);
    return { ...rowOf(delivery), pledge };
  }
}
