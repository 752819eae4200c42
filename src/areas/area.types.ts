import { Extensions, Field, ObjectType, registerEnumType } from 'type-graphql';
import { CHARACTERS } from '../kernel/bounds.ts';
import { characters } from '../platform/graphql/answer-bounds.ts';
import { connectionType } from '../platform/graphql/connection.ts';
import { NodeType } from '../platform/graphql/node.types.ts';
import type { AreaLevel } from './area.entity.ts';

const AreaLevelEnum = {
  PROVINCE: 'PROVINCE',
  REGENCY: 'REGENCY',
  DISTRICT: 'DISTRICT',
  VILLAGE: 'VILLAGE',
} as const;
registerEnumType(AreaLevelEnum, {
  name: 'AreaLevel',
  description: 'A level of the official area tree.',
  valuesConfig: {
    PROVINCE: { description: 'Provinsi, code `36`.' },
    REGENCY: { description: 'Kabupaten or kota, code `36.02`.' },
    DISTRICT: { description: 'Kecamatan, code `36.02.11`.' },
    VILLAGE: { description: 'Desa or kelurahan, code `36.02.11.2005`.' },
  },
});

@ObjectType('Area', {
  implements: NodeType,
  description: 'A place in the official area tree of Kemendagri (wilayah), whether or not in the programme.',
})
export class AreaType extends NodeType {
  @Extensions(characters(CHARACTERS.areaCode))
  @Field(() => String, { description: 'Kemendagri code: `36`, `36.02`, `36.02.11` or `36.02.11.2005`.' })
  code!: string;
  @Extensions(characters(CHARACTERS.name))
  @Field(() => String, { description: 'Official name.' })
  name!: string;
  @Field(() => AreaLevelEnum, { description: 'Level in the tree.' })
  level!: AreaLevel;
}

export const AreaConnectionType = connectionType('Area', () => AreaType);
