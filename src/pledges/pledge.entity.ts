import { defineEntity, p } from '@mikro-orm/core';
import { CHARACTERS } from '../kernel/bounds.ts';
import { PolicySchema } from '../balance/policy.entity.ts';
import { idCheck } from '../kernel/ids.ts';
import type { Verdict } from '../kernel/problems.ts';
import { NeedSchema } from '../needs/need.entity.ts';
import { PartnerSchema } from '../partners/partner.entity.ts';
import { date, instant, key, oneOf, reference, rupiah, text, textCheck } from '../platform/columns.ts';
import { VillageSchema } from '../villages/village.entity.ts';

export const openPledgeStatuses = ['AWAITING_APPROVAL', 'PLEDGED', 'COMMITTED', 'DELIVERING'] as const;
export const pledgeStatuses = [
  ...openPledgeStatuses,
  'FULFILLED',
  'WITHDRAWN',
  'DECLINED',
  'EXPIRED',
  'CANCELLED',
] as const;
export type PledgeStatus = (typeof pledgeStatuses)[number];

/** What has been delivered must fit the status: nothing before the first report, all of it at the end. */
const statusFollowsDeliveries = `
  case status
    when 'AWAITING_APPROVAL' then delivered = 0
    when 'PLEDGED' then delivered = 0
    when 'COMMITTED' then delivered = 0
    when 'DELIVERING' then verified < quantity
    when 'FULFILLED' then verified = quantity
    when 'DECLINED' then delivered = 0
    else delivered = verified and verified < quantity
  end`.trim();

export const PledgeSchema = defineEntity({
  name: 'Pledge',
  tableName: 'pledges',
  properties: {
    id: key().primary(),
    needId: () => reference(NeedSchema, 'need_id'),
    villageId: () => reference(VillageSchema, 'village_id'),
    partnerId: () => reference(PartnerSchema, 'partner_id'),
    holderId: () => reference(PartnerSchema, 'holder_id').nullable(),
    policyId: () => reference(PolicySchema, 'policy_id'),
    quantity: p.integer(),
    unitValue: rupiah(),
    delivered: p.integer().default(0),
    verified: p.integer().default(0),
    status: text().$type<PledgeStatus>(),
    expiresAt: instant().nullable(),
    dueOn: date(),
    note: text().nullable(),
    reason: text().nullable(),
    verdicts: p.json<Verdict[]>(),
    version: p.integer().default(1),
    createdAt: instant(),
    updatedAt: instant(),
  },
  checks: [
    { name: 'pledges_id_form', expression: idCheck('pledge') },
    {
      name: 'pledges_holder_is_another_partner',
      expression: `holder_id is null or (holder_id <> partner_id and status not in ('AWAITING_APPROVAL', 'PLEDGED', 'DECLINED'))`,
    },
    { name: 'pledges_quantity_positive', expression: 'quantity >= 1' },
    { name: 'pledges_unit_value_positive', expression: 'unit_value >= 1' },
    {
      name: 'pledges_delivered_within_quantity',
      expression: '0 <= verified and verified <= delivered and delivered <= quantity',
    },
    { name: 'pledges_status_known', expression: oneOf('status', pledgeStatuses) },
    { name: 'pledges_status_follows_deliveries', expression: statusFollowsDeliveries },
    {
      name: 'pledges_open_ones_expire',
      expression: `(expires_at is not null) = (${oneOf('status', openPledgeStatuses)})`,
    },
    {
      name: 'pledges_ended_with_reason',
      expression: `reason is not null or status not in ('WITHDRAWN', 'DECLINED', 'CANCELLED')`,
    },
    { name: 'pledges_note_length', expression: textCheck('note', 1, CHARACTERS.note) },
    { name: 'pledges_reason_length', expression: textCheck('reason', 1, CHARACTERS.reason) },
    { name: 'pledges_version_positive', expression: 'version >= 1' },
  ],
  indexes: [
    { name: 'pledges_by_need', properties: ['needId', 'id'] },
    { name: 'pledges_by_village', properties: ['villageId', 'id'] },
    { name: 'pledges_by_partner', properties: ['partnerId', 'id'] },
    {
      name: 'pledges_expiring',
      expression: `create index "pledges_expiring" on "pledges" (expires_at) where expires_at is not null`,
    },
  ],
});
/** A partner's claim on part of a need: promised, then committed (ikrar). */
export class Pledge extends PledgeSchema.class {}
PledgeSchema.setClass(Pledge);
