import { defineEntity, p } from '@mikro-orm/core';
import { CHARACTERS, ENTRIES } from '../kernel/bounds.ts';
import { idCheck } from '../kernel/ids.ts';
import { date, instant, key, oneOf, reference, text, textCheck } from '../platform/columns.ts';
import { PledgeSchema } from '../pledges/pledge.entity.ts';

export const deliveryStatuses = ['REPORTED', 'VERIFIED', 'DISPUTED'] as const;
export type DeliveryStatus = (typeof deliveryStatuses)[number];

export const DeliverySchema = defineEntity({
  name: 'Delivery',
  tableName: 'deliveries',
  properties: {
    id: key().primary(),
    pledgeId: () => reference(PledgeSchema, 'pledge_id'),
    quantity: p.integer(),
    deliveredOn: date(),
    status: text().$type<DeliveryStatus>(),
    note: text().nullable(),
    verificationNote: text().nullable(),
    reason: text().nullable(),
    evidence: p.array().columnType('text[]'),
    createdAt: instant(),
    decidedAt: instant().nullable(),
  },
  checks: [
    { name: 'deliveries_id_form', expression: idCheck('delivery') },
    { name: 'deliveries_quantity_positive', expression: 'quantity >= 1' },
    { name: 'deliveries_status_known', expression: oneOf('status', deliveryStatuses) },
    { name: 'deliveries_disputed_with_reason', expression: `(status = 'DISPUTED') = (reason is not null)` },
    {
      name: 'deliveries_noted_when_verified',
      expression: `status = 'VERIFIED' or verification_note is null`,
    },
    { name: 'deliveries_decided_at_a_time', expression: `(status = 'REPORTED') = (decided_at is null)` },
    { name: 'deliveries_note_length', expression: textCheck('note', 1, CHARACTERS.note) },
    {
      name: 'deliveries_verification_note_length',
      expression: textCheck('verification_note', 1, CHARACTERS.note),
    },
    { name: 'deliveries_reason_length', expression: textCheck('reason', 1, CHARACTERS.reason) },
    { name: 'deliveries_evidence_count', expression: `cardinality(evidence) <= ${ENTRIES.evidence}` },
  ],
  indexes: [{ name: 'deliveries_by_pledge', properties: ['pledgeId', 'id'] }],
});
/** What arrived, reported by the partner, verified or disputed by the village (penyaluran). */
export class Delivery extends DeliverySchema.class {}
DeliverySchema.setClass(Delivery);
