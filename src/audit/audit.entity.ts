import { defineEntity, p } from '@mikro-orm/core';
import { CHARACTERS, ENTRIES } from '../kernel/bounds.ts';
import { instant, key, oneOf, text } from '../platform/columns.ts';

export const actorKinds = ['ACCOUNT', 'SYSTEM', 'ANONYMOUS'] as const;
/** Somebody who signed in, the hub itself by the clock, or somebody who did not sign in. */
export type ActorKind = (typeof actorKinds)[number];

export const auditOutcomes = ['DONE', 'REFUSED'] as const;
export type AuditOutcome = (typeof auditOutcomes)[number];

/** How many things an act may name: what was made or changed first, then what that belongs to. */
export const MAX_SUBJECTS = ENTRIES.subjects;
/** Characters of an id or an address. */
export const MAX_WORD = CHARACTERS.auditWord;

/**
 * What is kept of an act. Nothing refers to other tables: a reference would lock an account's row for each act, and the
 * trail stands whatever becomes of what it names.
 */
const content = () => ({
  occurredAt: instant(),
  action: key(),
  outcome: text().$type<AuditOutcome>(),
  actorKind: text().$type<ActorKind>(),
  accountId: key().nullable(),
  subjectIds: p.array().columnType('text[]').collation('C'),
  address: key().nullable(),
  requestId: key().nullable(),
  tokenId: key().nullable(),
});

const words = ['account_id', 'address', 'request_id', 'token_id'];

const contentChecks = (table: string) => [
  { name: `${table}_action_form`, expression: `action ~ '^[a-z][A-Za-z]{1,59}$'` },
  { name: `${table}_outcome_known`, expression: oneOf('outcome', auditOutcomes) },
  { name: `${table}_actor_known`, expression: oneOf('actor_kind', actorKinds) },
  { name: `${table}_account_named`, expression: `(actor_kind = 'ACCOUNT') = (account_id is not null)` },
  { name: `${table}_subjects_few`, expression: `cardinality(subject_ids) <= ${MAX_SUBJECTS}` },
  {
    name: `${table}_words_short`,
    expression: words.map((word) => `coalesce(length(${word}), 0) <= ${MAX_WORD}`).join(' and '),
  },
];

export const AuditPendingSchema = defineEntity({
  name: 'AuditPending',
  tableName: 'audit_pending',
  properties: { id: p.bigint('number').primary().autoincrement(), ...content() },
  checks: contentChecks('audit_pending'),
});
/** An act that has no place in the chain yet; written in the act's own transaction, and moved moments after it. */
export class AuditPending extends AuditPendingSchema.class {}
AuditPendingSchema.setClass(AuditPending);

const subjectIndex = (_: unknown, index: number) => ({
  name: `audit_entries_by_subject_${index + 1}`,
  expression: `create index "audit_entries_by_subject_${index + 1}" on "audit_entries" ((subject_ids[${index + 1}]), occurred_at, position) where subject_ids[${index + 1}] is not null`,
});

export const AuditEntrySchema = defineEntity({
  name: 'AuditEntry',
  tableName: 'audit_entries',
  properties: {
    /** Place in the chain, contiguous from 1. */
    position: p.bigint('number').primary().autoincrement(false),
    /** Its id while it was pending: no act is chained twice. */
    pendingId: p.bigint('number').unique(),
    ...content(),
    /** SHA-256 of the entry and of the hash before it, in hex. */
    hash: key(),
  },
  checks: [
    { name: 'audit_entries_position_positive', expression: 'position >= 1' },
    { name: 'audit_entries_hash_form', expression: `hash ~ '^[0-9a-f]{64}$'` },
    ...contentChecks('audit_entries'),
  ],
  indexes: [
    { name: 'audit_entries_by_time', properties: ['occurredAt', 'position'] },
    { name: 'audit_entries_by_account', properties: ['accountId', 'occurredAt', 'position'] },
    { name: 'audit_entries_by_action', properties: ['action', 'occurredAt', 'position'] },
    {
      name: 'audit_entries_refused',
      expression: `create index "audit_entries_refused" on "audit_entries" (occurred_at, position) where outcome = 'REFUSED'`,
    },
    ...Array.from({ length: MAX_SUBJECTS }, subjectIndex),
  ],
});
/** An act in its place. Never changed and never removed. */
export class AuditEntry extends AuditEntrySchema.class {}
AuditEntrySchema.setClass(AuditEntry);
