import { defineEntity } from '@mikro-orm/core';
import { instant, key, reference } from '../platform/columns.ts';
import { AccountSchema } from './account.entity.ts';

export const InvitationSchema = defineEntity({
  name: 'Invitation',
  tableName: 'invitations',
  properties: {
    accountId: () => reference(AccountSchema, 'account_id').primary(),
    secretHash: key().unique(),
    createdAt: instant(),
    expiresAt: instant(),
  },
  checks: [
    { name: 'invitations_secret_hash_form', expression: `secret_hash ~ '^[0-9a-f]{64}$'` },
    { name: 'invitations_expire_later', expression: 'expires_at > created_at' },
  ],
});
/** An invitation that nobody has accepted; of its secret only the SHA-256 digest is kept. */
export class Invitation extends InvitationSchema.class {}
InvitationSchema.setClass(Invitation);
