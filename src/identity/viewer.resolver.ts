import { Arg, Ctx, Extensions, FieldResolver, Mutation, Query, Resolver, Root } from 'type-graphql';
import type { Actor, Role } from '../access/actor.ts';
import { Refused } from '../kernel/problems.ts';
import type { PartnerRow, PartnerService } from '../partners/partner.service.ts';
import { PartnerType } from '../partners/partner.types.ts';
import { costs, PASSWORD_FIELDS } from '../platform/graphql/prices.ts';
import type { Context } from '../platform/graphql/context.ts';
import type { IdentityService, ShownAccount } from './identity.service.ts';
import type { SignIn, SignInService } from './sign-in.service.ts';
import { RoleEnum, SignInInputType, SignInPayloadType, ViewerType } from './viewer.types.ts';

/** Who is asking, with what they may do. */
export type Viewer = ShownAccount & { actor: Actor };

@Resolver(() => ViewerType)
export class ViewerResolver {
  private readonly identity: IdentityService;
  private readonly signIns: SignInService;
  private readonly partners: PartnerService;

  constructor(identity: IdentityService, signIns: SignInService, partners: PartnerService) {
    this.identity = identity;
    this.signIns = signIns;
    this.partners = partners;
  }

  @Query(() => ViewerType, {
    nullable: true,
    description: 'Who is asking; null where the public may read and nobody signed in.',
  })
  async viewer(@Ctx() context: Context): Promise<Viewer | null> {
    context.reader();
    const { actor } = context;
    if (actor.accountId === null) return null;
    const account = await context.batches.load(this.identity.seenBy, {
      asker: actor,
      id: actor.accountId,
    });
    return account === null ? null : { ...account, actor };
  }

  @Extensions(costs(PASSWORD_FIELDS))
  @Mutation(() => SignInPayloadType, {
    description:
      'Signs in with email and password. For everybody; tried too often, it is TooManyAttempts for a while.',
  })
  signIn(
    @Arg('input', () => SignInInputType, { description: 'The credentials.' }) input: SignInInputType,
    @Ctx() context: Context,
  ): Promise<SignInPayloadType> {
    return signInAnswer(() => this.signIns.signIn(input, context.actor.origin));
  }

  @FieldResolver(() => [RoleEnum], { description: 'What they may do.' })
  roles(@Root() { actor }: Viewer): readonly Role[] {
    return actor.roles;
  }

  @FieldResolver(() => PartnerType, { nullable: true, description: 'The partner whose member they are.' })
  partner(@Root() { actor }: Viewer, @Ctx() { batches }: Context): Promise<PartnerRow | null> | null {
    return actor.partnerId === null ? null : batches.load(this.partners.byId, actor.partnerId);
  }
}

/** Comes in: the token and who it is, or the problems of the refusal as data. */
export async function signInAnswer(work: () => Promise<SignIn>): Promise<SignInPayloadType> {
  try {
    const { token, expiresAt, viewer, actor, device, refusedSince } = await work();
    return { token, expiresAt, viewer: { ...viewer, actor }, device, refusedSince, problems: [] };
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    const nothing = { token: null, expiresAt: null, viewer: null, device: null, refusedSince: null };
    return { ...nothing, problems: error.problems };
  }
}
