import { Arg, Ctx, Extensions, FieldResolver, ID, Int, Query, Resolver, Root } from 'type-graphql';
import { ENTRIES } from '../kernel/bounds.ts';
import { entries } from '../platform/graphql/answer-bounds.ts';
import { type AreaRow, type AreaService, lineage } from '../areas/area.service.ts';
import { AreaType } from '../areas/area.types.ts';
import { isId } from '../kernel/ids.ts';
import { badArgument } from '../kernel/problems.ts';
import { ratio } from '../kernel/rupiah.ts';
import type { ClusterRow, PartnerService } from '../partners/partner.service.ts';
import { ClusterType } from '../partners/partner.types.ts';
import {
  afterDescription,
  type Connection,
  firstDescription,
  pageRequest,
  toConnection,
} from '../platform/graphql/connection.ts';
import type { Context } from '../platform/graphql/context.ts';
import { CursorScalar } from '../platform/graphql/scalars.ts';
import type { CoverageService, Figures } from './coverage.service.ts';
import type { SynergyLevel } from './village.entity.ts';
import type { Colour, VillageRow, VillageService } from './village.service.ts';
import {
  ColourShareType,
  CoverageType,
  SynergyCountType,
  SynergyLevelEnum,
  VillageConnectionType,
  VillageType,
} from './village.types.ts';

export function toCoverage(figures: Figures): CoverageType {
  const { neededRupiah, committedRupiah, verifiedRupiah } = figures;
  return {
    needed: neededRupiah,
    pledged: figures.pledgedRupiah,
    committed: committedRupiah,
    delivered: figures.deliveredRupiah,
    verified: verifiedRupiah,
    committedRatio: ratio(committedRupiah, neededRupiah),
    verifiedRatio: ratio(verifiedRupiah, neededRupiah),
    openNeeds: figures.openNeeds,
  };
}

export function toColourShares(colours: readonly Colour[]): object[] {
  const total = colours.reduce((sum, { committedRupiah }) => sum + committedRupiah, 0);
  return colours.map(({ clusterCode, committedRupiah }) => ({
    clusterCode,
    committed: committedRupiah,
    share: ratio(committedRupiah, total),
  }));
}

@Resolver(() => VillageType)
export class VillageResolver {
  private readonly villages: VillageService;
  private readonly areas: AreaService;

  constructor(villages: VillageService, areas: AreaService) {
    this.villages = villages;
    this.areas = areas;
  }

  @Query(() => VillageType, {
    nullable: true,
    description: 'A village by id or official code; null when there is none.',
  })
  async village(
    @Arg('id', () => ID, { nullable: true, description: 'Its id; give this or `code`.' }) id:
      | string
      | undefined,
    @Arg('code', () => String, { nullable: true, description: 'Its official code; give this or `id`.' })
    code: string | undefined,
    @Ctx() context: Context,
  ): Promise<VillageRow | null> {
    context.reader();
    if ((id == null) === (code == null)) throw badArgument('id', 'input.one-of', { fields: 'id, code' });
    if (code != null) return context.batches.load(this.villages.byCode, code);
    if (!isId('village', id!)) {
      throw badArgument('id', 'input.bad-id', { kind: 'village', prefix: 'village' });
    }
    return context.batches.load(this.villages.byId, id!);
  }

  @Query(() => VillageConnectionType, { name: 'villages', description: 'Kampung KB by official code.' })
  async list(
    @Arg('areaCode', () => String, { nullable: true, description: 'Only in this area and below.' })
    areaCode: string | undefined,
    @Arg('synergy', () => [SynergyLevelEnum], {
      nullable: true,
      description: 'Only at these levels of synergy.',
    })
    synergy: SynergyLevel[] | undefined,
    @Arg('search', () => String, { nullable: true, description: 'Words, or their beginnings, of the name.' })
    search: string | undefined,
    @Arg('first', () => Int, { nullable: true, defaultValue: 20, description: firstDescription })
    first: number | null,
    @Arg('after', () => CursorScalar, { nullable: true, description: afterDescription }) after:
      | string
      | undefined,
    @Ctx() context: Context,
  ): Promise<Connection<VillageRow>> {
    const page = pageRequest(first, after);
    return toConnection(await this.villages.list(context.reader(), { areaCode, synergy, search }, page));
  }

  @FieldResolver(() => AreaType, { description: 'Its district (kecamatan).' })
  district(@Root() village: VillageRow, @Ctx() { batches }: Context): Promise<AreaRow | null> {
    return batches.load(this.areas.byCode, lineage(village.code)[1]!);
  }

  @FieldResolver(() => AreaType, { description: 'Its regency or city (kabupaten, kota).' })
  regency(@Root() village: VillageRow, @Ctx() { batches }: Context): Promise<AreaRow | null> {
    return batches.load(this.areas.byCode, lineage(village.code)[2]!);
  }

  @FieldResolver(() => AreaType, { description: 'Its province.' })
  province(@Root() village: VillageRow, @Ctx() { batches }: Context): Promise<AreaRow | null> {
    return batches.load(this.areas.byCode, lineage(village.code)[3]!);
  }

  @FieldResolver(() => CoverageType, { description: 'What is needed there, and how much of it is covered.' })
  coverage(@Root() village: VillageRow): CoverageType {
    return toCoverage(village);
  }

  @Extensions(entries(ENTRIES.clusters))
  @FieldResolver(() => [ColourShareType], {
    description: 'The clusters whose commitments stand there, greatest first.',
  })
  async colours(@Root() village: VillageRow, @Ctx() { batches }: Context): Promise<object[]> {
    return toColourShares(village.colours ?? (await batches.load(this.villages.coloursOf, village.id)));
  }
}

@Resolver(() => ColourShareType)
export class ColourShareResolver {
  private readonly partners: PartnerService;

  constructor(partners: PartnerService) {
    this.partners = partners;
  }

  @FieldResolver(() => ClusterType, { description: 'The cluster.' })
  cluster(@Root() { clusterCode }: Colour, @Ctx() { batches }: Context): Promise<ClusterRow | null> {
    return batches.load(this.partners.clusterByCode, clusterCode);
  }
}

/** What the programme adds to an area of the official tree. */
@Resolver(() => AreaType)
export class AreaCoverageResolver {
  private readonly figures: CoverageService;

  constructor(figures: CoverageService) {
    this.figures = figures;
  }

  @FieldResolver(() => CoverageType, { description: 'The coverage of all Kampung KB there, summed.' })
  async coverage(@Root() area: AreaRow, @Ctx() { batches }: Context): Promise<CoverageType> {
    return toCoverage(await batches.load(this.figures.ofArea, area.code));
  }

  @FieldResolver(() => SynergyCountType, {
    description: 'How its Kampung KB stand at each level of synergy.',
  })
  async synergy(@Root() area: AreaRow, @Ctx() { batches }: Context): Promise<SynergyCountType> {
    const counts = await batches.load(this.figures.synergyOfArea, area.code);
    return {
      villages: counts.villages,
      untouched: counts.UNTOUCHED,
      singleColour: counts.SINGLE_COLOUR,
      multiColour: counts.MULTI_COLOUR,
      synergy: counts.SYNERGY,
    };
  }
}
