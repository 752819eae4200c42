import { sql } from 'kysely';
import { list, type ModuleMapping, one, type Text } from '../platform/read-plan/mapping.ts';
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
        area: one<{ code: Text }>('Area', ({ its, args }) => sql`${its('code')} = ${args.code}`, {
          code: (code) => assertAreaCode(code, 'code'),
        }),
      },
    },
  ],
};
