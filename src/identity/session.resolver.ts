import { Arg, Ctx, Extensions, FieldResolver, ID, Mutation, Query, Resolver, Root } from 'type-graphql';
import { ENTRIES } from '../kernel/bounds.ts';
import { entries } from '../platform/graphql/answer-bounds.ts';
import { isId } from '../kernel/ids.ts';
import { badArgument } from '../kernel/problems.ts';
import type { Context } from '../platform/graphql/context.ts';
import { answer } from '../platform/graphql/payload.ts';
import type { SessionRow, SessionService } from './session.service.ts';
import {
  RevokeSessionsInputType,
  RevokeSessionsPayloadType,
  SessionPayloadType,
  SessionType,
} from './session.types.ts';

@Resolver(() => SessionType)
export class SessionResolver {
  private readonly service: SessionService;

  constructor(sessions: SessionService) {
    this.service = sessions;
  }

  @Extensions(entries(ENTRIES.tokens))
  @Query(() => [SessionType], {
    description:
      'The sessions that last, newest first, at most 100. One’s own, or for administrators anybody’s.',
  })
  sessions(
    @Arg('accountId', () => ID, { nullable: true, description: 'Whose; one’s own when absent.' })
    accountId: string | undefined,
    @Ctx() { actor }: Context,
  ): Promise<SessionRow[]> {
    if (accountId != null && !isId('account', accountId)) {
      throw badArgument('accountId', 'input.bad-id', { kind: 'account', prefix: 'account' });
    }
    return this.service.list(actor, accountId ?? null);
  }

  @Mutation(() => SessionPayloadType, {
    description:
      'Ends the session through which it is asked: its token is worth nothing from then on, and its live connections are closed within a second.',
  })
  signOut(@Ctx() { actor }: Context): Promise<object> {
    return answer('session', () => this.service.signOut(actor));
  }

  @Mutation(() => RevokeSessionsPayloadType, {
    description:
      'Ends sessions wherever they are: their tokens are worth nothing from then on, and their live connections are closed within a second. One’s own, or for administrators anybody’s.',
  })
  revokeSessions(
    @Arg('input', () => RevokeSessionsInputType, { description: 'Which sessions.' })
    input: RevokeSessionsInputType,
    @Ctx() { actor }: Context,
  ): Promise<object> {
    return answer('sessions', () => this.service.revoke(actor, input));
  }

  @FieldResolver(() => Boolean, { description: 'Whether it is the one through which this is asked.' })
  isCurrent(@Root() { id }: SessionRow, @Ctx() { actor }: Context): boolean {
    return id === actor.origin.tokenId;
  }
}
