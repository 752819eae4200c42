import { ByteReader, readTrail, type TermTrail, varint } from '../events/feed-terms.rules.ts';
import { badArgument } from '../kernel/problems.ts';

/** A place in one history of the feed: after the event at that position, or at the beginning. */
export interface Place {
  /** 0 at the beginning. */
  position: number;
  /** Tells that event from any other that could stand there; empty at the beginning. */
  digest: string;
  cursor: string;
}

/** What a client's cursor says. */
export interface GivenPlace extends Place {
  trail: TermTrail;
}

/** What is stored of an event's place. */
export interface StoredPlace {
  position: number;
  digest: string;
  terms: string;
}

/** A place of this history. */
export type OwnPlace = Place & StoredPlace;

/** The list's name, and the version of what follows: cursors of another version are refused. */
const LIST = Buffer.from('feed:\u0001');
const DIGEST_BYTES = 8;
const MAX_LENGTH = 84;

/** Opaque to clients: position, digest and the latest terms, base64url; at most 84 characters. */
function writeFeedCursor({ position, digest, terms }: StoredPlace): string {
  const parts = [LIST, Buffer.from(varint(position)), Buffer.from(digest, 'hex'), Buffer.from(terms, 'hex')];
  return Buffer.concat(parts).toString('base64url');
}

/** The same with its cursor, which is written once for all who read it. */
export function withCursor<T extends StoredPlace>(stored: T): T & Place {
  return { ...stored, cursor: writeFeedCursor(stored) };
}

export const BEGINNING: OwnPlace = withCursor({ position: 0, digest: '', terms: '' });

function givenPlace(cursor: string): GivenPlace | null {
  if (cursor.length > MAX_LENGTH || !/^[\w-]+$/.test(cursor)) return null;
  const bytes = Buffer.from(cursor, 'base64url');
  if (bytes.toString('base64url') !== cursor || !bytes.subarray(0, LIST.length).equals(LIST)) return null;
  const reader = new ByteReader(bytes.subarray(LIST.length));
  const position = reader.varint();
  if (position === null) return null;
  const digest = position === 0 ? '' : reader.hex(DIGEST_BYTES);
  if (digest === null) return null;
  const trail = readTrail(bytes.subarray(LIST.length + varint(position).length + digest.length / 2));
  return trail === null ? null : { position, digest, cursor, trail };
}

/** The place a cursor names, whether or not it stands in this history. Throws BAD_USER_INPUT for a cursor from elsewhere. */
export function readFeedCursor(cursor: string, argument = 'after'): GivenPlace {
  const place = givenPlace(cursor);
  if (place === null) throw badArgument(argument, 'input.bad-cursor');
  return place;
}
