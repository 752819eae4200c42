import { defineEntity, p } from '@mikro-orm/core';
import { PartnerSchema } from '../partners/partner.entity.ts';
import { instant, key, oneOf, reference, rupiah, rupiahCheck, text } from '../platform/columns.ts';

export const entryKinds = ['PEND', 'POST', 'VOID'] as const;
export type EntryKind = (typeof entryKinds)[number];

export const LedgerEntrySchema = defineEntity({
  name: 'LedgerEntry',
  tableName: 'ledger_entries',
  properties: {
    id: p.bigint('number').primary().autoincrement(),
    kind: text().$type<EntryKind>(),
    pledgeId: key(),
    supporterId: () => reference(PartnerSchema, 'supporter_id').index(),
    holderId: () => reference(PartnerSchema, 'holder_id').index(),
    amountRupiah: rupiah(),
    createdAt: instant(),
  },
  checks: [
    { name: 'ledger_entries_kind_known', expression: oneOf('kind', entryKinds) },
    { name: 'ledger_entries_amount_range', expression: rupiahCheck('amount_rupiah', 1) },
    { name: 'ledger_entries_never_to_oneself', expression: 'supporter_id <> holder_id' },
  ],
  indexes: [{ name: 'ledger_entries_by_pledge', properties: ['pledgeId', 'id'] }],
});
/**
 * Support from one partner to the mandate of another: pending at commit, posted as it is verified, voided when a
 * pledge ends with a rest. Append only; every entry counts for both sides, so the books sum to zero.
 */
export class LedgerEntry extends LedgerEntrySchema.class {}
LedgerEntrySchema.setClass(LedgerEntry);

export const PartnerBalanceSchema = defineEntity({
  name: 'PartnerBalance',
  tableName: 'partner_balances',
  properties: {
    partnerId: () => reference(PartnerSchema, 'partner_id').primary(),
    givenPendingRupiah: rupiah().default(0),
    givenPostedRupiah: rupiah().default(0),
    receivedPendingRupiah: rupiah().default(0),
    receivedPostedRupiah: rupiah().default(0),
  },
  checks: [
    { name: 'partner_balances_given_pending_range', expression: rupiahCheck('given_pending_rupiah') },
    { name: 'partner_balances_given_posted_range', expression: rupiahCheck('given_posted_rupiah') },
    { name: 'partner_balances_received_pending_range', expression: rupiahCheck('received_pending_rupiah') },
    { name: 'partner_balances_received_posted_range', expression: rupiahCheck('received_posted_rupiah') },
  ],
});
/** A partner's books, kept in step with its entries in the same transaction. */
export class PartnerBalance extends PartnerBalanceSchema.class {}
PartnerBalanceSchema.setClass(PartnerBalance);
