import { Extensions, Field, ID, InputType, Int, ObjectType, registerEnumType } from 'type-graphql';
import { ENTRIES } from '../kernel/bounds.ts';
import { entries } from '../platform/graphql/answer-bounds.ts';
import { OutcomeEnum, RuleVerdictType } from '../balance/policy.types.ts';
import type { Outcome } from '../kernel/problems.ts';
import { connectionType } from '../platform/graphql/connection.ts';
import { NodeType } from '../platform/graphql/node.types.ts';
import { payloadType } from '../platform/graphql/payload.ts';
import { ProblemType } from '../platform/graphql/problem.types.ts';
import { DateScalar, DateTimeScalar } from '../platform/graphql/scalars.ts';
import type { PledgeStatus } from './pledge.entity.ts';

export const PledgeStatusEnum = {
  AWAITING_APPROVAL: 'AWAITING_APPROVAL',
  PLEDGED: 'PLEDGED',
  COMMITTED: 'COMMITTED',
  DELIVERING: 'DELIVERING',
  FULFILLED: 'FULFILLED',
  WITHDRAWN: 'WITHDRAWN',
  DECLINED: 'DECLINED',
  EXPIRED: 'EXPIRED',
  CANCELLED: 'CANCELLED',
} as const satisfies Record<PledgeStatus, PledgeStatus>;
registerEnumType(PledgeStatusEnum, {
  name: 'PledgeStatus',
  description: 'Where a pledge stands. The first four are open; the others never change again.',
  valuesConfig: {
    AWAITING_APPROVAL: { description: 'Reserved; a broken rule makes the coordinator decide.' },
    PLEDGED: { description: 'Reserved, not binding.' },
    COMMITTED: { description: 'Binding, with a due date.' },
    DELIVERING: { description: 'Binding; something has been reported as delivered.' },
    FULFILLED: { description: 'All of it is verified.' },
    WITHDRAWN: { description: 'Taken back by the partner.' },
    DECLINED: { description: 'Not approved by the coordinator.' },
    EXPIRED: { description: 'Its time was over.' },
    CANCELLED: { description: 'Its need was cancelled.' },
  },
});

/** What a pledge and its state at an event have alike. */
@ObjectType()
export abstract class PledgeFigures {
  @Field(() => Int, { description: 'Units claimed.' })
  quantity!: number;
  @Field(() => Int, { description: 'Units reported as delivered, or verified.' })
  delivered!: number;
  @Field(() => Int, { description: 'Units verified by the village.' })
  verified!: number;
  @Field(() => PledgeStatusEnum, { description: 'Where it stands.' })
  status!: PledgeStatus;
  @Field(() => DateTimeScalar, {
    nullable: true,
    description:
      'When it ends by itself; from then on it can only end, by PostgreSQL’s clock. Null once it has ended.',
  })
  expiresAt!: Date | null;
  @Field(() => DateScalar, { description: 'By when it is to be delivered.' })
  dueOn!: string;
  @Extensions(entries(ENTRIES.rules))
  @Field(() => [RuleVerdictType], { description: 'The balance rules’ verdicts when it was claimed.' })
  verdicts!: RuleVerdictType[];
  @Field(() => Int, { description: 'Rises with every change.' })
  version!: number;
  @Field(() => DateTimeScalar, { description: 'When it was claimed.' })
  createdAt!: Date;
  @Field(() => DateTimeScalar, { description: 'When it last changed.' })
  updatedAt!: Date;
}

@ObjectType('Pledge', {
  implements: NodeType,
  description:
    'A partner’s claim on part of a need (ikrar): promised, then committed, delivered and verified.',
})
export class PledgeType extends PledgeFigures {}

export const PledgeConnectionType = connectionType('Pledge', () => PledgeType);
export const PledgePayloadType = payloadType('PledgePayload', 'pledge', () => PledgeType);

@ObjectType('BalanceRuleBroken', {
  implements: ProblemType,
  description: 'A balance rule in mode ENFORCE refuses the claim; nothing was claimed.',
})
export class BalanceRuleBrokenType extends ProblemType {
  @Field(() => RuleVerdictType, { description: 'The broken rule’s answer.' })
  verdict!: RuleVerdictType;
}

@ObjectType('ClaimPreview', { description: 'What a claim would be answered now; nothing is written.' })
export class ClaimPreviewType {
  @Field(() => OutcomeEnum, {
    description: 'The worst verdict; REJECT also when less remains than asked for.',
  })
  outcome!: Outcome;
  @Field(() => Int, { description: 'What remains of the need, in its unit.' })
  remaining!: number;
  @Extensions(entries(ENTRIES.rules))
  @Field(() => [RuleVerdictType], {
    description:
      'The answer of every rule that is not OFF; none when less remains than asked for, which no rule weighs.',
  })
  verdicts!: RuleVerdictType[];
}

const keyDescription =
  'Sending the same key again has no second effect and answers the same, for 7 days at least.';

@InputType('ClaimNeedInput', {
  description: 'A claim on part of a need, for the partner whose member you are.',
})
export class ClaimNeedInputType {
  @Field(() => ID, { description: 'The need.' })
  needId!: string;
  @Field(() => Int, { description: 'How many units, at least 1.' })
  quantity!: number;
  @Field(() => DateScalar, {
    nullable: true,
    description:
      'By when you mean to deliver; today or later. When absent: the need’s due date, or else the day the pledge expires.',
  })
  dueOn?: string | null;
  @Field(() => String, {
    nullable: true,
    description: 'For the village and its coordinators, at most 2,000 characters.',
  })
  note?: string | null;
  @Field(() => String, { description: keyDescription })
  idempotencyKey!: string;
}

@InputType('ClaimPreviewInput', { description: 'A claim to be judged without being made.' })
export class ClaimPreviewInputType {
  @Field(() => ID, { description: 'The need.' })
  needId!: string;
  @Field(() => Int, { description: 'How many units, at least 1.' })
  quantity!: number;
  @Field(() => ID, { nullable: true, description: 'For which partner; your own when absent.' })
  partnerId?: string | null;
}

@InputType('CommitPledgeInput', { description: 'The partner’s authority confirms a pledge.' })
export class CommitPledgeInputType {
  @Field(() => ID, { description: 'The pledge.' })
  pledgeId!: string;
  @Field(() => DateScalar, { description: 'By when it will be delivered; today or later.' })
  dueOn!: string;
  @Field(() => String, {
    nullable: true,
    description: 'Replaces the pledge’s note, at most 2,000 characters.',
  })
  note?: string | null;
  @Field(() => String, { nullable: true, description: keyDescription })
  idempotencyKey?: string | null;
}

@InputType('DecidePledgeInput', { description: 'A coordinator’s decision on a pledge that awaits approval.' })
export class DecidePledgeInputType {
  @Field(() => ID, { description: 'The pledge.' })
  pledgeId!: string;
  @Field(() => String, { description: 'Why, 1 to 2,000 characters.' })
  reason!: string;
  @Field(() => String, { nullable: true, description: keyDescription })
  idempotencyKey?: string | null;
}

@InputType('WithdrawPledgeInput', { description: 'A pledge to be taken back.' })
export class WithdrawPledgeInputType {
  @Field(() => ID, { description: 'The pledge.' })
  pledgeId!: string;
  @Field(() => String, { description: 'Why, 1 to 2,000 characters.' })
  reason!: string;
  @Field(() => String, { nullable: true, description: keyDescription })
  idempotencyKey?: string | null;
}
