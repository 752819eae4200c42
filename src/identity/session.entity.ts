import { defineEntity } from '@mikro-orm/core';
import { idCheck } from '../kernel/ids.ts';
import { instant, key, reference } from '../platform/columns.ts';
import { AccountSchema } from './account.entity.ts';

export const SessionSchema = defineEntity({
  name: 'Session',
  tableName: 'sessions',
  properties: {
    id: key().primary(),
    accountId: () => reference(AccountSchema, 'account_id'),
    createdAt: instant(),
    expiresAt: instant(),
    endedAt: instant().nullable(),
  },
  checks: [
    { name: 'sessions_id_form', expression: idCheck('token') },
    { name: 'sessions_expire_later', expression: 'expires_at > created_at' },
  ],
  indexes: [{ name: 'sessions_by_account', properties: ['accountId', 'createdAt'] }],
});
/**
 * What a signed token stands for; its id is the `jti` of a token of the hub's own, and a digest of an issuer's. Once ended,
 * the token is worth nothing.
 */
export class Session extends SessionSchema.class {}
SessionSchema.setClass(Session);
