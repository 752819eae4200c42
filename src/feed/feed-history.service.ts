import { sql } from 'kysely';
import type { Term } from '../events/feed-terms.rules.ts';
import { RequestError } from '../kernel/problems.ts';
import type { Database, Sql } from '../platform/database.ts';
import {
  BEGINNING,
  type OwnPlace,
  type Place,
  readFeedCursor,
  type StoredPlace,
  withCursor,
} from './feed-cursor.ts';
import { type KnownTerm, sharedPosition } from './feed-history.rules.ts';

/** What somebody has of the feed is of another history: nothing after `shared` stands here. */
export class FeedRestored extends RequestError {
  /** The last place that both histories share, as far as it can be known. */
  readonly shared: OwnPlace;

  constructor(shared: OwnPlace) {
    const { position, cursor } = shared;
    super('FEED_RESTORED', { key: 'feed.restored', params: { position } }, { position, cursor });
    this.name = 'FeedRestored';
    this.shared = shared;
  }
}

interface Known {
  here: number;
  firstAfter: number | null;
  isBehind: boolean;
  same: KnownTerm[] | null;
}

/**
 * Which places are of this history. A restore to an earlier point, or a failover that loses commits, makes another one: the
 * same position then holds another event, or none.
 */
export class FeedHistory {
  private readonly reads: Sql;

  constructor({ reads }: Pick<Database, 'reads'>) {
    this.reads = reads;
  }

  /** The last place that was given; the beginning when nothing has happened yet. */
  async end(): Promise<OwnPlace> {
    const { rows } = await sql<StoredPlace>`
      select e.position, digest, terms from feed_head h join events e on e.position = h.position`.execute(
      this.reads,
    );
    return rows[0] === undefined ? BEGINNING : withCursor(rows[0]);
  }

  /** The place of a client's cursor. Throws BAD_USER_INPUT for a cursor from elsewhere, and as `assertStands` does. */
  async placeOf(cursor: string): Promise<Place> {
    const place = readFeedCursor(cursor);
    await this.assertStands(place);
    return place;
  }

  /** Throws FeedRestored unless that event stands at its position; SERVICE_UNAVAILABLE where it may only be late. */
  async assertStands(place: Place): Promise<void> {
    if (place.position === 0) return;
    const { position, digest } = place;
    const { rows } = await sql<object>`
      select from events where position = ${position} and digest = ${digest}`.execute(this.reads);
    if (rows.length === 0) throw await this.partedFrom(place);
  }

  /** What whoever stands at a place is told that does not stand here. */
  async partedFrom({ position, cursor }: Place): Promise<RequestError> {
    const { trail } = readFeedCursor(cursor);
    const { here, firstAfter, same, isBehind } = await this.known(trail.terms);
    // A standby has not replayed it yet; nothing was restored.
    if (isBehind && position > here) {
      return new RequestError('SERVICE_UNAVAILABLE', { key: 'feed.not-here-yet' }, { retryAfterSeconds: 1 });
    }
    const terms = { same: same ?? [], firstAfter: firstAfter ?? here };
    return new FeedRestored(await this.placeAt(sharedPosition(position, trail, terms)));
  }

  private async known(terms: readonly Term[]): Promise<Known> {
    const { rows } = await sql<Known>`
      with given as (select * from jsonb_to_recordset(${JSON.stringify(terms)}::jsonb) as g (ordinal int, id text, "after" bigint))
      select h.position as here, pg_is_in_recovery() as is_behind,
        (select "after" from feed_terms where ordinal = 1) as first_after,
        (select jsonb_agg(jsonb_build_object('ordinal', t.ordinal, 'id', t.id, 'after', t."after", 'end',
            coalesce((select "after" from feed_terms where ordinal = t.ordinal + 1), h.position)))
          from given join feed_terms t on t.ordinal = given.ordinal and t.id = given.id and t."after" = given."after") as same
      from feed_head h`.execute(this.reads);
    return rows[0]!;
  }

  private async placeAt(position: number): Promise<OwnPlace> {
    if (position === 0) return BEGINNING;
    const { rows } = await sql<StoredPlace>`
      select position, digest, terms from events where position = ${position}`.execute(this.reads);
    return withCursor(rows[0]!);
  }
}
