import type { Actor } from '../access/actor.ts';
import type { ActorKind, AuditOutcome } from './audit.entity.ts';

/** Who did what to what. Only names and ids: no text that people wrote, no secret, no address of a person. */
export interface Act {
  /** Null for the hub itself, when a time is over. */
  actor: Actor | null;
  /** The mutation's name, or that of the hub's own step. */
  action: string;
  /** Ids of what was made or changed, then of what that belongs to. */
  subjectIds: readonly string[];
  /** REFUSED is kept of attempts to sign in alone. */
  outcome?: AuditOutcome;
}

/** What is kept of an act, in the order in which it is written down. */
export interface AuditContent {
  action: string;
  outcome: AuditOutcome;
  actorKind: ActorKind;
  accountId: string | null;
  subjectIds: readonly string[];
  address: string | null;
  requestId: string | null;
  tokenId: string | null;
}

export function contentOf({ actor, action, subjectIds, outcome = 'DONE' }: Act): AuditContent {
  const accountId = actor?.accountId ?? null;
  const kind = accountId === null ? 'ANONYMOUS' : 'ACCOUNT';
  return {
    action,
    outcome,
    actorKind: actor === null ? 'SYSTEM' : kind,
    accountId,
    subjectIds,
    address: actor?.origin.address ?? null,
    requestId: actor?.origin.requestId ?? null,
    tokenId: actor?.origin.tokenId ?? null,
  };
}

/** A link of the chain, as its hash covers it. */
export interface ChainedContent extends AuditContent {
  position: number;
  pendingId: number;
  /** In UTC with microseconds, which is all that the database knows of it. */
  occurredAt: string;
}

/** What stands before the first entry. */
export const GENESIS_HASH = '0'.repeat(64);

/** The one text that is hashed for an entry: JSON (RFC 8259) without spaces, of these fields in this order. */
export function canonicalText(entry: ChainedContent, previousHash: string): string {
  const { action, outcome, actorKind, accountId, subjectIds, address, requestId, tokenId } = entry;
  return JSON.stringify([
    'sinergi-audit-1',
    previousHash,
    entry.position,
    entry.pendingId,
    entry.occurredAt,
    action,
    outcome,
    actorKind,
    accountId,
    subjectIds,
    address,
    requestId,
    tokenId,
  ]);
}
