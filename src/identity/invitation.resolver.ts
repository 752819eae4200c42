import { Arg, Ctx, Extensions, Mutation, Resolver } from 'type-graphql';
import { Refused } from '../kernel/problems.ts';
import { costs, PASSWORD_FIELDS } from '../platform/graphql/prices.ts';
import type { Context } from '../platform/graphql/context.ts';
import type { AcceptanceService } from './acceptance.service.ts';
import {
  AcceptInvitationInputType,
  AccountInputType,
  InvitationPayloadType,
  InviteAccountInputType,
} from './account.types.ts';
import type { InvitationService, Invited } from './invitation.service.ts';
import { signInAnswer } from './viewer.resolver.ts';
import { SignInPayloadType } from './viewer.types.ts';

@Resolver()
export class InvitationResolver {
  private readonly invitations: InvitationService;
  private readonly acceptance: AcceptanceService;

  constructor(invitations: InvitationService, acceptance: AcceptanceService) {
    this.invitations = invitations;
    this.acceptance = acceptance;
  }

  @Mutation(() => InvitationPayloadType, {
    description:
      'Makes an account without a password, and shows once the secret with which somebody sets it. For administrators.',
  })
  inviteAccount(
    @Arg('input', () => InviteAccountInputType, { description: 'Who, and what they may do.' })
    input: InviteAccountInputType,
    @Ctx() { actor }: Context,
  ): Promise<InvitationPayloadType> {
    return invitationAnswer(() => this.invitations.invite(actor, input));
  }

  @Mutation(() => InvitationPayloadType, {
    description:
      'Shows a new secret for an account without a password; the former is worth nothing from then on. An issuer’s account is WrongState. For administrators.',
  })
  renewInvitation(
    @Arg('input', () => AccountInputType, { description: 'Which account.' })
    { accountId }: AccountInputType,
    @Ctx() { actor }: Context,
  ): Promise<InvitationPayloadType> {
    return invitationAnswer(() => this.invitations.renew(actor, accountId));
  }

  @Extensions(costs(PASSWORD_FIELDS))
  @Mutation(() => SignInPayloadType, {
    description:
      'Sets the password of an invited account, once, and signs in. For everybody; tried too often, it is TooManyAttempts for a while.',
  })
  acceptInvitation(
    @Arg('input', () => AcceptInvitationInputType, { description: 'Secret and password.' })
    input: AcceptInvitationInputType,
    @Ctx() { actor }: Context,
  ): Promise<SignInPayloadType> {
    return signInAnswer(() => this.acceptance.accept(input, actor.origin));
  }
}

async function invitationAnswer(work: () => Promise<Invited>): Promise<InvitationPayloadType> {
  try {
    return { ...(await work()), problems: [] };
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    return { account: null, secret: null, problems: error.problems };
  }
}
