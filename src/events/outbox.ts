import type { Transaction } from '../platform/database.ts';
import { Event, type EventKind } from './event.entity.ts';

/** A fact to be told on the feed; `snapshot` is all that the event will ever show. */
export interface Fact {
  kind: EventKind;
  occurredAt: Date;
  villageId: string;
  villageCode: string;
  needId: string;
  sectorCode: string;
  pledgeId: string | null;
  partnerId: string | null;
  snapshot: object;
}

/**
 * Writes facts in the caller's own transaction, so that a fact and its event are there together or not at all.
 * No NOTIFY here: it would make commits wait for each other; the relay is woken after the commit.
 */
export class Outbox {
  private readonly wakeRelay: () => void;

  constructor(wakeRelay: () => void) {
    this.wakeRelay = wakeRelay;
  }

  record(tx: Transaction, facts: readonly Fact[]): void {
    for (const fact of facts) tx.em.persist(tx.em.create(Event, fact));
    tx.afterCommit(this.wakeRelay);
  }
}
