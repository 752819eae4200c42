import { Arg, Ctx, Extensions, FieldResolver, Int, Resolver, Root } from 'type-graphql';
import { claimantOf } from '../access/access.rules.ts';
import { SuggestedNeedsType } from '../balance/balance.types.ts';
import type { SuggestedNeeds, SuggestionService } from '../balance/suggestion.service.ts';
import { ENTRIES } from '../kernel/bounds.ts';
import { firstDescription } from '../platform/graphql/connection.ts';
import type { Context } from '../platform/graphql/context.ts';
import { CLAIM_SUGGESTIONS_FIELDS, costs, SUGGESTIONS_FIELDS } from '../platform/graphql/prices.ts';
import type { Preview } from './claim.service.ts';
import { BalanceRuleBrokenType, ClaimPreviewType } from './pledge.types.ts';

/** How many needs are pointed to when nobody says how many. */
const USUAL = ENTRIES.suggestions;

@Resolver(() => BalanceRuleBrokenType)
export class BalanceRuleBrokenResolver {
  private readonly suggestions: SuggestionService;

  constructor(suggestions: SuggestionService) {
    this.suggestions = suggestions;
  }

  @Extensions(costs(CLAIM_SUGGESTIONS_FIELDS))
  @FieldResolver(() => SuggestedNeedsType, {
    name: 'suggestions',
    description:
      'What you could claim instead, as things stand now: also of a refusal that is repeated for its key. Searched for only when this field is selected.',
  })
  instead(
    @Arg('first', () => Int, { nullable: true, defaultValue: USUAL, description: firstDescription })
    first: number | null,
    @Ctx() { actor, signal }: Context,
  ): Promise<SuggestedNeeds> {
    // Keys belong to a partner, so that nobody hears of a refusal but its members.
    return this.suggestions.suggest(claimantOf(actor), first ?? USUAL, signal);
  }
}

@Resolver(() => ClaimPreviewType)
export class ClaimPreviewResolver {
  private readonly suggestions: SuggestionService;

  constructor(suggestions: SuggestionService) {
    this.suggestions = suggestions;
  }

  @Extensions(costs(SUGGESTIONS_FIELDS))
  @FieldResolver(() => SuggestedNeedsType, {
    name: 'suggestions',
    description:
      'What the partner could claim, as things stand now. Searched for only when this field is selected.',
  })
  instead(
    @Root() { partnerId }: Preview,
    @Arg('first', () => Int, { nullable: true, defaultValue: USUAL, description: firstDescription })
    first: number | null,
    @Ctx() { signal }: Context,
  ): Promise<SuggestedNeeds> {
    return this.suggestions.suggest(partnerId, first ?? USUAL, signal);
  }
}
