import { Arg, Ctx, Extensions, FieldResolver, ID, Int, Mutation, Query, Resolver, Root } from 'type-graphql';
import { ENTRIES } from '../kernel/bounds.ts';
import { entries } from '../platform/graphql/answer-bounds.ts';
import type { AreaRow } from '../areas/area.service.ts';
import { AreaType } from '../areas/area.types.ts';
import { isId } from '../kernel/ids.ts';
import { badArgument } from '../kernel/problems.ts';
import {
  afterDescription,
  type Connection,
  firstDescription,
  pageRequest,
  toConnection,
} from '../platform/graphql/connection.ts';
import type { Context } from '../platform/graphql/context.ts';
import { answer } from '../platform/graphql/payload.ts';
import { CursorScalar } from '../platform/graphql/scalars.ts';
import type { PartnerKind } from './partner.entity.ts';
import type { PartnerRegistration } from './partner-registration.service.ts';
import type { ClusterRow, PartnerRow, PartnerService, SectorRow } from './partner.service.ts';
import {
  ClusterType,
  PartnerConnectionType,
  PartnerKindEnum,
  PartnerPayloadType,
  PartnerType,
  RegisterPartnerInputType,
  SectorType,
} from './partner.types.ts';

@Resolver(() => PartnerType)
export class PartnerResolver {
  private readonly partners: PartnerService;
  private readonly registration: PartnerRegistration;

  constructor(partners: PartnerService, registration: PartnerRegistration) {
    this.partners = partners;
    this.registration = registration;
  }

  @Query(() => PartnerType, {
    nullable: true,
    description: 'A partner by its id or its code; null when there is none.',
  })
  async partner(
    @Arg('id', () => ID, { nullable: true, description: 'Its id; give this or `code`.' }) id:
      | string
      | undefined,
    @Arg('code', () => String, { nullable: true, description: 'Its code; give this or `id`.' })
    code: string | undefined,
    @Ctx() context: Context,
  ): Promise<PartnerRow | null> {
    context.reader();
    if ((id == null) === (code == null)) throw badArgument('id', 'input.one-of', { fields: 'id, code' });
    if (code != null) return context.batches.load(this.partners.byCode, code);
    if (!isId('partner', id!)) {
      throw badArgument('id', 'input.bad-id', { kind: 'partner', prefix: 'partner' });
    }
    return context.batches.load(this.partners.byId, id!);
  }

  @Query(() => PartnerConnectionType, { name: 'partners', description: 'Partners, by code.' })
  async list(
    @Arg('kind', () => [PartnerKindEnum], { nullable: true, description: 'Only of these kinds.' })
    kind: PartnerKind[] | undefined,
    @Arg('cluster', () => [String], { nullable: true, description: 'Only of these clusters, by code.' })
    cluster: string[] | undefined,
    @Arg('search', () => String, {
      nullable: true,
      description: 'Words, or their beginnings, of the name or code.',
    })
    search: string | undefined,
    @Arg('first', () => Int, { nullable: true, defaultValue: 20, description: firstDescription })
    first: number | null,
    @Arg('after', () => CursorScalar, { nullable: true, description: afterDescription }) after:
      | string
      | undefined,
    @Ctx() context: Context,
  ): Promise<Connection<PartnerRow>> {
    const page = pageRequest(first, after);
    return toConnection(await this.partners.list(context.reader(), { kind, cluster, search }, page));
  }

  @Extensions(entries(ENTRIES.sectors))
  @Query(() => [SectorType], { description: 'All sectors, by code.' })
  sectors(@Ctx() context: Context): Promise<SectorRow[]> {
    return this.partners.sectors(context.reader());
  }

  @Extensions(entries(ENTRIES.clusters))
  @Query(() => [ClusterType], { description: 'All clusters, by code.' })
  clusters(@Ctx() context: Context): Promise<ClusterRow[]> {
    return this.partners.clusters(context.reader());
  }

  @Mutation(() => PartnerPayloadType, {
    description:
      'Registers a partner. For administrators, and coordinators whose areas cover all of the partner’s.',
  })
  registerPartner(
    @Arg('input', () => RegisterPartnerInputType, { description: 'The new partner.' })
    input: RegisterPartnerInputType,
    @Ctx() { actor }: Context,
  ): Promise<object> {
    return answer('partner', () => this.registration.register(actor, input));
  }

  @FieldResolver(() => ClusterType, { description: 'The cluster it belongs to, which gives it its colour.' })
  cluster(@Root() partner: PartnerRow, @Ctx() { batches }: Context): Promise<ClusterRow | null> {
    return batches.load(this.partners.clusterByCode, partner.clusterCode);
  }

  @Extensions(entries(ENTRIES.sectors))
  @FieldResolver(() => [SectorType], { description: 'The sectors it is responsible for (tupoksi), by code.' })
  mandate(@Root() partner: PartnerRow, @Ctx() { batches }: Context): Promise<SectorRow[]> {
    return batches.load(this.partners.mandateOf, partner.id);
  }

  @Extensions(entries(ENTRIES.partnerAreas))
  @FieldResolver(() => [AreaType], {
    description: 'Where it works; its mandate holds in these areas. By code.',
  })
  areas(@Root() partner: PartnerRow, @Ctx() { batches }: Context): Promise<AreaRow[]> {
    return batches.load(this.partners.areasOf, partner.id);
  }
}

@Resolver(() => SectorType)
export class SectorResolver {
  private readonly partners: PartnerService;

  constructor(partners: PartnerService) {
    this.partners = partners;
  }

  @FieldResolver(() => ClusterType, { description: 'The cluster the sector belongs to.' })
  cluster(@Root() sector: SectorRow, @Ctx() { batches }: Context): Promise<ClusterRow | null> {
    return batches.load(this.partners.clusterByCode, sector.clusterCode);
  }
}
