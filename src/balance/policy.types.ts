import { Extensions, Field, Float, InputType, Int, ObjectType, registerEnumType } from 'type-graphql';
import { CHARACTERS, ENTRIES } from '../kernel/bounds.ts';
import { characters, entries } from '../platform/graphql/answer-bounds.ts';
import type { Outcome, Rule } from '../kernel/problems.ts';
import { connectionType } from '../platform/graphql/connection.ts';
import { NodeType } from '../platform/graphql/node.types.ts';
import { payloadType } from '../platform/graphql/payload.ts';
import { DateTimeScalar } from '../platform/graphql/scalars.ts';
import type { RuleMode } from './policy.entity.ts';

export const RuleEnum = {
  RECIPROCITY: 'RECIPROCITY',
  PARTNER_SHARE: 'PARTNER_SHARE',
  COLOUR_SHARE: 'COLOUR_SHARE',
  SPREAD: 'SPREAD',
  CAPACITY: 'CAPACITY',
} as const satisfies Record<Rule, Rule>;
registerEnumType(RuleEnum, {
  name: 'Rule',
  description: 'A balance rule.',
  valuesConfig: {
    RECIPROCITY: {
      description: 'Who works in its own mandate must not owe more support than its credit allows.',
    },
    PARTNER_SHARE: { description: 'No partner alone holds too great a share of a village’s plan.' },
    COLOUR_SHARE: { description: 'No cluster alone holds too great a share of a village’s plan.' },
    SPREAD: { description: 'Help goes on to where it lags behind before a village is full.' },
    CAPACITY: { description: 'Nobody keeps more pledges open than it has shown to fulfil.' },
  },
});

export const RuleModeEnum = {
  OFF: 'OFF',
  ADVISE: 'ADVISE',
  APPROVAL: 'APPROVAL',
  ENFORCE: 'ENFORCE',
} as const satisfies Record<RuleMode, RuleMode>;
registerEnumType(RuleModeEnum, {
  name: 'RuleMode',
  description: 'What a broken rule does.',
  valuesConfig: {
    OFF: { description: 'Nothing; no verdict is given.' },
    ADVISE: { description: 'The claim passes, the verdict is kept.' },
    APPROVAL: { description: 'The pledge waits for the coordinator’s approval.' },
    ENFORCE: { description: 'The claim is refused; on an urgent need it waits for approval instead.' },
  },
});

export const OutcomeEnum = {
  PASS: 'PASS',
  ADVISE: 'ADVISE',
  APPROVAL: 'APPROVAL',
  REJECT: 'REJECT',
} as const satisfies Record<Outcome, Outcome>;
registerEnumType(OutcomeEnum, {
  name: 'Outcome',
  description: 'What becomes of a claim; the worst verdict counts.',
  valuesConfig: {
    PASS: { description: 'Nothing stands against it.' },
    ADVISE: { description: 'It passes with advice.' },
    APPROVAL: { description: 'It needs the coordinator’s approval.' },
    REJECT: { description: 'It is refused.' },
  },
});

@ObjectType('RuleVerdict', {
  description:
    'One rule’s answer with its figures: `before` and `after` the claim against `limit`, in `unit`.',
})
export class RuleVerdictType {
  @Field(() => RuleEnum, { description: 'The rule.' })
  rule!: Rule;
  @Field(() => OutcomeEnum, { description: 'What the rule makes of the claim.' })
  outcome!: Outcome;
  @Field(() => Float, { description: 'The figure without the claim.' })
  before!: number;
  @Field(() => Float, { description: 'The figure with the claim.' })
  after!: number;
  @Field(() => Float, { description: 'The figure it is held against.' })
  limit!: number;
  @Extensions(characters(CHARACTERS.word))
  @Field(() => String, { description: '`IDR`, `RATIO` or `COUNT`.' })
  unit!: string;
}

@ObjectType('RuleSetting', { description: 'How a policy sets one rule.' })
export class RuleSettingType {
  @Field(() => RuleEnum, { description: 'The rule.' })
  rule!: Rule;
  @Field(() => RuleModeEnum, { description: 'What happens when it is broken.' })
  mode!: RuleMode;
  @Field(() => Float, {
    description: 'RECIPROCITY: a newcomer’s credit, IDR; shares and SPREAD: ratio; CAPACITY: count.',
  })
  limit!: number;
  @Field(() => Float, {
    nullable: true,
    description: 'Shares: plans up to this, IDR, are exempt; SPREAD and CAPACITY: ratio; RECIPROCITY: null.',
  })
  floor!: number | null;
  @Field(() => Float, { nullable: true, description: 'RECIPROCITY: the greatest credit, IDR; else null.' })
  ceiling!: number | null;
}

@ObjectType('Policy', {
  implements: NodeType,
  description: 'The balance rules in force in an area from a moment on (aturan timbal balik); immutable.',
})
export class PolicyType extends NodeType {
  @Field(() => Int, { description: 'Version among the policies of its area, from 1.' })
  version!: number;
  @Extensions(entries(ENTRIES.rules))
  @Field(() => [RuleSettingType], { description: 'One setting for each of the five rules.' })
  rules!: RuleSettingType[];
  @Field(() => Int, { description: 'Clusters that a village needs to count as SYNERGY.' })
  synergyColours!: number;
  @Field(() => Float, { description: 'Diversity that a village needs to count as SYNERGY.' })
  synergyDiversity!: number;
  @Field(() => Int, { description: 'Days after which a pledge that was not committed expires.' })
  pledgeDays!: number;
  @Field(() => Int, { description: 'Days after its due date after which a commitment expires.' })
  graceDays!: number;
  @Field(() => DateTimeScalar, { description: 'It holds for claims made from then on.' })
  effectiveFrom!: Date;
  @Extensions(characters(CHARACTERS.note))
  @Field(() => String, { nullable: true, description: 'What its makers say of it.' })
  note!: string | null;
}

export const PolicyConnectionType = connectionType('Policy', () => PolicyType);
export const PolicyPayloadType = payloadType('PolicyPayload', 'policy', () => PolicyType);

@InputType('RuleSettingInput', { description: 'How a new policy sets one rule.' })
export class RuleSettingInputType {
  @Field(() => RuleEnum, { description: 'The rule; each of the five exactly once.' })
  rule!: Rule;
  @Field(() => RuleModeEnum, { description: 'What happens when it is broken.' })
  mode!: RuleMode;
  @Field(() => Float, {
    description:
      'RECIPROCITY: a newcomer’s credit, whole IDR; shares and SPREAD: ratio, 0 to 1; CAPACITY: count.',
  })
  limit!: number;
  @Field(() => Float, {
    nullable: true,
    description:
      'Required for the shares (whole IDR), SPREAD and CAPACITY (ratio, 0 to 1); none for RECIPROCITY.',
  })
  floor?: number | null;
  @Field(() => Float, {
    nullable: true,
    description: 'Required for RECIPROCITY (whole IDR, at least limit); else none.',
  })
  ceiling?: number | null;
}

@InputType('PublishPolicyInput', {
  description: 'The next version of an area’s policy, in force from now on.',
})
export class PublishPolicyInputType {
  @Field(() => String, {
    nullable: true,
    description: 'Official code; everywhere when absent (administrators only).',
  })
  areaCode?: string | null;
  @Field(() => [RuleSettingInputType], { description: 'One setting for each of the five rules.' })
  rules!: RuleSettingInputType[];
  @Field(() => Int, { description: 'Clusters that a village needs to count as SYNERGY, 1 to 100.' })
  synergyColours!: number;
  @Field(() => Float, { description: 'Diversity that a village needs to count as SYNERGY, 1 to 100.' })
  synergyDiversity!: number;
  @Field(() => Int, { description: 'Days after which a pledge that was not committed expires, 1 to 366.' })
  pledgeDays!: number;
  @Field(() => Int, { description: 'Days after its due date after which a commitment expires, 0 to 366.' })
  graceDays!: number;
  @Field(() => String, { nullable: true, description: 'What to say of it, at most 2,000 characters.' })
  note?: string | null;
  @Field(() => String, { nullable: true, description: 'Sending the same key again has no second effect.' })
  idempotencyKey?: string | null;
}
