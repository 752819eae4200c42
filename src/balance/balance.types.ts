import { Field, Float, ObjectType, registerEnumType } from 'type-graphql';
import { NeedType } from '../needs/need.types.ts';
import { RupiahScalar } from '../platform/graphql/scalars.ts';
import type { Standing } from './standing.rules.ts';
import type { SuggestionReason } from './suggestion.rules.ts';

const StandingEnum = { BALANCED: 'BALANCED', OWES: 'OWES', OWED: 'OWED' } as const satisfies Record<
  Standing,
  Standing
>;
registerEnumType(StandingEnum, {
  name: 'Standing',
  description: 'How a partner’s support given stands against what it received.',
  valuesConfig: {
    BALANCED: { description: 'Neither of the others.' },
    OWES: { description: 'Received, pending and posted, is more than given posted plus the credit line.' },
    OWED: { description: 'Given posted is more than twice received posted, and more than nothing.' },
  },
});

@ObjectType('Counterpart', { description: 'A partner with whom support was exchanged; posted rupiah.' })
export class CounterpartType {
  @Field(() => RupiahScalar, { description: 'Given to the counterpart’s mandate.' })
  given!: number;
  @Field(() => RupiahScalar, { description: 'Received from the counterpart in one’s own mandate.' })
  received!: number;
  @Field(() => RupiahScalar, { description: 'given − received.' })
  net!: number;
}

@ObjectType('SupportBalance', {
  description:
    'Support a partner gave to others’ mandates, and received in its own, in rupiah; pending = committed, not yet verified; posted = verified.',
})
export class SupportBalanceType {
  @Field(() => RupiahScalar, { description: 'Committed to others’ mandates, not yet verified.' })
  givenPending!: number;
  @Field(() => RupiahScalar, { description: 'Verified in others’ mandates.' })
  givenPosted!: number;
  @Field(() => RupiahScalar, { description: 'Committed by others to its mandate, not yet verified.' })
  receivedPending!: number;
  @Field(() => RupiahScalar, { description: 'Verified by others in its mandate.' })
  receivedPosted!: number;
  @Field(() => RupiahScalar, { description: 'givenPosted − receivedPosted.' })
  net!: number;
  @Field(() => RupiahScalar, {
    description:
      'min(ceiling, limit + givenPosted), of the RECIPROCITY rule in the smallest area that holds all its areas.',
  })
  creditLine!: number;
  @Field(() => StandingEnum, { description: 'What follows from these figures.' })
  standing!: Standing;
}

@ObjectType('SupportFlow', { description: 'Support from one partner to the mandate of another.' })
export class SupportFlowType {}

@ObjectType('PartnerBalance', { description: 'A partner and its balance.' })
export class PartnerBalanceType {}

@ObjectType('ReciprocityReport', {
  description:
    'Who supported whose mandate in an area (w_ij: posted support of i to j, i ≠ j). bilateral = Σ min(w_ij, w_ji) / Σ w_ij; multilateral = 1 − Σ_i |out_i − in_i| / (2 Σ w_ij): a circle of three has bilateral 0 and multilateral 1. Null when nothing flowed. Source: Squartini et al. 2013, Scientific Reports 3:2729.',
})
export class ReciprocityReportType {
  @Field(() => Float, { nullable: true, description: 'How much is returned by the one it went to, 0 to 1.' })
  bilateral!: number | null;
  @Field(() => Float, { nullable: true, description: 'How much comes back from anybody, 0 to 1.' })
  multilateral!: number | null;
}

export const SuggestionReasonEnum = {
  SUPPORTS_CREDITOR: 'SUPPORTS_CREDITOR',
  ADDS_COLOUR: 'ADDS_COLOUR',
  LEAST_COVERED: 'LEAST_COVERED',
  URGENT: 'URGENT',
  DUE_SOON: 'DUE_SOON',
} as const satisfies Record<SuggestionReason, SuggestionReason>;
registerEnumType(SuggestionReasonEnum, {
  name: 'SuggestionReason',
  description: 'Why a need is suggested, in the order in which they weigh.',
  valuesConfig: {
    SUPPORTS_CREDITOR: { description: 'It falls under the mandate of a partner that is owed support.' },
    ADDS_COLOUR: { description: 'The partner’s cluster has no commitment in the village.' },
    LEAST_COVERED: { description: 'Ranked by how little of the village’s plan is covered.' },
    URGENT: { description: 'The need is urgent.' },
    DUE_SOON: { description: 'The need is due within 30 days.' },
  },
});

@ObjectType('Suggestion', { description: 'Why a need is suggested to a partner.' })
export class SuggestionType {
  @Field(() => [SuggestionReasonEnum], { description: 'The reasons; the first weighs most.' })
  reasons!: SuggestionReason[];
  @Field(() => Float, { description: 'Committed share of the village’s plan, 0 to 1.' })
  coverage!: number;
}

@ObjectType('SuggestedNeeds', { description: 'Needs that are suggested to a partner.' })
export class SuggestedNeedsType {
  @Field(() => [NeedType], {
    description: 'Open needs whose claim of 1 would pass, best first; `suggestion` says why.',
  })
  nodes!: object[];
  @Field(() => Boolean, {
    description:
      'False when the search ran out of its time (1 second) before it found as many as were asked for: others may pass that are not shown. True when as many were found, or when no other need would pass.',
  })
  complete!: boolean;
}
