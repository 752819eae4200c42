import { defineEntity, p } from '@mikro-orm/core';
import { CHARACTERS } from '../kernel/bounds.ts';
import type { Scope } from '../access/actor.ts';
import { idCheck } from '../kernel/ids.ts';
import { date, instant, key, reference, text, textCheck } from '../platform/columns.ts';
import { AccountSchema } from './account.entity.ts';

export const scopes = ['READ', 'NEEDS', 'CLAIM', 'GOVERN'] as const satisfies readonly Scope[];

const known = `array[${scopes.map((scope) => `'${scope}'`).join(', ')}]::text[]`;

export const ApiTokenSchema = defineEntity({
  name: 'ApiToken',
  tableName: 'api_tokens',
  properties: {
    id: key().primary(),
    accountId: () => reference(AccountSchema, 'account_id').index(),
    name: text(),
    scopes: p.array().$type<Scope[]>(),
    secretHash: key().unique(),
    createdAt: instant(),
    expiresAt: instant(),
    revokedAt: instant().nullable(),
    lastUsedOn: date().nullable(),
  },
  checks: [
    { name: 'api_tokens_id_form', expression: idCheck('token') },
    { name: 'api_tokens_name_length', expression: textCheck('name', 1, CHARACTERS.tokenName) },
    { name: 'api_tokens_scopes_known', expression: `scopes <@ ${known} and 'READ' = any(scopes)` },
    { name: 'api_tokens_secret_hash_form', expression: `secret_hash ~ '^[0-9a-f]{64}$'` },
    { name: 'api_tokens_expire_later', expression: 'expires_at > created_at' },
  ],
});
/** A token for somebody's own systems; of its secret only the SHA-256 digest is kept. */
export class ApiToken extends ApiTokenSchema.class {}
ApiTokenSchema.setClass(ApiToken);
