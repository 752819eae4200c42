import { defineEntity } from '@mikro-orm/core';
import { CHARACTERS } from '../kernel/bounds.ts';
import type { Role } from '../access/actor.ts';
import { AreaSchema } from '../areas/area.entity.ts';
import { idCheck } from '../kernel/ids.ts';
import { PartnerSchema } from '../partners/partner.entity.ts';
import { instant, key, oneOf, reference, text, textCheck } from '../platform/columns.ts';
import { VillageSchema } from '../villages/village.entity.ts';

export const roles = [
  'ADMIN',
  'COORDINATOR',
  'PARTNER',
  'VILLAGE',
  'AUDITOR',
] as const satisfies readonly Role[];

export const AccountSchema = defineEntity({
  name: 'Account',
  tableName: 'accounts',
  properties: {
    id: key().primary(),
    email: key().unique(),
    name: text(),
    passwordHash: text().nullable(),
    partnerId: () => reference(PartnerSchema, 'partner_id').nullable().index(),
    createdAt: instant(),
    disabledAt: instant().nullable(),
    issuer: key().nullable(),
    subject: key().nullable(),
    claimsIssuedAt: instant().nullable(),
  },
  checks: [
    { name: 'accounts_id_form', expression: idCheck('account') },
    {
      name: 'accounts_email_form',
      expression: `email = lower(email) and email ~ '^[^@[:space:]]+@[^@[:space:]]+$' and length(email) <= ${CHARACTERS.email}`,
    },
    { name: 'accounts_name_length', expression: textCheck('name', 1, CHARACTERS.name) },
    { name: 'accounts_issuer_length', expression: `length(issuer) between 1 and ${CHARACTERS.issuer}` },
    { name: 'accounts_subject_length', expression: 'length(subject) between 1 and 255' },
    {
      name: 'accounts_origin',
      expression:
        'num_nulls(issuer, subject, claims_issued_at) in (0, 3) and (issuer is null or password_hash is null)',
    },
  ],
  uniques: [{ name: 'accounts_subject_unique', properties: ['issuer', 'subject'] }],
});
/** Somebody who may sign in: by a password, or by an issuer's token, whose newest claims say what they may do. */
export class Account extends AccountSchema.class {}
AccountSchema.setClass(Account);

export const AccountRoleSchema = defineEntity({
  name: 'AccountRole',
  tableName: 'account_roles',
  properties: {
    accountId: () => reference(AccountSchema, 'account_id').primary(),
    role: key().$type<Role>().primary(),
  },
  checks: [{ name: 'account_roles_known', expression: oneOf('role', roles) }],
});
export class AccountRole extends AccountRoleSchema.class {}
AccountRoleSchema.setClass(AccountRole);

export const AccountAreaSchema = defineEntity({
  name: 'AccountArea',
  tableName: 'account_areas',
  properties: {
    accountId: () => reference(AccountSchema, 'account_id').primary(),
    areaId: () => reference(AreaSchema, 'area_id').primary(),
  },
});
/** An area that a coordinator coordinates. */
export class AccountArea extends AccountAreaSchema.class {}
AccountAreaSchema.setClass(AccountArea);

export const AccountVillageSchema = defineEntity({
  name: 'AccountVillage',
  tableName: 'account_villages',
  properties: {
    accountId: () => reference(AccountSchema, 'account_id').primary(),
    villageId: () => reference(VillageSchema, 'village_id').primary(),
  },
});
/** A village that a cadre or working group speaks for. */
export class AccountVillage extends AccountVillageSchema.class {}
AccountVillageSchema.setClass(AccountVillage);
