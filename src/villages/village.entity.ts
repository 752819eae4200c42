import { defineEntity, p } from '@mikro-orm/core';
import { CHARACTERS } from '../kernel/bounds.ts';
import { AreaSchema } from '../areas/area.entity.ts';
import { idCheck } from '../kernel/ids.ts';
import { MAX_VILLAGE_RUPIAH } from '../kernel/rupiah.ts';
import { ClusterSchema, PartnerSchema } from '../partners/partner.entity.ts';
import { key, oneOf, reference, rupiah, rupiahCheck, text, textCheck } from '../platform/columns.ts';

export const synergyLevels = ['UNTOUCHED', 'SINGLE_COLOUR', 'MULTI_COLOUR', 'SYNERGY'] as const;
export type SynergyLevel = (typeof synergyLevels)[number];

export const VillageSchema = defineEntity({
  name: 'Village',
  tableName: 'villages',
  properties: {
    id: key().primary(),
    areaId: () => reference(AreaSchema, 'area_id').unique(),
    code: key().unique(),
    name: text(),
    neededRupiah: rupiah().default(0),
    pledgedRupiah: rupiah().default(0),
    committedRupiah: rupiah().default(0),
    deliveredRupiah: rupiah().default(0),
    verifiedRupiah: rupiah().default(0),
    openNeeds: p.integer().default(0),
    diversity: p.float().columnType('double precision').default(0),
    synergy: text().$type<SynergyLevel>().default('UNTOUCHED'),
  },
  checks: [
    { name: 'villages_id_form', expression: idCheck('village') },
    { name: 'villages_name_length', expression: textCheck('name', 1, CHARACTERS.name) },
    { name: 'villages_needed_range', expression: rupiahCheck('needed_rupiah', 0, MAX_VILLAGE_RUPIAH) },
    {
      name: 'villages_claimed_within_needed',
      expression:
        'pledged_rupiah >= 0 and committed_rupiah >= 0 and pledged_rupiah + committed_rupiah <= needed_rupiah',
    },
    {
      name: 'villages_delivered_within_committed',
      expression:
        '0 <= verified_rupiah and verified_rupiah <= delivered_rupiah and delivered_rupiah <= committed_rupiah',
    },
    { name: 'villages_open_needs_counted', expression: 'open_needs >= 0' },
    { name: 'villages_synergy_known', expression: oneOf('synergy', synergyLevels) },
    { name: 'villages_untouched_has_no_colours', expression: `(synergy = 'UNTOUCHED') = (diversity = 0)` },
  ],
  indexes: [
    { name: 'villages_by_synergy', properties: ['synergy', 'code'] },
    {
      name: 'villages_search',
      expression: `create index "villages_search" on "villages" using gin (to_tsvector('simple'::regconfig, name))`,
    },
  ],
});
/** A village in the programme (Kampung KB), with its standing figures kept in step with its needs. */
export class Village extends VillageSchema.class {}
VillageSchema.setClass(Village);

export const VillageColourSchema = defineEntity({
  name: 'VillageColour',
  tableName: 'village_colours',
  properties: {
    villageId: () => reference(VillageSchema, 'village_id').primary(),
    clusterCode: () => reference(ClusterSchema, 'cluster_code').primary(),
    committedRupiah: rupiah(),
  },
  checks: [{ name: 'village_colours_range', expression: rupiahCheck('committed_rupiah') }],
});
/** What the partners of one cluster have committed in one village. */
export class VillageColour extends VillageColourSchema.class {}
VillageColourSchema.setClass(VillageColour);

export const VillagePartnerSchema = defineEntity({
  name: 'VillagePartner',
  tableName: 'village_partners',
  properties: {
    villageId: () => reference(VillageSchema, 'village_id').primary(),
    partnerId: () => reference(PartnerSchema, 'partner_id').primary(),
    reservedRupiah: rupiah(),
  },
  checks: [{ name: 'village_partners_range', expression: rupiahCheck('reserved_rupiah') }],
});
/**
 * What a partner's pledges hold of a village's plan: all of an open or fulfilled pledge, the verified part of one that
 * ended otherwise, nothing on a cancelled need. Triggers alone write it.
 */
export class VillagePartner extends VillagePartnerSchema.class {}
VillagePartnerSchema.setClass(VillagePartner);

export const ProgrammePlanSchema = defineEntity({
  name: 'ProgrammePlan',
  tableName: 'programme_plan',
  properties: { id: p.integer().primary().autoincrement(false), neededRupiah: rupiah() },
  checks: [
    { name: 'programme_plan_is_one_row', expression: 'id = 1' },
    { name: 'programme_plan_range', expression: rupiahCheck('needed_rupiah') },
  ],
});
/**
 * The plan of all villages together, one row. Its bound keeps every area's sums exact, so that no figure of
 * the API can pass what a JSON number holds. Locked last, after the need and the village.
 */
export class ProgrammePlan extends ProgrammePlanSchema.class {}
ProgrammePlanSchema.setClass(ProgrammePlan);
