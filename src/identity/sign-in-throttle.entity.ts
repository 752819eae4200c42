import { defineEntity } from '@mikro-orm/core';
import { instant, key } from '../platform/columns.ts';

export const SignInThrottleSchema = defineEntity({
  name: 'SignInThrottle',
  tableName: 'sign_in_throttles',
  properties: { key: key().primary(), busyUntil: instant() },
  checks: [{ name: 'sign_in_throttles_key_form', expression: `key ~ '^[0-9a-f]{64}$'` }],
});
/** What was tried at one account or from one address lately; the key is a digest, so that no address is kept. */
export class SignInThrottle extends SignInThrottleSchema.class {}
SignInThrottleSchema.setClass(SignInThrottle);
