import 'reflect-metadata';
import type { GraphQLSchema } from 'graphql';
import { buildSchema, type PubSub } from 'type-graphql';
import { AreaResolver } from './areas/area.resolver.ts';
import { AuditResolver } from './audit/audit.resolver.ts';
import {
  CounterpartResolver,
  PartnerBalanceOfPartner,
  PartnerBalanceResolver,
  ReciprocityResolver,
  SupportBalanceResolver,
  SupportFlowResolver,
} from './balance/balance.resolver.ts';
import { PolicyResolver, RuleVerdictResolver } from './balance/policy.resolver.ts';
import { SuggestedNeedsResolver, SuggestionResolver } from './balance/suggestion.resolver.ts';
import {
  DeliveryMutations,
  DeliveryResolver,
  PledgeDeliveriesResolver,
} from './deliveries/delivery.resolver.ts';
import { FeedResolver } from './feed/feed.resolver.ts';
import {
  DeliveryStateResolver,
  NeedStateResolver,
  PartnerStateResolver,
  PledgeStateResolver,
  VillageStateResolver,
} from './feed/state.resolver.ts';
import { AccountMutations, AccountResolver } from './identity/account.resolver.ts';
import { AuditActorResolver } from './identity/audit-actor.resolver.ts';
import { ApiTokenResolver } from './identity/api-token.resolver.ts';
import { AccountPlaces, ViewerPlaces } from './identity/held-places.resolver.ts';
import { InvitationResolver } from './identity/invitation.resolver.ts';
import { SessionResolver } from './identity/session.resolver.ts';
import { ViewerResolver } from './identity/viewer.resolver.ts';
import { NeedMutations, NeedResolver, VillageNeedsResolver } from './needs/need.resolver.ts';
import { NodeResolver } from './node.resolver.ts';
import { PartnerResolver, SectorResolver } from './partners/partner.resolver.ts';
import { assertBoundsDeclared } from './platform/graphql/answer-bounds.ts';
import { countAnswerBytes } from './platform/graphql/answer-bytes.ts';
import type { Context } from './platform/graphql/context.ts';
import { resolveDirectly } from './platform/graphql/direct-resolvers.ts';
import { assertFieldsRuled } from './platform/graphql/field-access.ts';
import { ProblemResolver } from './platform/graphql/problem.resolver.ts';
import {
  ForbiddenType,
  IdempotencyConflictType,
  InvalidInputType,
  NotEnoughRemainingType,
  NotFoundType,
  StaleVersionType,
  TooManyAttemptsType,
  WrongStateType,
} from './platform/graphql/problem.types.ts';
import { BalanceRuleBrokenResolver, ClaimPreviewResolver } from './pledges/claim-suggestions.resolver.ts';
import { PledgeMutations } from './pledges/pledge-mutations.resolver.ts';
import { PledgeResolver } from './pledges/pledge.resolver.ts';
import { BalanceRuleBrokenType } from './pledges/pledge.types.ts';
import { NeedPledges, PartnerPledges, VillagePledges } from './pledges/pledges-of.resolver.ts';
import { AreaCoverageResolver, ColourShareResolver, VillageResolver } from './villages/village.resolver.ts';

const resolvers = [
  NodeResolver,
  ViewerResolver,
  AuditResolver,
  AuditActorResolver,
  SessionResolver,
  ApiTokenResolver,
  AccountResolver,
  AccountPlaces,
  ViewerPlaces,
  AccountMutations,
  InvitationResolver,
  AreaResolver,
  AreaCoverageResolver,
  PartnerResolver,
  SectorResolver,
  VillageResolver,
  ColourShareResolver,
  NeedResolver,
  VillageNeedsResolver,
  NeedMutations,
  PolicyResolver,
  RuleVerdictResolver,
  SupportBalanceResolver,
  PartnerBalanceOfPartner,
  CounterpartResolver,
  ReciprocityResolver,
  SupportFlowResolver,
  PartnerBalanceResolver,
  SuggestedNeedsResolver,
  SuggestionResolver,
  PledgeResolver,
  NeedPledges,
  VillagePledges,
  PartnerPledges,
  BalanceRuleBrokenResolver,
  ClaimPreviewResolver,
  PledgeMutations,
  DeliveryResolver,
  PledgeDeliveriesResolver,
  DeliveryMutations,
  FeedResolver,
  NeedStateResolver,
  VillageStateResolver,
  PartnerStateResolver,
  PledgeStateResolver,
  DeliveryStateResolver,
  ProblemResolver,
] as const;

/** Types that only interfaces lead to. */
const orphanedTypes = [
  InvalidInputType,
  NotFoundType,
  ForbiddenType,
  WrongStateType,
  StaleVersionType,
  NotEnoughRemainingType,
  TooManyAttemptsType,
  BalanceRuleBrokenType,
  IdempotencyConflictType,
];

/** type-graphql demands one; no subscription of ours uses it, since its own drops no slow reader and keeps all. */
const noPubSub: PubSub = {
  publish(): void {
    throw new Error('the feed is the only way of an event');
  },
  subscribe(): never {
    throw new Error('the feed is the only way of an event');
  },
};

/**
 * The whole API; resolvers are found in the container of each operation's context. Throws when there is a field that
 * no rule of access speaks of, or a list or text whose greatest size nobody declared.
 */
export async function createSchema(): Promise<GraphQLSchema> {
  const schema = await buildSchema({
    resolvers,
    orphanedTypes,
    container: ({ context }: { context: Context }) => context.container,
    pubSub: noPubSub,
    validate: false,
  });
  resolveDirectly(schema, resolvers);
  assertFieldsRuled(schema);
  assertBoundsDeclared(schema);
  countAnswerBytes(schema);
  return schema;
}
