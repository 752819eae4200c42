import { Extensions, Field, ID, InputType, Int, ObjectType, registerEnumType } from 'type-graphql';
import { CHARACTERS } from '../kernel/bounds.ts';
import { characters } from '../platform/graphql/answer-bounds.ts';
import { connectionType } from '../platform/graphql/connection.ts';
import { NodeType } from '../platform/graphql/node.types.ts';
import { payloadType } from '../platform/graphql/payload.ts';
import { DateScalar, DateTimeScalar, RupiahScalar } from '../platform/graphql/scalars.ts';
import type { NeedStatus } from './need.entity.ts';

export const NeedStatusEnum = {
  DRAFT: 'DRAFT',
  OPEN: 'OPEN',
  COMMITTED: 'COMMITTED',
  FULFILLED: 'FULFILLED',
  CANCELLED: 'CANCELLED',
} as const satisfies Record<NeedStatus, NeedStatus>;
registerEnumType(NeedStatusEnum, {
  name: 'NeedStatus',
  description: 'Where a need stands.',
  valuesConfig: {
    DRAFT: { description: 'Not yet published; only its village, its coordinators and auditors see it.' },
    OPEN: { description: 'Something remains to be claimed.' },
    COMMITTED: { description: 'Nothing remains to be claimed, and not all of it is verified.' },
    FULFILLED: { description: 'All of it is verified.' },
    CANCELLED: { description: 'Ended by the village or a coordinator; what was verified stands.' },
  },
});

/** What a need and its state at an event have alike. */
@ObjectType()
export abstract class NeedFigures {
  @Extensions(characters(CHARACTERS.title))
  @Field(() => String, { description: 'What is needed: one line of 3 to 200 characters.' })
  title!: string;
  @Extensions(characters(CHARACTERS.description))
  @Field(() => String, { nullable: true, description: 'More about it, at most 5,000 characters.' })
  description!: string | null;
  @Extensions(characters(CHARACTERS.unit))
  @Field(() => String, { description: 'What the quantities count: `unit`, `paket`, `orang`, ….' })
  unit!: string;
  @Field(() => RupiahScalar, { description: 'Worth of one unit.' })
  unitValue!: number;
  @Field(() => Int, { description: 'How many units are needed.' })
  quantity!: number;
  @Field(() => Int, { description: 'Units promised and not yet binding.' })
  pledged!: number;
  @Field(() => Int, { description: 'Units committed, with what of them is delivered and verified.' })
  committed!: number;
  @Field(() => Int, { description: 'Units reported as delivered, or verified.' })
  delivered!: number;
  @Field(() => Int, { description: 'Units verified by the village.' })
  verified!: number;
  @Field(() => DateScalar, { nullable: true, description: 'By when it is needed.' })
  dueOn!: string | null;
  @Field(() => Boolean, { description: 'A village in distress: balance rules never refuse help here.' })
  urgent!: boolean;
  @Field(() => NeedStatusEnum, { description: 'Where it stands.' })
  status!: NeedStatus;
  @Field(() => Int, { description: 'Rises with every change; `updateNeed` asks for it.' })
  version!: number;
  @Field(() => DateTimeScalar, { description: 'When it was written down.' })
  createdAt!: Date;
  @Field(() => DateTimeScalar, { description: 'When it last changed.' })
  updatedAt!: Date;
}

@ObjectType('Need', {
  implements: NodeType,
  description: 'So many units of something, worth so much a unit, in one village and sector (kebutuhan).',
})
export class NeedType extends NeedFigures {}

export const NeedConnectionType = connectionType('Need', () => NeedType);
export const NeedPayloadType = payloadType('NeedPayload', 'need', () => NeedType);

const keyDescription =
  'Sending the same key again has no second effect and answers the same, for 7 days at least.';

@InputType('PublishNeedInput', { description: 'A new need.' })
export class PublishNeedInputType {
  @Field(() => ID, { description: 'The village.' })
  villageId!: string;
  @Field(() => String, { description: 'Code of the sector.' })
  sector!: string;
  @Field(() => String, { description: 'What is needed: one line of 3 to 200 characters.' })
  title!: string;
  @Field(() => String, { nullable: true, description: 'More about it, at most 5,000 characters.' })
  description?: string | null;
  @Field(() => String, { description: 'What the quantities count: one line of 1 to 40 characters.' })
  unit!: string;
  @Field(() => RupiahScalar, { description: 'Worth of one unit, at least 1.' })
  unitValue!: number;
  @Field(() => Int, { description: 'How many, at least 1. Quantity times unit value is at most 2^53 − 1.' })
  quantity!: number;
  @Field(() => DateScalar, { nullable: true, description: 'By when it is needed; today or later.' })
  dueOn?: string | null;
  @Field(() => Boolean, {
    nullable: true,
    description: 'Whether the village is in distress; false when absent.',
  })
  urgent?: boolean | null;
  @Field(() => String, { nullable: true, description: keyDescription })
  idempotencyKey?: string | null;
}

@InputType('UpdateNeedInput', { description: 'A change to a need; what is absent stays.' })
export class UpdateNeedInputType {
  @Field(() => ID, { description: 'The need.' })
  needId!: string;
  @Field(() => Int, { description: 'Its version when you read it.' })
  version!: number;
  @Field(() => String, { nullable: true, description: 'New title: one line of 3 to 200 characters.' })
  title?: string | null;
  @Field(() => String, { nullable: true, description: 'New description; null takes it away.' })
  description?: string | null;
  @Field(() => Int, { nullable: true, description: 'New quantity, not below what is claimed.' })
  quantity?: number | null;
  @Field(() => RupiahScalar, { nullable: true, description: 'New unit value; only before the first pledge.' })
  unitValue?: number | null;
  @Field(() => DateScalar, {
    nullable: true,
    description: 'New due date, today or later; null takes it away.',
  })
  dueOn?: string | null;
  @Field(() => String, { nullable: true, description: keyDescription })
  idempotencyKey?: string | null;
}

@InputType('PublishDraftInput', { description: 'A draft to be published.' })
export class PublishDraftInputType {
  @Field(() => ID, { description: 'The draft.' })
  needId!: string;
  @Field(() => Int, { description: 'Its version when you read it.' })
  version!: number;
  @Field(() => String, { nullable: true, description: keyDescription })
  idempotencyKey?: string | null;
}

@InputType('CancelNeedInput', { description: 'A need to be cancelled.' })
export class CancelNeedInputType {
  @Field(() => ID, { description: 'The need.' })
  needId!: string;
  @Field(() => String, { description: 'Why, 1 to 2,000 characters.' })
  reason!: string;
  @Field(() => String, { nullable: true, description: keyDescription })
  idempotencyKey?: string | null;
}
