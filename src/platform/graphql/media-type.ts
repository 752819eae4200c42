import Negotiator from 'negotiator';
import QuickLRU from 'quick-lru';

/** What an answer can be sent as; the first where the client does not mind. */
const OFFERED = ['application/json', 'application/graphql-response+json'];

/** Clients send the same few headers. */
const chosen = new QuickLRU<string, string | null>({ maxSize: 100 });

/** The media type of a single answer for this `Accept`, as GraphQL over HTTP has it; null where the client takes none of ours. */
export function mediaTypeFor(accept: string | undefined): string | null {
  if (accept === undefined) return `${OFFERED[0]}; charset=utf-8`;
  const known = chosen.get(accept);
  if (known !== undefined) return known;
  const preferred = new Negotiator({ headers: { accept } }).mediaType(OFFERED);
  const type = preferred === undefined ? null : `${preferred}; charset=utf-8`;
  chosen.set(accept, type);
  return type;
}
