import { Arg, Ctx, Extensions, FieldResolver, ID, Int, Mutation, Query, Resolver, Root } from 'type-graphql';
import { maySeeDrafts } from '../access/access.rules.ts';
import { isId } from '../kernel/ids.ts';
import { badArgument } from '../kernel/problems.ts';
import type { PartnerRow, PartnerService, SectorRow } from '../partners/partner.service.ts';
import { PartnerType, SectorType } from '../partners/partner.types.ts';
import {
  afterDescription,
  type Connection,
  firstDescription,
  pageRequest,
  toConnection,
} from '../platform/graphql/connection.ts';
import type { Context } from '../platform/graphql/context.ts';
import { answer } from '../platform/graphql/payload.ts';
import { CursorScalar, RupiahScalar } from '../platform/graphql/scalars.ts';
import { perViewer } from '../platform/graphql/shared-execution.ts';
import type { VillageRow, VillageService } from '../villages/village.service.ts';
import { VillageType } from '../villages/village.types.ts';
import type { NeedRow, NeedView } from './fact.ts';
import type { NeedStatus } from './need.entity.ts';
import type { NeedReads } from './need-reads.service.ts';
import { remainingOf } from './need.rules.ts';
import type { NeedService } from './need.service.ts';
import {
  NeedConnectionType,
  NeedPayloadType,
  NeedStatusEnum,
  NeedType,
  PublishDraftInputType,
  PublishNeedInputType,
  UpdateNeedInputType,
} from './need.types.ts';
import type { NewNeeds } from './new-needs.service.ts';

@Resolver(() => NeedType)
export class NeedResolver {
  private readonly reads: NeedReads;
  private readonly villages: VillageService;
  private readonly partners: PartnerService;

  constructor(reads: NeedReads, villages: VillageService, partners: PartnerService) {
    this.reads = reads;
    this.villages = villages;
    this.partners = partners;
  }

  @Query(() => NeedType, { nullable: true, description: 'A need; null when there is none that you may see.' })
  async need(
    @Arg('id', () => ID, { description: 'Its id.' }) id: string,
    @Ctx() context: Context,
  ): Promise<NeedRow | null> {
    const reader = context.reader();
    if (!isId('need', id)) throw badArgument('id', 'input.bad-id', { kind: 'need', prefix: 'need' });
    const need =
      (await context.batches.load(this.reads.byId, id)) ??
      (await context.batches.load(this.reads.draftById, { asker: reader, id }));
    if (need === null || need.publishedAt !== null) return need;
    const village = await context.batches.load(this.villages.byId, need.villageId);
    return maySeeDrafts(reader, village!) ? need : null;
  }

  @Query(() => NeedConnectionType, { name: 'needs', description: 'Needs, the newest first.' })
  async list(
    @Arg('areaCode', () => String, { nullable: true, description: 'Only in this area and below.' })
    areaCode: string | undefined,
    @Arg('sector', () => [String], { nullable: true, description: 'Only of these sectors, by code.' })
    sector: string[] | undefined,
    @Arg('status', () => [NeedStatusEnum], { nullable: true, description: 'Only in these states.' })
    status: NeedStatus[] | undefined,
    @Arg('search', () => String, {
      nullable: true,
      description: 'Words, or their beginnings, of title or description.',
    })
    search: string | undefined,
    @Arg('first', () => Int, { nullable: true, defaultValue: 20, description: firstDescription })
    first: number | null,
    @Arg('after', () => CursorScalar, { nullable: true, description: afterDescription }) after:
      | string
      | undefined,
    @Ctx() context: Context,
  ): Promise<Connection<NeedRow>> {
    const page = pageRequest(first, after);
    return toConnection(await this.reads.list(context.reader(), { areaCode, sector, status, search }, page));
  }

  @FieldResolver(() => VillageType, { description: 'The village that needs it.' })
  village(@Root() need: NeedView, @Ctx() { batches }: Context): VillageRow | Promise<VillageRow | null> {
    return need.village ?? batches.load(this.villages.byId, need.villageId);
  }

  @FieldResolver(() => SectorType, { description: 'What kind of need it is.' })
  sector(@Root() need: NeedRow, @Ctx() { batches }: Context): Promise<SectorRow | null> {
    return batches.load(this.partners.sectorByCode, need.sectorCode);
  }

  @FieldResolver(() => PartnerType, {
    nullable: true,
    description:
      'The partner whose mandate the need falls under now (pengampu): its sector, in its area; the smallest area wins, then the oldest partner.',
  })
  async mandateHolder(@Root() need: NeedView, @Ctx() { batches }: Context): Promise<PartnerRow | null> {
    const village = need.village ?? (await batches.load(this.villages.byId, need.villageId));
    return batches.load(this.partners.holderOf, { sectorCode: need.sectorCode, villageCode: village!.code });
  }

  @FieldResolver(() => RupiahScalar, { description: 'quantity × unitValue.' })
  value(@Root() need: NeedRow): number {
    return need.quantity * need.unitValue;
  }

  @FieldResolver(() => Int, { description: 'Units still to be claimed: quantity − pledged − committed.' })
  remaining(@Root() need: NeedRow): number {
    return need.status === 'CANCELLED' ? 0 : remainingOf(need);
  }
}

@Resolver(() => VillageType)
export class VillageNeedsResolver {
  private readonly reads: NeedReads;

  constructor(reads: NeedReads) {
    this.reads = reads;
  }

  @Extensions(perViewer)
  @FieldResolver(() => NeedConnectionType, { description: 'Its needs, the newest first.' })
  async needs(
    @Root() village: VillageRow,
    @Arg('status', () => [NeedStatusEnum], { nullable: true, description: 'Only in these states.' })
    status: NeedStatus[] | undefined,
    @Arg('sector', () => [String], { nullable: true, description: 'Only of these sectors, by code.' })
    sector: string[] | undefined,
    @Arg('first', () => Int, { nullable: true, defaultValue: 20, description: firstDescription })
    first: number | null,
    @Arg('after', () => CursorScalar, { nullable: true, description: afterDescription }) after:
      | string
      | undefined,
    @Ctx() { batches, actor }: Context,
  ): Promise<Connection<NeedRow>> {
    const filter = { filter: { status, sector }, asker: actor };
    const page = pageRequest(first, after);
    return toConnection(await batches.load(this.reads.ofVillage, { parentId: village.id, filter, page }));
  }
}

@Resolver()
export class NeedMutations {
  private readonly newNeeds: NewNeeds;
  private readonly needs: NeedService;

  constructor(newNeeds: NewNeeds, needs: NeedService) {
    this.newNeeds = newNeeds;
    this.needs = needs;
  }

  @Mutation(() => NeedPayloadType, {
    description:
      'Publishes a need. For the village itself, the coordinators of its area, and administrators.',
  })
  publishNeed(
    @Arg('input', () => PublishNeedInputType, { description: 'The need.' }) input: PublishNeedInputType,
    @Ctx() { actor }: Context,
  ): Promise<object> {
    return answer('need', () => this.newNeeds.publish(actor, input));
  }

  @Mutation(() => NeedPayloadType, {
    description: 'Keeps a need as a draft, which partners do not see. For the same people as `publishNeed`.',
  })
  draftNeed(
    @Arg('input', () => PublishNeedInputType, { description: 'The need.' }) input: PublishNeedInputType,
    @Ctx() { actor }: Context,
  ): Promise<object> {
    return answer('need', () => this.newNeeds.draft(actor, input));
  }

  @Mutation(() => NeedPayloadType, {
    description: 'Publishes a draft. For the same people as `publishNeed`.',
  })
  publishDraft(
    @Arg('input', () => PublishDraftInputType, { description: 'The draft.' }) input: PublishDraftInputType,
    @Ctx() { actor }: Context,
  ): Promise<object> {
    return answer('need', () => this.needs.publishDraft(actor, input));
  }

  @Mutation(() => NeedPayloadType, {
    description:
      'Changes a need that nobody changed since you read it. For the same people as `publishNeed`.',
  })
  updateNeed(
    @Arg('input', () => UpdateNeedInputType, { description: 'The change.' }) input: UpdateNeedInputType,
    @Ctx() { actor }: Context,
  ): Promise<object> {
    return answer('need', () => this.needs.update(actor, input));
  }
}
