import { Arg, Ctx, Extensions, ID, Mutation, Query, Resolver } from 'type-graphql';
import { ENTRIES } from '../kernel/bounds.ts';
import { entries } from '../platform/graphql/answer-bounds.ts';
import { isId } from '../kernel/ids.ts';
import { badArgument, Refused } from '../kernel/problems.ts';
import type { Context } from '../platform/graphql/context.ts';
import { answer } from '../platform/graphql/payload.ts';
import type { ApiTokenRow, ApiTokenService } from './api-token.service.ts';
import {
  ApiTokenPayloadType,
  ApiTokenType,
  CreateApiTokenInputType,
  CreateApiTokenPayloadType,
  RevokeApiTokenInputType,
} from './api-token.types.ts';

@Resolver(() => ApiTokenType)
export class ApiTokenResolver {
  private readonly service: ApiTokenService;

  constructor(apiTokens: ApiTokenService) {
    this.service = apiTokens;
  }

  @Extensions(entries(ENTRIES.tokens))
  @Query(() => [ApiTokenType], {
    description:
      'API tokens, newest first, at most 100, those that are over too. One’s own, or for administrators anybody’s.',
  })
  apiTokens(
    @Arg('accountId', () => ID, { nullable: true, description: 'Whose; one’s own when absent.' })
    accountId: string | undefined,
    @Ctx() { actor }: Context,
  ): Promise<ApiTokenRow[]> {
    if (accountId != null && !isId('account', accountId)) {
      throw badArgument('accountId', 'input.bad-id', { kind: 'account', prefix: 'account' });
    }
    return this.service.list(actor, accountId ?? null);
  }

  @Mutation(() => CreateApiTokenPayloadType, {
    description:
      'Makes a token for one’s own systems, and shows its secret once. For everybody who has signed in; not through an API token.',
  })
  async createApiToken(
    @Arg('input', () => CreateApiTokenInputType, { description: 'The new token.' })
    input: CreateApiTokenInputType,
    @Ctx() { actor }: Context,
  ): Promise<CreateApiTokenPayloadType> {
    try {
      const { token, secret } = await this.service.create(actor, input);
      return { apiToken: token, secret, problems: [] };
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      return { apiToken: null, secret: null, problems: error.problems };
    }
  }

  @Mutation(() => ApiTokenPayloadType, {
    description:
      'Ends an API token for good, and closes its live connections within a second. One’s own, or for administrators anybody’s; not through an API token.',
  })
  revokeApiToken(
    @Arg('input', () => RevokeApiTokenInputType, { description: 'Which token.' })
    { tokenId }: RevokeApiTokenInputType,
    @Ctx() { actor }: Context,
  ): Promise<object> {
    return answer('apiToken', () => this.service.revoke(actor, tokenId));
  }
}
