import { sql } from 'kysely';
import { isId } from '../kernel/ids.ts';
import { badArgument } from '../kernel/problems.ts';
import { byId } from '../platform/read-plan/keys.ts';
import { type ModuleMapping, one, page, value } from '../platform/read-plan/mapping.ts';
import { type PledgeFilter, pledgeOrder, pledgesOf } from './pledge-reads.service.ts';

/** The pledges of a row, which their column names. */
const pledgesBy = (column: string) =>
  page<Pick<PledgeFilter, 'status'>>(
    'Pledge',
    pledgeOrder,
    ({ its, own, args }) => sql`${its(column)} = ${own('id')} and ${pledgesOf(args)(its)}`,
  );

export const pledgeMapping: ModuleMapping = {
  types: [
    {
      type: 'Pledge',
      from: 'pledges',
      columns: [
        'id',
        'quantity',
        'delivered',
        'verified',
        'status',
        'expiresAt',
        'dueOn',
        'version',
        'createdAt',
        'updatedAt',
      ],
      fields: {
        need: one('Need', ({ its, own }) => sql`${its('id')} = ${own('need_id')}`),
        partner: one('Partner', ({ its, own }) => sql`${its('id')} = ${own('partner_id')}`),
        value: value((its) => sql`${its('quantity')}::bigint * ${its('unit_value')}`),
      },
    },
  ],
  adds: [
    { type: 'Need', fields: { pledges: pledgesBy('need_id') } },
    { type: 'Village', fields: { pledges: pledgesBy('village_id') } },
    { type: 'Partner', fields: { pledges: pledgesBy('partner_id') } },
    {
      type: 'Query',
      fields: {
        pledge: byId('Pledge', 'pledge'),
        pledges: page<PledgeFilter>('Pledge', pledgeOrder, ({ its, args }) => {
          if (args.partnerId != null && !isId('partner', args.partnerId)) {
            throw badArgument('partnerId', 'input.bad-id');
          }
          return pledgesOf(args)(its);
        }),
      },
    },
  ],
};
