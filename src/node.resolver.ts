import { Arg, Ctx, ID, Query, Resolver } from 'type-graphql';
import { AreaService } from './areas/area.service.ts';
import { PolicyService } from './balance/policy.service.ts';
import { DeliveryService } from './deliveries/delivery.service.ts';
import { type IdPrefix, prefixOf } from './kernel/ids.ts';
import { badArgument } from './kernel/problems.ts';
import { NeedResolver } from './needs/need.resolver.ts';
import { PartnerService } from './partners/partner.service.ts';
import type { Context } from './platform/graphql/context.ts';
import { NodeType } from './platform/graphql/node.types.ts';
import { PledgeReads } from './pledges/pledge-reads.service.ts';
import { VillageService } from './villages/village.service.ts';

type Find = (id: string, context: Context) => Promise<object | null>;

/** Any node by its id: the prefix tells which module has it, so nothing is searched for. */
@Resolver()
export class NodeResolver {
  @Query(() => NodeType, {
    nullable: true,
    description: 'Anything by its id; null when there is nothing you may see.',
  })
  async node(
    @Arg('id', () => ID, {
      description: 'A TypeID of an area, village, partner, need, pledge, delivery or policy.',
    })
    id: string,
    @Ctx() context: Context,
  ): Promise<object | null> {
    context.reader();
    const prefix = prefixOf(id);
    const find = prefix === null ? undefined : finders[prefix];
    if (find === undefined) throw badArgument('id', 'input.bad-node-id');
    return find(id, context);
  }
}

const finders: Partial<Record<IdPrefix, Find>> = {
  area: (id, { batches, container }) => batches.load(container.get(AreaService).byId, id),
  village: (id, { batches, container }) => batches.load(container.get(VillageService).byId, id),
  partner: (id, { batches, container }) => batches.load(container.get(PartnerService).byId, id),
  need: (id, context) => context.container.get(NeedResolver).need(id, context),
  pledge: (id, { batches, container }) => batches.load(container.get(PledgeReads).byId, id),
  delivery: (id, { batches, container }) => batches.load(container.get(DeliveryService).byId, id),
  policy: (id, { batches, container }) => batches.load(container.get(PolicyService).byId, id),
};
