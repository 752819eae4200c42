import { sql } from 'kysely';
import { list, type ModuleMapping, one } from '../platform/read-plan/mapping.ts';
import { assertAreaCode } from './area.service.ts';

export const areaMapping: ModuleMapping = {
  types: [
    {
      type: 'Area',
      from: 'areas',
      columns: ['id', 'code', 'name', 'level'],
      fields: {
        parent: one('Area', ({ its, own }) => sql`${its('id')} = ${own('parent_id')}`),
        children: list(
          'Area',
          ({ its, own }) => sql`${its('parent_id')} = ${own('id')}`,
          (its) => its('code'),
        ),
      },
    },
  ],
  adds: [
    {
      type: 'Query',
      fields: {
        area: one<{ code: string }>('Area', ({ its, args }) => {
          assertAreaCode(args.code, 'code');
          return sql`${its('code')} = ${args.code}`;
        }),
      },
    },
  ],
};
