import { Arg, Ctx, Extensions, FieldResolver, Mutation, Resolver, Root } from 'type-graphql';
import { maySeePrivate } from '../access/access.rules.ts';
import type { Context } from '../platform/graphql/context.ts';
import { answer } from '../platform/graphql/payload.ts';
import { perViewer } from '../platform/graphql/shared-execution.ts';
import type { PledgeView } from '../pledges/pledge-book.service.ts';
import type { PledgeReads } from '../pledges/pledge-reads.service.ts';
import { PledgeType } from '../pledges/pledge.types.ts';
import type { VillageService } from '../villages/village.service.ts';
import type { DeliveryService, DeliveryView } from './delivery.service.ts';
import {
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

  constructor(pledges: PledgeReads, villages: VillageService) {
    this.pledges = pledges;
    this.villages = villages;
  }

  @FieldResolver(() => PledgeType, { description: 'The pledge it is a part of.' })
  pledge(
    @Root() delivery: DeliveryView,
    @Ctx() { batches }: Context,
  ): PledgeView | Promise<PledgeView | null> {
    return delivery.pledge ?? batches.load(this.pledges.byId, delivery.pledgeId);
  }

  @Extensions(perViewer)
  @FieldResolver(() => String, {
    nullable: true,
    description: 'What the partner says of it. Null for whoever may not see it.',
  })
  async note(@Root() delivery: DeliveryView, @Ctx() context: Context): Promise<string | null> {
    return (await this.seesPrivate(delivery, context)) ? (delivery.note ?? null) : null;
  }

  @Extensions(perViewer)
  @FieldResolver(() => String, {
    nullable: true,
    description: 'What the village says on verifying it. Null for whoever may not see it.',
  })
  async verificationNote(@Root() delivery: DeliveryView, @Ctx() context: Context): Promise<string | null> {
    return (await this.seesPrivate(delivery, context)) ? (delivery.verificationNote ?? null) : null;
  }

  @Extensions(perViewer)
  @FieldResolver(() => String, {
    nullable: true,
    description: 'Why it is disputed. Null for whoever may not see it.',
  })
  async reason(@Root() delivery: DeliveryView, @Ctx() context: Context): Promise<string | null> {
    return (await this.seesPrivate(delivery, context)) ? (delivery.reason ?? null) : null;
  }

  @Extensions(perViewer)
  @FieldResolver(() => [String], {
    description: 'Addresses of photographs or papers. Empty for whoever may not see them.',
  })
  async evidence(@Root() delivery: DeliveryView, @Ctx() context: Context): Promise<string[]> {
    return (await this.seesPrivate(delivery, context)) ? delivery.evidence : [];
  }

  private async seesPrivate(delivery: DeliveryView, { actor, batches }: Context): Promise<boolean> {
    const pledge = delivery.pledge ?? (await batches.load(this.pledges.byId, delivery.pledgeId))!;
    const village = await batches.load(this.villages.byId, pledge.villageId);
    return maySeePrivate(actor, village!, pledge.partnerId);
  }
}

@Resolver(() => PledgeType)
export class PledgeDeliveriesResolver {
  private readonly deliveries: DeliveryService;

  constructor(deliveries: DeliveryService) {
    this.deliveries = deliveries;
  }

  @FieldResolver(() => [DeliveryType], {
    name: 'deliveries',
    description: 'What was reported as delivered, in that order.',
  })
  async ofPledge(@Root() pledge: PledgeView, @Ctx() { batches }: Context): Promise<object[]> {
    const deliveries = pledge.deliveries ?? (await batches.load(this.deliveries.ofPledge, pledge.id));
    return deliveries.map((delivery) => ({ ...delivery, pledge }));
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
