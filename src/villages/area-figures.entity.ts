import { defineEntity, p } from '@mikro-orm/core';
import { key, rupiah } from '../platform/columns.ts';

const figures = () => ({
  villages: p.integer(),
  neededRupiah: rupiah(),
  pledgedRupiah: rupiah(),
  committedRupiah: rupiah(),
  deliveredRupiah: rupiah(),
  verifiedRupiah: rupiah(),
  openNeeds: p.integer(),
  untouched: p.integer(),
  singleColour: p.integer(),
  multiColour: p.integer(),
  synergy: p.integer(),
});

export const AreaChangeSchema = defineEntity({
  name: 'AreaChange',
  tableName: 'area_changes',
  properties: { id: p.bigint('number').primary().autoincrement(), villageCode: key(), ...figures() },
  indexes: [{ name: 'area_changes_by_village', properties: ['villageCode'] }],
});
/** By how much a fact moved the figures of its village, until that is folded into its areas. Triggers alone write it. */
export class AreaChange extends AreaChangeSchema.class {}
AreaChangeSchema.setClass(AreaChange);

export const AreaFiguresSchema = defineEntity({
  name: 'AreaFigures',
  tableName: 'area_figures',
  properties: { areaCode: key().primary(), ...figures() },
  checks: [
    {
      name: 'area_figures_range',
      expression: `villages >= 0 and needed_rupiah >= 0 and pledged_rupiah >= 0 and committed_rupiah >= 0 and delivered_rupiah >= 0 and verified_rupiah >= 0 and open_needs >= 0 and untouched >= 0 and single_colour >= 0 and multi_colour >= 0 and synergy >= 0 and needed_rupiah <= 9007199254740991`,
    },
    {
      name: 'area_figures_levels',
      expression: 'untouched + single_colour + multi_colour + synergy = villages',
    },
  ],
});
/**
 * The figures of all villages of an area, at each level of the tree, but for the changes that are not yet folded in. It
 * names areas by code alone, since villages stand in the programme whose areas above may not be loaded.
 */
export class AreaFigures extends AreaFiguresSchema.class {}
AreaFiguresSchema.setClass(AreaFigures);
