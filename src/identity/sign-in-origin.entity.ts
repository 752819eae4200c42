import { defineEntity } from '@mikro-orm/core';
import { date, key, oneOf, reference, text } from '../platform/columns.ts';
import { AccountSchema } from './account.entity.ts';

export const originKinds = ['DEVICE', 'NETWORK'] as const;
export type OriginKind = (typeof originKinds)[number];

export const SignInOriginSchema = defineEntity({
  name: 'SignInOrigin',
  tableName: 'sign_in_origins',
  properties: {
    accountId: () => reference(AccountSchema, 'account_id').primary(),
    key: key().primary(),
    kind: text().$type<OriginKind>(),
    lastUsedOn: date(),
  },
  checks: [
    { name: 'sign_in_origins_key_form', expression: `key ~ '^[0-9a-f]{64}$'` },
    { name: 'sign_in_origins_kind_known', expression: oneOf('kind', originKinds) },
  ],
  indexes: [{ name: 'sign_in_origins_by_key', properties: ['key'] }],
});
/** A device or a network from which an account signed in; the key is a digest, so that no address is kept. */
export class SignInOrigin extends SignInOriginSchema.class {}
SignInOriginSchema.setClass(SignInOrigin);
