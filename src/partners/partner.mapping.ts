import { sql } from 'kysely';
import { byIdOrCode } from '../platform/read-plan/keys.ts';
import { list, type ModuleMapping, one, page } from '../platform/read-plan/mapping.ts';
import { type PartnerFilter, partnerOrder, partnersOf } from './partner.service.ts';

const cluster = one('Cluster', ({ its, own }) => sql`${its('code')} = ${own('cluster_code')}`);

export const partnerMapping: ModuleMapping = {
  types: [
    { type: 'Cluster', from: 'clusters', columns: ['code', 'name', 'colour'], fields: {} },
    { type: 'Sector', from: 'sectors', columns: ['code', 'name'], fields: { cluster } },
    {
      type: 'Partner',
      from: 'partners',
      columns: ['id', 'code', 'name', 'kind'],
      fields: {
        cluster,
        mandate: list(
          'Sector',
          ({ its, own }) => sql`exists (select from partner_mandates m
            where m.partner_id = ${own('id')} and m.sector_code = ${its('code')})`,
          (its) => its('code'),
        ),
        areas: list(
          'Area',
          ({ its, own }) => sql`exists (select from partner_areas a
            where a.partner_id = ${own('id')} and a.area_id = ${its('id')})`,
          (its) => its('code'),
        ),
      },
    },
  ],
  adds: [
    {
      type: 'Query',
      fields: {
        partner: byIdOrCode('Partner', 'partner'),
        partners: page<PartnerFilter>('Partner', partnerOrder, ({ its, args }) => partnersOf(args)(its)),
        sectors: list(
          'Sector',
          () => sql`true`,
          (its) => its('code'),
        ),
        clusters: list(
          'Cluster',
          () => sql`true`,
          (its) => its('code'),
        ),
      },
    },
  ],
};
