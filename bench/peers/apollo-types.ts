import { Field, Float, ID, InputType, Int, ObjectType, registerEnumType } from 'type-graphql';

export enum NeedStatus {
  OPEN = 'OPEN',
  COMMITTED = 'COMMITTED',
  FULFILLED = 'FULFILLED',
}
registerEnumType(NeedStatus, { name: 'NeedStatus' });

@ObjectType('Partner')
export class PartnerType {
  @Field(() => ID) id!: string;
  @Field(() => String) name!: string;
}

@ObjectType('Village')
export class VillageType {
  @Field(() => ID) id!: string;
  @Field(() => String) code!: string;
  @Field(() => String) name!: string;
}

@ObjectType('Need')
export class NeedType {
  @Field(() => ID) id!: string;
  @Field(() => String) title!: string;
  @Field(() => String) unit!: string;
  @Field(() => Int) quantity!: number;
  @Field(() => String) status!: string;
}

@ObjectType('Pledge')
export class PledgeType {
  @Field(() => ID) id!: string;
  @Field(() => Int) quantity!: number;
  @Field(() => String) status!: string;
  @Field(() => Date) createdAt!: Date;
}

@ObjectType('Area')
export class AreaType {
  @Field(() => String) code!: string;
  @Field(() => String) name!: string;
}

@ObjectType('Coverage')
export class CoverageType {
  @Field(() => Float) needed!: number;
  @Field(() => Float) pledged!: number;
  @Field(() => Float) committed!: number;
  @Field(() => Float) delivered!: number;
  @Field(() => Float) verified!: number;
  @Field(() => Int) openNeeds!: number;
}

@ObjectType('SynergyCount')
export class SynergyType {
  @Field(() => Int) villages!: number;
  @Field(() => Int) untouched!: number;
  @Field(() => Int) singleColour!: number;
  @Field(() => Int) multiColour!: number;
  @Field(() => Int) synergy!: number;
}

@ObjectType('VillageConnection')
export class Villages {
  @Field(() => [VillageType]) nodes!: VillageType[];
}

@ObjectType('NeedConnection')
export class Needs {
  @Field(() => [NeedType]) nodes!: NeedType[];
}

@ObjectType('PledgeConnection')
export class Pledges {
  @Field(() => [PledgeType]) nodes!: PledgeType[];
}

@ObjectType('Problem')
export class ProblemType {
  @Field(() => String) message!: string;
}

@ObjectType('PledgePayload')
export class PledgePayload {
  @Field(() => PledgeType) pledge!: PledgeType;
  @Field(() => [ProblemType]) problems!: ProblemType[];
}

@InputType('ClaimNeedInput')
export class ClaimNeedInput {
  @Field(() => ID) needId!: string;
  @Field(() => Int) quantity!: number;
  @Field(() => String) idempotencyKey!: string;
}
