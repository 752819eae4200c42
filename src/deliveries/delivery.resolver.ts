import { Arg, Ctx, Extensions, FieldResolver, Int, Mutation, Resolver, Root } from 'type-graphql';
import { CHARACTERS, ENTRIES } from '../kernel/bounds.ts';
import { characters, entries } from '../platform/graphql/answer-bounds.ts';
import { maySeePrivate } from '../access/access.rules.ts';
import type { Context } from '../platform/graphql/context.ts';
import {
  afterDescription,
  type Connection,
  firstDescription,
  pageRequest,
  toConnection,
} from '../platform/graphql/connection.ts';
import { pageOfRows, USUAL_PAGE } from '../platform/page.ts';
import { answer } from '../platform/graphql/payload.ts';
import { CursorScalar } from '../platform/graphql/scalars.ts';
import { perViewer } from '../platform/graphql/shared-execution.ts';
import type { PledgeView } from '../pledges/pledge-book.service.ts';
import type { PledgeReads } from '../pledges/pledge-reads.service.ts';
import { PledgeType } from '../pledges/pledge.types.ts';
import type { DeliveryWords, Words } from '../pledges/words.service.ts';
import type { VillageService } from '../villages/village.service.ts';
import { deliveryOrder, type DeliveryService, type DeliveryView } from './delivery.service.ts';
import {
  DeliveryConnectionType,
  DeliveryPayloadType,
  DeliveryType,
  DisputeDeliveryInputType,
  ReportDeliveryInputType,
  VerifyDeliveryInputType,
} from './delivery.types.ts';

@Resolver(() => DeliveryType)
export class DeliveryResolver {
  private readonly pledges: PledgeReads;
  private readonly villages: VillageService;
  private readonly words: Words;

  constructor(pledges: PledgeReads, villages: VillageService, words: Words) {
    this.pledges = pledges;
    this.villages = villages;
    this.words = words;
  }

  @FieldResolver(() => PledgeType, { description: 'The pledge it is a part of.' })
  pledge(
    @Root() delivery: DeliveryView,
    @Ctx() { batches }: Context,
  ): PledgeView | Promise<PledgeView | null> {
    return delivery.pledge ?? batches.load(this.pledges.byId, delivery.pledgeId);
  }

  @Extensions(perViewer)
  @Extensions(characters(CHARACTERS.note))
  @FieldResolver(() => String, {
    nullable: true,
    description: 'What the partner says of it. Null for whoever may not see it.',
  })
  async note(@Root() delivery: DeliveryView, @Ctx() context: Context): Promise<string | null> {
    return (await this.wordsOf(delivery, context))?.note ?? null;
  }

  @Extensions(perViewer)
  @Extensions(characters(CHARACTERS.note))
  @FieldResolver(() => String, {
    nullable: true,
    description: 'What the village says on verifying it. Null for whoever may not see it.',
  })
  async verificationNote(@Root() delivery: DeliveryView, @Ctx() context: Context): Promise<string | null> {
    return (await this.wordsOf(delivery, context))?.verificationNote ?? null;
  }

  @Extensions(perViewer)
  @Extensions(characters(CHARACTERS.reason))
  @FieldResolver(() => String, {
    nullable: true,
    description: 'Why it is disputed. Null for whoever may not see it.',
  })
  async reason(@Root() delivery: DeliveryView, @Ctx() context: Context): Promise<string | null> {
    return (await this.wordsOf(delivery, context))?.reason ?? null;
  }

  @Extensions(perViewer)
  @Extensions({ ...entries(ENTRIES.evidence), ...characters(CHARACTERS.evidence) })
  @FieldResolver(() => [String], {
    description: 'Addresses of photographs or papers. Empty for whoever may not see them.',
  })
  async evidence(@Root() delivery: DeliveryView, @Ctx() context: Context): Promise<string[]> {
    return (await this.wordsOf(delivery, context))?.evidence ?? [];
  }

  /** Null for whoever may not see them. A change answers with them; for all else they are read for their asker. */
  private async wordsOf(
    delivery: DeliveryView,
    { actor, batches }: Context,
  ): Promise<Partial<DeliveryWords> | null> {
    const pledge: PledgeView = delivery.pledge ?? (await batches.load(this.pledges.byId, delivery.pledgeId))!;
    const village = await batches.load(this.villages.byId, pledge.villageId);
    if (!maySeePrivate(actor, village!, pledge.partnerId)) return null;
    if (delivery.evidence !== undefined) return delivery;
    return batches.load(this.words.ofDelivery, { asker: actor, id: delivery.id });
  }
}

@Resolver(() => PledgeType)
export class PledgeDeliveriesResolver {
  private readonly deliveries: DeliveryService;

  constructor(deliveries: DeliveryService) {
    this.deliveries = deliveries;
  }

  @FieldResolver(() => DeliveryConnectionType, {
    name: 'deliveries',
    description: 'What was reported as delivered, in that order.',
  })
  async ofPledge(
    @Root() pledge: PledgeView,
    @Arg('first', () => Int, { nullable: true, defaultValue: USUAL_PAGE, description: firstDescription })
    first: number | null,
    @Arg('after', () => CursorScalar, { nullable: true, description: afterDescription }) after:
      | string
      | undefined,
    @Ctx() { batches }: Context,
  ): Promise<Connection<object>> {
    const page = pageRequest(first, after);
    const found =
      pledge.deliveries === undefined
        ? await batches.load(this.deliveries.ofPledge, { parentId: pledge.id, filter: null, page })
        : pageOfRows(deliveryOrder, pledge.deliveries, page);
    return toConnection({ ...found, rows: found.rows.map((delivery) => ({ ...delivery, pledge })) });
  }
}

@Resolver()
export class DeliveryMutations {
  private readonly deliveries: DeliveryService;

  constructor(deliveries: DeliveryService) {
    this.deliveries = deliveries;
  }

  @Mutation(() => DeliveryPayloadType, {
    description: 'Reports what arrived of a committed pledge. For members of the pledging partner.',
  })
  reportDelivery(
    @Arg('input', () => ReportDeliveryInputType, { description: 'The report.' })
    input: ReportDeliveryInputType,
    @Ctx() { actor }: Context,
  ): Promise<object> {
    return answer('delivery', () => this.deliveries.report(actor, input));
  }

  @Mutation(() => DeliveryPayloadType, {
    description:
      'Confirms that a reported delivery arrived. For the village, the coordinators of its area and administrators; never for members of the pledging partner.',
  })
  verifyDelivery(
    @Arg('input', () => VerifyDeliveryInputType, { description: 'The verification.' })
    input: VerifyDeliveryInputType,
    @Ctx() { actor }: Context,
  ): Promise<object> {
    return answer('delivery', () => this.deliveries.verify(actor, input));
  }

  @Mutation(() => DeliveryPayloadType, {
    description:
      'Contests a reported delivery, which may then be delivered again. For the same people as `verifyDelivery`.',
  })
  disputeDelivery(
    @Arg('input', () => DisputeDeliveryInputType, { description: 'The dispute.' })
    input: DisputeDeliveryInputType,
    @Ctx() { actor }: Context,
  ): Promise<object> {
    return answer('delivery', () => this.deliveries.dispute(actor, input));
  }
}
