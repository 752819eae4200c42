import { sql } from 'kysely';
import { type ModuleMapping, one, page } from '../platform/read-plan/mapping.ts';
import { deliveryOrder } from './delivery.service.ts';

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
        deliveries: page(
          'Delivery',
          deliveryOrder,
          ({ its, own }) => sql`${its('pledge_id')} = ${own('id')}`,
        ),
      },
    },
  ],
};
