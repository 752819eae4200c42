import { defineEntity, p } from '@mikro-orm/core';
import { CHARACTERS } from '../kernel/bounds.ts';
import { AreaSchema } from '../areas/area.entity.ts';
import { idCheck } from '../kernel/ids.ts';
import { instant, key, oneOf, reference, text, textCheck } from '../platform/columns.ts';

export const partnerKinds = [
  'GOVERNMENT',
  'MILITARY',
  'POLICE',
  'PRIVATE',
  'NGO',
  'UNIVERSITY',
  'COMMUNITY',
] as const;
export type PartnerKind = (typeof partnerKinds)[number];

/** Lower-case words with single hyphens: `perkim-banten`. */
const codeForm = (column: string) =>
  `${column} ~ '^[a-z0-9]+(-[a-z0-9]+)*$' and length(${column}) between 2 and ${CHARACTERS.code}`;

export const ClusterSchema = defineEntity({
  name: 'Cluster',
  tableName: 'clusters',
  properties: { code: key().primary(), name: text(), colour: text() },
  checks: [
    { name: 'clusters_code_form', expression: codeForm('code') },
    { name: 'clusters_name_length', expression: textCheck('name', 1, CHARACTERS.name) },
    { name: 'clusters_colour_form', expression: `colour ~ '^#[0-9a-f]{6}$'` },
  ],
});
/** A group of sectors and of partners that has one colour (rumpun). */
export class Cluster extends ClusterSchema.class {}
ClusterSchema.setClass(Cluster);

export const SectorSchema = defineEntity({
  name: 'Sector',
  tableName: 'sectors',
  properties: {
    code: key().primary(),
    name: text(),
    clusterCode: () => reference(ClusterSchema, 'cluster_code').index(),
  },
  checks: [
    { name: 'sectors_code_form', expression: codeForm('code') },
    { name: 'sectors_name_length', expression: textCheck('name', 1, CHARACTERS.name) },
  ],
});
/** A kind of need (bidang). */
export class Sector extends SectorSchema.class {}
SectorSchema.setClass(Sector);

export const PartnerSchema = defineEntity({
  name: 'Partner',
  tableName: 'partners',
  properties: {
    id: key().primary(),
    code: key().unique(),
    name: text(),
    kind: text().$type<PartnerKind>(),
    clusterCode: () => reference(ClusterSchema, 'cluster_code').index(),
    createdAt: instant(),
  },
  checks: [
    { name: 'partners_id_form', expression: idCheck('partner') },
    { name: 'partners_code_form', expression: codeForm('code') },
    { name: 'partners_name_length', expression: textCheck('name', 1, CHARACTERS.name) },
    { name: 'partners_kind_known', expression: oneOf('kind', partnerKinds) },
  ],
  indexes: [
    {
      name: 'partners_search',
      expression: `create index "partners_search" on "partners" using gin (to_tsvector('simple'::regconfig, name || ' ' || code))`,
    },
  ],
});
/** An organisation that helps (mitra). */
export class Partner extends PartnerSchema.class {}
PartnerSchema.setClass(Partner);

export const MandateSchema = defineEntity({
  name: 'Mandate',
  tableName: 'partner_mandates',
  properties: {
    partnerId: () => reference(PartnerSchema, 'partner_id').primary(),
    sectorCode: () => reference(SectorSchema, 'sector_code').primary(),
  },
  indexes: [{ name: 'partner_mandates_by_sector', properties: ['sectorCode', 'partnerId'] }],
});
/** A sector a partner is responsible for, in the areas where it works (tupoksi). */
export class Mandate extends MandateSchema.class {}
MandateSchema.setClass(Mandate);

export const PartnerAreaSchema = defineEntity({
  name: 'PartnerArea',
  tableName: 'partner_areas',
  properties: {
    partnerId: () => reference(PartnerSchema, 'partner_id').primary(),
    areaId: () => reference(AreaSchema, 'area_id').primary(),
  },
  indexes: [{ name: 'partner_areas_by_area', properties: ['areaId', 'partnerId'] }],
});
/** An area where a partner works. */
export class PartnerArea extends PartnerAreaSchema.class {}
PartnerAreaSchema.setClass(PartnerArea);

export const PartnerPledgesSchema = defineEntity({
  name: 'PartnerPledges',
  tableName: 'partner_pledges',
  properties: {
    partnerId: () => reference(PartnerSchema, 'partner_id').primary(),
    openPledges: p.integer().default(0),
    fulfilledPledges: p.integer().default(0),
    allPledges: p.integer().default(0),
  },
  checks: [
    {
      name: 'partner_pledges_range',
      expression:
        'open_pledges >= 0 and fulfilled_pledges >= 0 and open_pledges + fulfilled_pledges <= all_pledges',
    },
  ],
});
/** How many pledges a partner has made, and how they stand. Triggers alone write it. */
export class PartnerPledges extends PartnerPledgesSchema.class {}
PartnerPledgesSchema.setClass(PartnerPledges);
