import { defineEntity, p } from '@mikro-orm/core';
import { instant, key, reference } from '../platform/columns.ts';
import { AccountSchema } from './account.entity.ts';

export const RefusedSignInSchema = defineEntity({
  name: 'RefusedSignIn',
  tableName: 'refused_sign_ins',
  properties: {
    key: key().primary(),
    accountId: () => reference(AccountSchema, 'account_id').nullable(),
    tries: p.integer(),
    lastAt: instant(),
    unrecorded: p.integer(),
  },
  checks: [
    { name: 'refused_sign_ins_key_form', expression: `key ~ '^[0-9a-f]{64}$'` },
    { name: 'refused_sign_ins_counted', expression: 'tries >= 1 and unrecorded between 0 and tries' },
  ],
});
/**
 * How many tries to sign in were refused at an account since somebody signed in to it, whether or not there is such an
 * account; the key is a digest of what was typed. `unrecorded` of them have no entry in the audit trail yet.
 */
export class RefusedSignIn extends RefusedSignInSchema.class {}
RefusedSignInSchema.setClass(RefusedSignIn);
