import { defineEntity } from '@mikro-orm/core';
import { CHARACTERS } from '../kernel/bounds.ts';
import { idCheck } from '../kernel/ids.ts';
import { key, oneOf, reference, text, textCheck } from '../platform/columns.ts';

export const areaLevels = ['PROVINCE', 'REGENCY', 'DISTRICT', 'VILLAGE'] as const;
export type AreaLevel = (typeof areaLevels)[number];

/** The form of an official code at each level, `36`, `36.02`, `36.02.11`, `36.02.11.2005`. */
const codeForm = String.raw`
  case level
    when 'PROVINCE' then code ~ '^\d\d$'
    when 'REGENCY' then code ~ '^\d\d\.\d\d$'
    when 'DISTRICT' then code ~ '^\d\d\.\d\d\.\d\d$'
    else code ~ '^\d\d\.\d\d\.\d\d\.\d{4}$'
  end`.trim();

const AreaSchema = defineEntity({
  name: 'Area',
  tableName: 'areas',
  properties: {
    id: key().primary(),
    code: key().unique(),
    name: text(),
    level: text().$type<AreaLevel>(),
    parentId: () => reference(AreaSchema, 'parent_id').nullable().index(),
  },
  checks: [
    { name: 'areas_id_form', expression: idCheck('area') },
    { name: 'areas_name_length', expression: textCheck('name', 1, CHARACTERS.name) },
    { name: 'areas_level_known', expression: oneOf('level', areaLevels) },
    { name: 'areas_code_form', expression: codeForm },
    { name: 'areas_only_provinces_are_roots', expression: `(parent_id is null) = (level = 'PROVINCE')` },
  ],
});

/** A place in the official tree of Kemendagri. */
export class Area extends AreaSchema.class {}
AreaSchema.setClass(Area);
export { AreaSchema };
