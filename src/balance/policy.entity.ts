import { defineEntity, p } from '@mikro-orm/core';
import { CHARACTERS } from '../kernel/bounds.ts';
import { AreaSchema } from '../areas/area.entity.ts';
import { idCheck } from '../kernel/ids.ts';
import type { Rule } from '../kernel/problems.ts';
import { instant, key, reference, text, textCheck } from '../platform/columns.ts';

export const ruleModes = ['OFF', 'ADVISE', 'APPROVAL', 'ENFORCE'] as const;
export type RuleMode = (typeof ruleModes)[number];

/** One rule's setting. Units by rule: rupiah (RECIPROCITY), ratio, or a count (CAPACITY's limit). */
export interface RuleSetting {
  rule: Rule;
  mode: RuleMode;
  limit: number;
  floor: number | null;
  ceiling: number | null;
}

export const PolicySchema = defineEntity({
  name: 'Policy',
  tableName: 'policies',
  properties: {
    id: key().primary(),
    version: p.integer(),
    areaId: () => reference(AreaSchema, 'area_id').nullable(),
    rules: p.json<RuleSetting[]>(),
    synergyColours: p.integer(),
    synergyDiversity: p.float().columnType('double precision'),
    pledgeDays: p.integer(),
    graceDays: p.integer(),
    effectiveFrom: instant(),
    note: text().nullable(),
  },
  checks: [
    { name: 'policies_id_form', expression: idCheck('policy') },
    { name: 'policies_version_positive', expression: 'version >= 1' },
    { name: 'policies_rules_complete', expression: 'jsonb_array_length(rules) = 5' },
    { name: 'policies_synergy_colours_range', expression: 'synergy_colours between 1 and 100' },
    { name: 'policies_synergy_diversity_range', expression: 'synergy_diversity between 1 and 100' },
    { name: 'policies_pledge_days_range', expression: 'pledge_days between 1 and 366' },
    { name: 'policies_grace_days_range', expression: 'grace_days between 0 and 366' },
    { name: 'policies_note_length', expression: textCheck('note', 1, CHARACTERS.note) },
  ],
  indexes: [
    {
      name: 'policies_version_unique',
      expression: `create unique index "policies_version_unique" on "policies" (coalesce(area_id, ''), version)`,
    },
    { name: 'policies_by_effect', properties: ['effectiveFrom'] },
  ],
});
/** The balance rules in force in an area from a moment on (aturan timbal balik); immutable. */
export class Policy extends PolicySchema.class {}
PolicySchema.setClass(Policy);
