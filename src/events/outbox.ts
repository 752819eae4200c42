import { type RawBuilder, sql } from 'kysely';
import { givenRows } from '../platform/given-rows.ts';
import type { Statements } from '../platform/pipeline.ts';
import type { EventKind } from './event.entity.ts';

/**
 * A fact to be told on the feed: `snapshot` is all that the event will ever show to everybody, `words` what it shows
 * to those alone who may read what was written in confidence.
 */
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
  words: object | null;
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

  /** Written at the end of the transaction, in this order. */
  record(tx: Statements, facts: readonly Fact[]): void {
    if (facts.length === 0) return;
    tx.atEnd('told', insertOf(facts));
    tx.afterCommit(this.wakeRelay);
  }
}

const factColumns = {
  kind: 'text',
  occurredAt: 'timestamptz',
  villageCode: 'text',
  villageId: 'text',
  needId: 'text',
  sectorCode: 'text',
  pledgeId: 'text',
  partnerId: 'text',
  snapshot: 'jsonb',
  words: 'jsonb',
} as const;

function insertOf(facts: readonly Fact[]): RawBuilder<unknown> {
  return sql`
    insert into outbox (kind, occurred_at, village_code, village_id, need_id, sector_code, pledge_id, partner_id, snapshot,
      words)
    select * from ${givenRows(facts, factColumns)} as f`;
}
