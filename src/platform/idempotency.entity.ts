import { defineEntity, p } from '@mikro-orm/core';
import { instant, key } from './columns.ts';

export const IdempotencyKeySchema = defineEntity({
  name: 'IdempotencyKey',
  tableName: 'idempotency_keys',
  properties: {
    scope: key().primary(),
    operation: key().primary(),
    key: key().primary(),
    inputHash: key(),
    answer: p.json<unknown>().nullable(),
    createdAt: instant(),
  },
  checks: [{ name: 'idempotency_keys_length', expression: 'length(key) between 1 and 200' }],
  indexes: [{ name: 'idempotency_keys_by_age', properties: ['createdAt'] }],
});
/**
 * What a request was answered, so that sending it again has no second effect. `scope` is the partner or the
 * account that asked; kept for at least 7 days.
 */
export class IdempotencyKey extends IdempotencyKeySchema.class {}
IdempotencyKeySchema.setClass(IdempotencyKey);
