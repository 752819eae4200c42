import { defineEntity, p } from '@mikro-orm/core';
import { CHARACTERS } from '../kernel/bounds.ts';
import { idCheck } from '../kernel/ids.ts';
import { MAX_NEED_RUPIAH } from '../kernel/rupiah.ts';
import { SectorSchema } from '../partners/partner.entity.ts';
import {
  date,
  instant,
  key,
  oneOf,
  reference,
  rupiah,
  rupiahCheck,
  text,
  textCheck,
} from '../platform/columns.ts';
import { VillageSchema } from '../villages/village.entity.ts';

export const needStatuses = ['DRAFT', 'OPEN', 'COMMITTED', 'FULFILLED', 'CANCELLED'] as const;
export type NeedStatus = (typeof needStatuses)[number];

/** The status follows from the counters, but for the two that somebody decides. */
const statusFollowsCounters = `
  case status
    when 'OPEN' then pledged + committed < quantity
    when 'COMMITTED' then pledged + committed = quantity and verified < quantity
    when 'FULFILLED' then verified = quantity
    when 'DRAFT' then pledged = 0 and committed = 0
    else pledged = 0 and committed = verified
  end`.trim();

export const NeedSchema = defineEntity({
  name: 'Need',
  tableName: 'needs',
  properties: {
    id: key().primary(),
    villageId: () => reference(VillageSchema, 'village_id'),
    sectorCode: () => reference(SectorSchema, 'sector_code'),
    title: text(),
    description: text().nullable(),
    unit: text(),
    unitValue: rupiah(),
    quantity: p.integer(),
    pledged: p.integer().default(0),
    committed: p.integer().default(0),
    delivered: p.integer().default(0),
    verified: p.integer().default(0),
    dueOn: date().nullable(),
    urgent: p.boolean().default(false),
    status: text().$type<NeedStatus>(),
    cancelReason: text().nullable(),
    version: p.integer().default(1),
    createdAt: instant(),
    updatedAt: instant(),
    /** Null for a need that partners never saw: a draft, or one that was cancelled as a draft. */
    publishedAt: instant().nullable(),
  },
  checks: [
    { name: 'needs_id_form', expression: idCheck('need') },
    { name: 'needs_title_length', expression: textCheck('title', 3, CHARACTERS.title) },
    { name: 'needs_description_length', expression: textCheck('description', 1, CHARACTERS.description) },
    { name: 'needs_unit_length', expression: textCheck('unit', 1, CHARACTERS.unit) },
    { name: 'needs_unit_value_range', expression: rupiahCheck('unit_value', 1) },
    { name: 'needs_quantity_positive', expression: 'quantity >= 1' },
    { name: 'needs_value_range', expression: `unit_value::numeric * quantity <= ${MAX_NEED_RUPIAH}` },
    {
      name: 'needs_never_overclaimed',
      expression: 'pledged >= 0 and committed >= 0 and pledged::bigint + committed <= quantity',
    },
    {
      name: 'needs_delivered_within_committed',
      expression: '0 <= verified and verified <= delivered and delivered <= committed',
    },
    { name: 'needs_status_known', expression: oneOf('status', needStatuses) },
    { name: 'needs_status_follows_counters', expression: statusFollowsCounters },
    {
      name: 'needs_published_unless_draft',
      expression: `(published_at is null) = (status = 'DRAFT') or status = 'CANCELLED'`,
    },
    {
      name: 'needs_cancelled_with_reason',
      expression: `(status = 'CANCELLED') = (cancel_reason is not null)`,
    },
    { name: 'needs_cancel_reason_length', expression: textCheck('cancel_reason', 1, CHARACTERS.reason) },
    { name: 'needs_version_positive', expression: 'version >= 1' },
  ],
  indexes: [
    { name: 'needs_by_village', properties: ['villageId', 'id'] },
    { name: 'needs_by_sector', properties: ['sectorCode', 'status', 'id'] },
    { name: 'needs_by_status', properties: ['status', 'id'] },
    {
      name: 'needs_search',
      expression: `create index "needs_search" on "needs" using gin (to_tsvector('simple'::regconfig, title || ' ' || coalesce(description, '')))`,
    },
  ],
});
/** So many units of something, worth so much a unit, in one village and sector (kebutuhan). */
export class Need extends NeedSchema.class {}
NeedSchema.setClass(Need);

export const NeedSumSchema = defineEntity({
  name: 'NeedSum',
  tableName: 'need_sums',
  properties: {
    needId: () => reference(NeedSchema, 'need_id').primary(),
    pledged: p.integer().default(0),
    committed: p.integer().default(0),
    delivered: p.integer().default(0),
    verified: p.integer().default(0),
  },
  checks: [
    {
      name: 'need_sums_range',
      expression: 'pledged >= 0 and 0 <= verified and verified <= delivered and delivered <= committed',
    },
  ],
});
/** What the pledges of a need come to. Triggers alone write it; the need's own counters must equal it. */
export class NeedSum extends NeedSumSchema.class {}
NeedSumSchema.setClass(NeedSum);
