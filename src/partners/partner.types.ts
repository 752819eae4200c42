import { Extensions, Field, InputType, ObjectType, registerEnumType } from 'type-graphql';
import { CHARACTERS } from '../kernel/bounds.ts';
import { characters } from '../platform/graphql/answer-bounds.ts';
import { connectionType } from '../platform/graphql/connection.ts';
import { NodeType } from '../platform/graphql/node.types.ts';
import { payloadType } from '../platform/graphql/payload.ts';
import type { PartnerKind } from './partner.entity.ts';

export const PartnerKindEnum = {
  GOVERNMENT: 'GOVERNMENT',
  MILITARY: 'MILITARY',
  POLICE: 'POLICE',
  PRIVATE: 'PRIVATE',
  NGO: 'NGO',
  UNIVERSITY: 'UNIVERSITY',
  COMMUNITY: 'COMMUNITY',
} as const satisfies Record<PartnerKind, PartnerKind>;
registerEnumType(PartnerKindEnum, {
  name: 'PartnerKind',
  description: 'What kind of organisation a partner is.',
  valuesConfig: {
    GOVERNMENT: { description: 'Agency of the state, a province or a regency (OPD).' },
    MILITARY: { description: 'Army command (TNI).' },
    POLICE: { description: 'Police command (Polri).' },
    PRIVATE: { description: 'Company.' },
    NGO: { description: 'Non-governmental organisation.' },
    UNIVERSITY: { description: 'University or college.' },
    COMMUNITY: { description: 'Community organisation.' },
  },
});

@ObjectType('Cluster', { description: 'A group of sectors and of partners that has one colour (rumpun).' })
export class ClusterType {
  @Extensions(characters(CHARACTERS.code))
  @Field(() => String, { description: 'Code, such as `infrastructure`.' })
  code!: string;
  @Extensions(characters(CHARACTERS.name))
  @Field(() => String, { description: 'Indonesian name.' })
  name!: string;
  @Extensions(characters(CHARACTERS.colour))
  @Field(() => String, { description: 'Colour on maps and boards, `#rrggbb`.' })
  colour!: string;
}

@ObjectType('Sector', { description: 'A kind of need (bidang).' })
export class SectorType {
  @Extensions(characters(CHARACTERS.code))
  @Field(() => String, { description: 'Code, such as `sanitation`.' })
  code!: string;
  @Extensions(characters(CHARACTERS.name))
  @Field(() => String, { description: 'Indonesian name.' })
  name!: string;
}

/** What a partner and its state at an event have alike. */
@ObjectType()
export abstract class PartnerFigures {
  @Extensions(characters(CHARACTERS.code))
  @Field(() => String, { description: 'Code, such as `perkim-banten`.' })
  code!: string;
  @Extensions(characters(CHARACTERS.name))
  @Field(() => String, { description: 'Name.' })
  name!: string;
  @Field(() => PartnerKindEnum, { description: 'What kind of organisation it is.' })
  kind!: PartnerKind;
}

@ObjectType('Partner', { implements: NodeType, description: 'An organisation that helps (mitra).' })
export class PartnerType extends PartnerFigures {}

export const PartnerConnectionType = connectionType('Partner', () => PartnerType);
export const PartnerPayloadType = payloadType('PartnerPayload', 'partner', () => PartnerType);

@InputType('RegisterPartnerInput', { description: 'A new partner.' })
export class RegisterPartnerInputType {
  @Field(() => String, { description: 'Unique code: 2 to 60 lower-case letters, digits and single hyphens.' })
  code!: string;
  @Field(() => String, { description: 'Name, 1 to 200 characters.' })
  name!: string;
  @Field(() => PartnerKindEnum, { description: 'What kind of organisation it is.' })
  kind!: PartnerKind;
  @Field(() => String, { description: 'Code of the cluster it belongs to.' })
  cluster!: string;
  @Field(() => [String], {
    description: 'Codes of the sectors it is responsible for (tupoksi); may be empty.',
  })
  mandate!: string[];
  @Field(() => [String], { description: 'Codes of the areas where it works, at least one.' })
  areaCodes!: string[];
  @Field(() => String, { nullable: true, description: 'Sending the same key again has no second effect.' })
  idempotencyKey?: string | null;
}
