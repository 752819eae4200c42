import { sql } from 'kysely';
import type { Actor } from '../access/actor.ts';
import type { BatchFunction } from '../platform/batch.ts';
import type { Database } from '../platform/database.ts';

/** What is written in confidence between a partner, a village and those who answer for both. */
export interface PledgeWords {
  note: string | null;
  reason: string | null;
}

export interface DeliveryWords extends PledgeWords {
  verificationNote: string | null;
  evidence: string[];
}

/** Whose words somebody asks for: of a pledge or a delivery as it is, or as of an event where one is named. */
export interface WordsKey {
  asker: Actor;
  id: string;
  eventId?: number;
}

type Worded<T> = T & { id: string };
type EventWords = Worded<PledgeWords> & { deliveries: Worded<DeliveryWords>[] };

/**
 * The words of pledges and deliveries, which no other read shows. The database gives them to an asker alone who may
 * see them; for anybody else, and for what is not there, they are null.
 */
export class Words {
  private readonly database: Database;

  constructor(database: Database) {
    this.database = database;
  }

  readonly ofPledge: BatchFunction<WordsKey, PledgeWords | null> = (keys) =>
    this.read(keys, 'pledge_words', (pledge, id) => (pledge.id === id ? pledge : null));

  readonly ofDelivery: BatchFunction<WordsKey, DeliveryWords | null> = (keys) =>
    this.read(
      keys,
      'delivery_words',
      ({ deliveries }, id) => deliveries.find((one) => one.id === id) ?? null,
    );

  /** All keys of one batch have the same asker. */
  private async read<T extends PledgeWords>(
    keys: readonly WordsKey[],
    view: 'pledge_words' | 'delivery_words',
    within: (pledge: EventWords, id: string) => T | null,
  ): Promise<(T | null)[]> {
    const ids = keys.flatMap(({ id, eventId }) => (eventId === undefined ? [id] : []));
    const eventIds = keys.flatMap(({ eventId }) => eventId ?? []);
    const now = new Map<string, T>();
    const then = new Map<number, EventWords>();
    await this.database.readAs(keys[0]!.asker, async (db) => {
      if (ids.length > 0) {
        const { rows } = await sql<Worded<T>>`
          select * from ${sql.table(view)} where id = any(${ids})`.execute(db);
        for (const row of rows) now.set(row.id, row);
      }
      if (eventIds.length === 0) return;
      const { rows } = await sql<{ id: number; pledge: EventWords }>`
        select * from event_words where id = any(${eventIds})`.execute(db);
      for (const { id, pledge } of rows) then.set(id, pledge);
    });
    return keys.map(({ id, eventId }) => {
      if (eventId === undefined) return now.get(id) ?? null;
      const pledge = then.get(eventId);
      return pledge === undefined ? null : within(pledge, id);
    });
  }
}
