import { Arg, Ctx, Extensions, FieldResolver, Mutation, Query, Resolver, Root } from 'type-graphql';
import type { Actor, Role } from '../access/actor.ts';
import type { AreaRow, AreaService } from '../areas/area.service.ts';
import { AreaType } from '../areas/area.types.ts';
import { Refused } from '../kernel/problems.ts';
import type { PartnerRow, PartnerService } from '../partners/partner.service.ts';
import { PartnerType } from '../partners/partner.types.ts';
import { costs, PASSWORD_FIELDS } from '../platform/graphql/prices.ts';
import type { Context } from '../platform/graphql/context.ts';
import type { VillageRow, VillageService } from '../villages/village.service.ts';
import { VillageType } from '../villages/village.types.ts';
import type { IdentityService, ShownAccount, SignIn } from './identity.service.ts';
import { RoleEnum, SignInInputType, SignInPayloadType, ViewerType } from './viewer.types.ts';

type Viewer = ShownAccount & { actor: Actor };

@Resolver(() => ViewerType)
export class ViewerResolver {
  private readonly identity: IdentityService;
  private readonly partners: PartnerService;
  private readonly areaService: AreaService;
  private readonly villageService: VillageService;

  constructor(
    identity: IdentityService,
    partners: PartnerService,
    areas: AreaService,
    villages: VillageService,
  ) {
    this.identity = identity;
    this.partners = partners;
    this.areaService = areas;
    this.villageService = villages;
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
    return signInAnswer(() => this.identity.signIn(input, context.actor.origin));
  }

  @FieldResolver(() => [RoleEnum], { description: 'What they may do.' })
  roles(@Root() { actor }: Viewer): readonly Role[] {
    return actor.roles;
  }

  @FieldResolver(() => PartnerType, { nullable: true, description: 'The partner whose member they are.' })
  partner(@Root() { actor }: Viewer, @Ctx() { batches }: Context): Promise<PartnerRow | null> | null {
    return actor.partnerId === null ? null : batches.load(this.partners.byId, actor.partnerId);
  }

  @FieldResolver(() => [AreaType], { description: 'The areas they coordinate, by code.' })
  async areas(@Root() { actor }: Viewer, @Ctx() { batches }: Context): Promise<(AreaRow | null)[]> {
    return Promise.all(actor.areaCodes.map((code) => batches.load(this.areaService.byCode, code)));
  }

  @FieldResolver(() => [VillageType], { description: 'The villages they speak for.' })
  async villages(@Root() { actor }: Viewer, @Ctx() { batches }: Context): Promise<(VillageRow | null)[]> {
    return Promise.all(actor.villageIds.map((id) => batches.load(this.villageService.byId, id)));
  }
}

/** Comes in: the token and who it is, or the problems of the refusal as data. */
export async function signInAnswer(work: () => Promise<SignIn>): Promise<SignInPayloadType> {
  try {
    const { token, expiresAt, viewer, actor } = await work();
    return { token, expiresAt, viewer: { ...viewer, actor }, problems: [] };
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    return { token: null, expiresAt: null, viewer: null, problems: error.problems };
  }
}
