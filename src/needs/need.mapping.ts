import { sql } from 'kysely';
import { draftScopeOf, seesNoDrafts } from '../access/access.rules.ts';
import { holderOf } from '../partners/partner.service.ts';
import type { Expression, Row } from '../platform/expression.ts';
import { byId } from '../platform/read-plan/keys.ts';
import { type ModuleMapping, one, page, value } from '../platform/read-plan/mapping.ts';
import { isVisible, type NeedFilter, needOrder, needsOf } from './need-reads.service.ts';

/** The id of the partner under whose mandate a need falls. */
function holderIdOf(need: Row): Expression {
  const codes = sql`(select array[v.code, left(v.code, 8), left(v.code, 5), left(v.code, 2)]
    from villages v where v.id = ${need('village_id')})::text[]`;
  return sql`(select holder.id from (${holderOf(need('sector_code'), codes)}) as holder)`;
}

const needs = page<NeedFilter>('Need', needOrder, ({ its, args }) => needsOf(args)(its));

export const needMapping: ModuleMapping = {
  types: [
    {
      type: 'Need',
      from: 'needs',
      visible: {
        rows: (its, reader) => isVisible(its, draftScopeOf(reader)),
        more: (reader) => !seesNoDrafts(draftScopeOf(reader)),
      },
      columns: [
        'id',
        'title',
        'description',
        'unit',
        'unitValue',
        'quantity',
        'pledged',
        'committed',
        'delivered',
        'verified',
        'dueOn',
        'urgent',
        'status',
        'version',
        'createdAt',
        'updatedAt',
      ],
      fields: {
        village: one('Village', ({ its, own }) => sql`${its('id')} = ${own('village_id')}`),
        sector: one('Sector', ({ its, own }) => sql`${its('code')} = ${own('sector_code')}`),
        mandateHolder: one('Partner', ({ its, own }) => sql`${its('id')} = ${holderIdOf(own)}`),
        value: value((its) => sql`${its('quantity')}::bigint * ${its('unit_value')}`),
        remaining: value(
          (its) => sql`case when ${its('status')} = 'CANCELLED' then 0
            else ${its('quantity')} - ${its('pledged')} - ${its('committed')} end`,
        ),
      },
    },
  ],
  adds: [
    {
      type: 'Village',
      fields: {
        needs: page<NeedFilter>('Need', needOrder, ({ its, own, args }) => {
          return sql`${its('village_id')} = ${own('id')} and ${needsOf(args)(its)}`;
        }),
      },
    },
    {
      type: 'Query',
      fields: {
        needs,
        need: byId('Need', 'need'),
      },
    },
  ],
};
