import type { EntityManager } from '@mikro-orm/postgresql';
import { Arg, Ctx, FieldResolver, ID, Int, Mutation, Query, Resolver, Root } from 'type-graphql';
import { claim } from './apollo-claim.ts';
import { Area, Need, type Partner, Pledge, Village } from './apollo-entities.ts';
import {
  AreaType,
  ClaimNeedInput,
  CoverageType,
  Needs,
  NeedStatus,
  NeedType,
  PartnerType,
  PledgePayload,
  Pledges,
  PledgeType,
  SynergyType,
  Villages,
  VillageType,
} from './apollo-types.ts';

export interface Context {
  em: EntityManager;
  partnerId: string;
}

@Resolver()
export class Roots {
  @Query(() => Villages)
  async villages(
    @Arg('areaCode', () => String) areaCode: string,
    @Arg('first', () => Int) first: number,
    @Ctx() { em }: Context,
  ): Promise<object> {
    const inArea = { code: { $gt: `${areaCode}.`, $lt: `${areaCode}/` } };
    return { nodes: await em.find(Village, inArea, { orderBy: { code: 'asc' }, limit: first }) };
  }

  @Query(() => Pledges)
  async pledges(@Arg('first', () => Int) first: number, @Ctx() { em }: Context): Promise<object> {
    return { nodes: await em.findAll(Pledge, { orderBy: { id: 'desc' }, limit: first }) };
  }

  @Query(() => NeedType, { nullable: true })
  need(@Arg('id', () => ID) id: string, @Ctx() { em }: Context): Promise<Need | null> {
    return em.findOne(Need, id);
  }

  @Query(() => AreaType, { nullable: true })
  area(@Arg('code', () => String) code: string, @Ctx() { em }: Context): Promise<Area | null> {
    return em.findOne(Area, { code });
  }

  @Mutation(() => PledgePayload)
  async claimNeed(
    @Arg('input', () => ClaimNeedInput) input: ClaimNeedInput,
    @Ctx() { em, partnerId }: Context,
  ): Promise<object> {
    return { pledge: await claim(em, partnerId, input), problems: [] };
  }
}

@Resolver(() => VillageType)
export class VillageResolver {
  @FieldResolver(() => Needs)
  async needs(
    @Root() village: Village,
    @Arg('status', () => [NeedStatus]) status: NeedStatus[],
    @Arg('first', () => Int) first: number,
    @Ctx() { em }: Context,
  ): Promise<object> {
    const which = { village, status: { $in: status } };
    return { nodes: await em.find(Need, which, { orderBy: { id: 'desc' }, limit: first }) };
  }
}

@Resolver(() => NeedType)
export class NeedResolver {
  @FieldResolver(() => Int)
  remaining(@Root() { quantity, pledged, committed }: Need): number {
    return quantity - pledged - committed;
  }

  @FieldResolver(() => VillageType)
  village(@Root() need: Need): Promise<Village> {
    return need.village.loadOrFail();
  }

  @FieldResolver(() => Pledges)
  async pledges(
    @Root() need: Need,
    @Arg('first', () => Int) first: number,
    @Ctx() { em }: Context,
  ): Promise<object> {
    return { nodes: await em.find(Pledge, { need }, { orderBy: { id: 'desc' }, limit: first }) };
  }
}

@Resolver(() => PledgeType)
export class PledgeResolver {
  @FieldResolver(() => NeedType)
  need(@Root() pledge: Pledge): Promise<Need> {
    return pledge.need.loadOrFail();
  }

  @FieldResolver(() => PartnerType)
  partner(@Root() pledge: Pledge): Promise<Partner> {
    return pledge.partner.loadOrFail();
  }
}

@Resolver(() => AreaType)
export class AreaResolver {
  @FieldResolver(() => [AreaType])
  children(@Root() area: Area, @Ctx() { em }: Context): Promise<Area[]> {
    return em.find(Area, { parent: area }, { orderBy: { code: 'asc' } });
  }

  @FieldResolver(() => CoverageType)
  async coverage(@Root() { code }: Area, @Ctx() { em }: Context): Promise<object | undefined> {
    const [figures] = await em.execute<object[]>(
      `select f.needed, f.pledged, f.committed, f.delivered, f.verified, f.open_needs as "openNeeds"
       from areas a cross join lateral areas_coverage(a) as f where a.code = ?`,
      [code],
    );
    return figures;
  }

  @FieldResolver(() => SynergyType)
  async synergy(@Root() { code }: Area, @Ctx() { em }: Context): Promise<object | undefined> {
    const [figures] = await em.execute<object[]>(
      `select f.villages, f.untouched, f.single_colour as "singleColour", f.multi_colour as "multiColour", f.synergy
       from areas a cross join lateral areas_synergy(a) as f where a.code = ?`,
      [code],
    );
    return figures;
  }
}
