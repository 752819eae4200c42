import { createHash } from 'node:crypto';
import { canonicalText, type ChainedContent, GENESIS_HASH } from './audit.rules.ts';

/** Where the chain ends: the last entry's place, 0 for none, and its hash, which stands for all before it. */
export interface ChainHead {
  position: number;
  hash: string;
}

export const CHAIN_START: ChainHead = { position: 0, hash: GENESIS_HASH };

/** What the database holds of an entry, as the hash covers it; after `select`, from either table. */
export const CONTENT_COLUMNS = `
  to_char(occurred_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') as "occurredAt", action, outcome,
  actor_kind as "actorKind", account_id as "accountId", subject_ids as "subjectIds", address,
  request_id as "requestId", token_id as "tokenId"`;

/** The entry's hash, in hex: SHA-256 of its canonical text in UTF-8. */
export function hashOf(entry: ChainedContent, previousHash: string): string {
  return createHash('sha256').update(canonicalText(entry, previousHash)).digest('hex');
}
