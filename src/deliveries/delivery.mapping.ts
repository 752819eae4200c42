import { sql } from 'kysely';
import { list, type ModuleMapping, one } from '../platform/read-plan/mapping.ts';

export const deliveryMapping: ModuleMapping = {
  types: [
    {
      type: 'Delivery',
      from: 'deliveries',
      columns: ['id', 'quantity', 'deliveredOn', 'status'],
      fields: {
        pledge: one('Pledge', ({ its, own }) => sql`${its('id')} = ${own('pledge_id')}`),
      },
    },
  ],
  adds: [
    {
      type: 'Pledge',
      fields: {
        deliveries: list(
          'Delivery',
          ({ its, own }) => sql`${its('pledge_id')} = ${own('id')}`,
          (its) => its('id'),
        ),
      },
    },
  ],
};
