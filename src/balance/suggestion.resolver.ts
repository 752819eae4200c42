import { Arg, Ctx, Extensions, FieldResolver, ID, Int, Query, Resolver, Root } from 'type-graphql';
import { CHARACTERS } from '../kernel/bounds.ts';
import { characters } from '../platform/graphql/answer-bounds.ts';
import { NeedType } from '../needs/need.types.ts';
import type { PartnerRow, PartnerService } from '../partners/partner.service.ts';
import { PartnerType } from '../partners/partner.types.ts';
import { firstDescription } from '../platform/graphql/connection.ts';
import type { Context } from '../platform/graphql/context.ts';
import { costs, SUGGESTIONS_FIELDS } from '../platform/graphql/prices.ts';
import { say } from '../platform/messages.ts';
import { SuggestedNeedsType, SuggestionType } from './balance.types.ts';
import type { Suggestion } from './suggestion.rules.ts';
import type { SuggestedNeed, SuggestedNeeds, SuggestionService } from './suggestion.service.ts';

@Resolver(() => NeedType)
export class SuggestedNeedsResolver {
  private readonly suggestions: SuggestionService;

  constructor(suggestions: SuggestionService) {
    this.suggestions = suggestions;
  }

  /** A page of 100 takes twice the work of five. */
  @Extensions(costs(2 * SUGGESTIONS_FIELDS))
  @Query(() => SuggestedNeedsType, {
    description:
      'Open needs in a partner’s areas whose claim of 1 would pass, best first; `suggestion` says why. For partners’ members; coordinators, auditors and administrators may name any partner.',
  })
  suggestedNeeds(
    @Arg('partnerId', () => ID, { nullable: true, description: 'For which partner; your own when absent.' })
    partnerId: string | undefined,
    @Arg('first', () => Int, { nullable: true, defaultValue: 10, description: firstDescription })
    first: number | null,
    @Ctx() context: Context,
  ): Promise<SuggestedNeeds> {
    return this.suggestions.for(context.reader(), partnerId ?? null, first ?? 10, context.signal);
  }

  @FieldResolver(() => SuggestionType, {
    nullable: true,
    description: 'Why it is suggested; null for a need that was found in any other way.',
  })
  suggestion(@Root() need: Partial<SuggestedNeed>): Suggestion | null {
    return need.suggestion ?? null;
  }
}

@Resolver(() => SuggestionType)
export class SuggestionResolver {
  private readonly partners: PartnerService;

  constructor(partners: PartnerService) {
    this.partners = partners;
  }

  @FieldResolver(() => PartnerType, {
    nullable: true,
    description: 'Whose mandate it falls under, when support is owed to it.',
  })
  creditor(
    @Root() { creditorId }: Suggestion,
    @Ctx() { batches }: Context,
  ): Promise<PartnerRow | null> | null {
    return creditorId === null ? null : batches.load(this.partners.byId, creditorId);
  }

  @Extensions(characters(CHARACTERS.message))
  @FieldResolver(() => String, { description: 'The reasons in words, in the client’s language.' })
  message(@Root() { reasons, coverage }: Suggestion, @Ctx() { locale }: Context): string {
    const sentences = reasons.map((reason) =>
      say(locale, { key: `suggestion.${reason}`, params: { coverage } }),
    );
    return sentences.join(' ');
  }
}
