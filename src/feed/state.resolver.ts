import { Arg, Ctx, Extensions, FieldResolver, Int, Resolver, Root } from 'type-graphql';
import { maySeePrivate } from '../access/access.rules.ts';
import type { PolicyRow, PolicyService } from '../balance/policy.service.ts';
import { PolicyType } from '../balance/policy.types.ts';
import { deliveryOrder, type DeliveryRow } from '../deliveries/delivery.service.ts';
import { CHARACTERS, ENTRIES } from '../kernel/bounds.ts';
import type { NeedRow } from '../needs/fact.ts';
import { remainingOf } from '../needs/need.rules.ts';
import type { NeedReads } from '../needs/need-reads.service.ts';
import { NeedType } from '../needs/need.types.ts';
import type { ClusterRow, PartnerRow, PartnerService, SectorRow } from '../partners/partner.service.ts';
import { ClusterType, PartnerType, SectorType } from '../partners/partner.types.ts';
import { characters, entries } from '../platform/graphql/answer-bounds.ts';
import {
  afterDescription,
  type Connection,
  firstDescription,
  pageRequest,
  toConnection,
} from '../platform/graphql/connection.ts';
import type { Context } from '../platform/graphql/context.ts';
import { CursorScalar, RupiahScalar } from '../platform/graphql/scalars.ts';
import { perViewer } from '../platform/graphql/shared-execution.ts';
import { pageOfRows, USUAL_PAGE } from '../platform/page.ts';
import type { PledgeRow } from '../pledges/pledge-book.service.ts';
import type { PledgeReads } from '../pledges/pledge-reads.service.ts';
import { PledgeType } from '../pledges/pledge.types.ts';
import type { DeliveryWords, PledgeWords, Words } from '../pledges/words.service.ts';
import { toColourShares, toCoverage } from '../villages/village.resolver.ts';
import type { VillageRow, VillageService } from '../villages/village.service.ts';
import { ColourShareType, CoverageType, VillageType } from '../villages/village.types.ts';
import type { Snapshot } from './feed-log.service.ts';
import {
  DeliveryStateConnectionType,
  DeliveryStateType,
  NeedStateType,
  PartnerStateType,
  PledgeStateType,
  VillageStateType,
} from './state.types.ts';

/** A pledge at an event, and what says who may read its words. */
export type PledgeAtEvent = NonNullable<Snapshot['pledge']> & { eventId: number; village: VillageRow };

/** One of its deliveries. */
type DeliveryAtEvent = DeliveryRow & { pledge: PledgeAtEvent };

@Resolver(() => NeedStateType)
export class NeedStateResolver {
  private readonly needs: NeedReads;
  private readonly partners: PartnerService;

  constructor(needs: NeedReads, partners: PartnerService) {
    this.needs = needs;
    this.partners = partners;
  }

  @FieldResolver()
  needId(@Root() { id }: NeedRow): string {
    return id;
  }

  @FieldResolver(() => SectorType, { description: 'What kind of need it is.' })
  sector(@Root() need: NeedRow, @Ctx() { batches }: Context): Promise<SectorRow | null> {
    return batches.load(this.partners.sectorByCode, need.sectorCode);
  }

  @FieldResolver(() => RupiahScalar, { description: 'quantity × unitValue.' })
  value(@Root() need: NeedRow): number {
    return need.quantity * need.unitValue;
  }

  @FieldResolver(() => Int, {
    description: 'Units that were still to be claimed: quantity − pledged − committed.',
  })
  remaining(@Root() need: NeedRow): number {
    return need.status === 'CANCELLED' ? 0 : remainingOf(need);
  }

  @FieldResolver(() => NeedType, { description: 'The need as it is when this is read.' })
  current(@Root() { id }: NeedRow, @Ctx() { batches }: Context): Promise<NeedRow | null> {
    return batches.load(this.needs.byId, id);
  }
}

@Resolver(() => VillageStateType)
export class VillageStateResolver {
  private readonly villages: VillageService;

  constructor(villages: VillageService) {
    this.villages = villages;
  }

  @FieldResolver()
  villageId(@Root() { id }: VillageRow): string {
    return id;
  }

  @FieldResolver(() => CoverageType, {
    description: 'What was needed there, and how much of it was covered.',
  })
  coverage(@Root() village: VillageRow): CoverageType {
    return toCoverage(village);
  }

  @Extensions(entries(ENTRIES.clusters))
  @FieldResolver(() => [ColourShareType], {
    description: 'The clusters whose commitments stood there, greatest first.',
  })
  colours(@Root() village: VillageRow): object[] {
    return toColourShares(village.colours ?? []);
  }

  @FieldResolver(() => VillageType, { description: 'The village as it is when this is read.' })
  current(@Root() { id }: VillageRow, @Ctx() { batches }: Context): Promise<VillageRow | null> {
    return batches.load(this.villages.byId, id);
  }
}

@Resolver(() => PartnerStateType)
export class PartnerStateResolver {
  private readonly partners: PartnerService;

  constructor(partners: PartnerService) {
    this.partners = partners;
  }

  @FieldResolver()
  partnerId(@Root() { id }: PartnerRow): string {
    return id;
  }

  @FieldResolver(() => ClusterType, { description: 'The cluster it belongs to, which gives it its colour.' })
  cluster(@Root() partner: PartnerRow, @Ctx() { batches }: Context): Promise<ClusterRow | null> {
    return batches.load(this.partners.clusterByCode, partner.clusterCode);
  }

  @FieldResolver(() => PartnerType, { description: 'The partner as it is when this is read.' })
  current(@Root() { id }: PartnerRow, @Ctx() { batches }: Context): Promise<PartnerRow | null> {
    return batches.load(this.partners.byId, id);
  }
}

@Resolver(() => PledgeStateType)
export class PledgeStateResolver {
  private readonly pledges: PledgeReads;
  private readonly policies: PolicyService;
  private readonly words: Words;

  constructor(pledges: PledgeReads, policies: PolicyService, words: Words) {
    this.pledges = pledges;
    this.policies = policies;
    this.words = words;
  }

  @FieldResolver()
  pledgeId(@Root() { id }: PledgeAtEvent): string {
    return id;
  }

  @FieldResolver(() => RupiahScalar, { description: 'quantity × the need’s unit value.' })
  value(@Root() pledge: PledgeAtEvent): number {
    return pledge.quantity * pledge.unitValue;
  }

  @FieldResolver(() => PolicyType, { description: 'The policy by which it was judged.' })
  policy(@Root() pledge: PledgeAtEvent, @Ctx() { batches }: Context): Promise<PolicyRow | null> {
    return batches.load(this.policies.byId, pledge.policyId);
  }

  @FieldResolver(() => DeliveryStateConnectionType, {
    description: 'What was reported as delivered, in that order.',
  })
  deliveries(
    @Root() pledge: PledgeAtEvent,
    @Arg('first', () => Int, { nullable: true, defaultValue: USUAL_PAGE, description: firstDescription })
    first: number | null,
    @Arg('after', () => CursorScalar, { nullable: true, description: afterDescription }) after:
      | string
      | undefined,
  ): Connection<object> {
    const page = pageOfRows(deliveryOrder, pledge.deliveries, pageRequest(first, after));
    return toConnection({ ...page, rows: page.rows.map((delivery) => ({ ...delivery, pledge })) });
  }

  @Extensions(perViewer)
  @Extensions(characters(CHARACTERS.note))
  @FieldResolver(() => String, {
    nullable: true,
    description: 'The partner’s note. Null for whoever may not see it: other partners and the public.',
  })
  async note(@Root() pledge: PledgeAtEvent, @Ctx() context: Context): Promise<string | null> {
    return (await this.wordsOf(pledge, context))?.note ?? null;
  }

  @Extensions(perViewer)
  @Extensions(characters(CHARACTERS.reason))
  @FieldResolver(() => String, {
    nullable: true,
    description: 'Why it was approved, declined, withdrawn or cancelled. Null for whoever may not see it.',
  })
  async reason(@Root() pledge: PledgeAtEvent, @Ctx() context: Context): Promise<string | null> {
    return (await this.wordsOf(pledge, context))?.reason ?? null;
  }

  @FieldResolver(() => PledgeType, { description: 'The pledge as it is when this is read.' })
  current(@Root() { id }: PledgeAtEvent, @Ctx() { batches }: Context): Promise<PledgeRow | null> {
    return batches.load(this.pledges.byId, id);
  }

  private async wordsOf(pledge: PledgeAtEvent, { actor, batches }: Context): Promise<PledgeWords | null> {
    const { id, eventId, village, partnerId } = pledge;
    if (!maySeePrivate(actor, village, partnerId)) return null;
    return batches.load(this.words.ofPledge, { asker: actor, id, eventId });
  }
}

@Resolver(() => DeliveryStateType)
export class DeliveryStateResolver {
  private readonly words: Words;

  constructor(words: Words) {
    this.words = words;
  }

  @FieldResolver()
  deliveryId(@Root() { id }: DeliveryAtEvent): string {
    return id;
  }

  @Extensions(perViewer)
  @Extensions(characters(CHARACTERS.note))
  @FieldResolver(() => String, {
    nullable: true,
    description: 'What the partner says of it. Null for whoever may not see it.',
  })
  async note(@Root() delivery: DeliveryAtEvent, @Ctx() context: Context): Promise<string | null> {
    return (await this.wordsOf(delivery, context))?.note ?? null;
  }

  @Extensions(perViewer)
  @Extensions(characters(CHARACTERS.note))
  @FieldResolver(() => String, {
    nullable: true,
    description: 'What the village says on verifying it. Null for whoever may not see it.',
  })
  async verificationNote(@Root() delivery: DeliveryAtEvent, @Ctx() context: Context): Promise<string | null> {
    return (await this.wordsOf(delivery, context))?.verificationNote ?? null;
  }

  @Extensions(perViewer)
  @Extensions(characters(CHARACTERS.reason))
  @FieldResolver(() => String, {
    nullable: true,
    description: 'Why it is disputed. Null for whoever may not see it.',
  })
  async reason(@Root() delivery: DeliveryAtEvent, @Ctx() context: Context): Promise<string | null> {
    return (await this.wordsOf(delivery, context))?.reason ?? null;
  }

  @Extensions(perViewer)
  @Extensions({ ...entries(ENTRIES.evidence), ...characters(CHARACTERS.evidence) })
  @FieldResolver(() => [String], {
    description: 'Addresses of photographs or papers. Empty for whoever may not see them.',
  })
  async evidence(@Root() delivery: DeliveryAtEvent, @Ctx() context: Context): Promise<string[]> {
    return (await this.wordsOf(delivery, context))?.evidence ?? [];
  }

  private async wordsOf(
    { id, pledge }: DeliveryAtEvent,
    { actor, batches }: Context,
  ): Promise<DeliveryWords | null> {
    const { eventId, village, partnerId } = pledge;
    if (!maySeePrivate(actor, village, partnerId)) return null;
    return batches.load(this.words.ofDelivery, { asker: actor, id, eventId });
  }
}
