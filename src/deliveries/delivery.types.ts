import { Field, ID, InputType, Int, ObjectType, registerEnumType } from 'type-graphql';
import { NodeType } from '../platform/graphql/node.types.ts';
import { connectionType } from '../platform/graphql/connection.ts';
import { payloadType } from '../platform/graphql/payload.ts';
import { DateScalar } from '../platform/graphql/scalars.ts';
import type { DeliveryStatus } from './delivery.entity.ts';

const DeliveryStatusEnum = {
  REPORTED: 'REPORTED',
  VERIFIED: 'VERIFIED',
  DISPUTED: 'DISPUTED',
} as const satisfies Record<DeliveryStatus, DeliveryStatus>;
registerEnumType(DeliveryStatusEnum, {
  name: 'DeliveryStatus',
  description: 'Where a delivery stands.',
  valuesConfig: {
    REPORTED: { description: 'The partner says that it arrived.' },
    VERIFIED: { description: 'The village says so too.' },
    DISPUTED: { description: 'The village says that it did not; it may be delivered again.' },
  },
});

/** What a delivery and its state at an event have alike. */
@ObjectType()
export abstract class DeliveryFigures {
  @Field(() => Int, { description: 'Units delivered.' })
  quantity!: number;
  @Field(() => DateScalar, { description: 'When it arrived.' })
  deliveredOn!: string;
  @Field(() => DeliveryStatusEnum, { description: 'Where it stands.' })
  status!: DeliveryStatus;
}

@ObjectType('Delivery', {
  implements: NodeType,
  description: 'What arrived of a pledge, all or a part (penyaluran).',
})
export class DeliveryType extends DeliveryFigures {}

export const DeliveryConnectionType = connectionType('Delivery', () => DeliveryType);
export const DeliveryPayloadType = payloadType('DeliveryPayload', 'delivery', () => DeliveryType);

const keyDescription =
  'Sending the same key again has no second effect and answers the same, for 7 days at least.';

@InputType('ReportDeliveryInput', { description: 'What arrived of a committed pledge.' })
export class ReportDeliveryInputType {
  @Field(() => ID, { description: 'The pledge.' })
  pledgeId!: string;
  @Field(() => Int, { description: 'How many units, at least 1, at most what is left to deliver.' })
  quantity!: number;
  @Field(() => DateScalar, { description: 'When it arrived; today or earlier.' })
  deliveredOn!: string;
  @Field(() => String, {
    nullable: true,
    description: 'For the village and its coordinators, at most 2,000 characters.',
  })
  note?: string | null;
  @Field(() => [String], {
    nullable: true,
    description:
      'Where photographs or papers can be seen: at most 10 http or https addresses of 500 characters.',
  })
  evidence?: string[] | null;
  @Field(() => String, { description: keyDescription })
  idempotencyKey!: string;
}

@InputType('VerifyDeliveryInput', { description: 'The village confirms a delivery.' })
export class VerifyDeliveryInputType {
  @Field(() => ID, { description: 'The delivery.' })
  deliveryId!: string;
  @Field(() => String, {
    nullable: true,
    description: 'What the village says of it, kept as `verificationNote`; at most 2,000 characters.',
  })
  note?: string | null;
  @Field(() => String, { nullable: true, description: keyDescription })
  idempotencyKey?: string | null;
}

@InputType('DisputeDeliveryInput', { description: 'The village contests a delivery.' })
export class DisputeDeliveryInputType {
  @Field(() => ID, { description: 'The delivery.' })
  deliveryId!: string;
  @Field(() => String, { description: 'Why, 1 to 2,000 characters.' })
  reason!: string;
  @Field(() => String, { nullable: true, description: keyDescription })
  idempotencyKey?: string | null;
}
