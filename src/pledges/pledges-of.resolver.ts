import { Arg, type ClassType, Ctx, FieldResolver, Int, Resolver, Root } from 'type-graphql';
import { NeedType } from '../needs/need.types.ts';
import { PartnerType } from '../partners/partner.types.ts';
import {
  afterDescription,
  type Connection,
  firstDescription,
  pageRequest,
  toConnection,
} from '../platform/graphql/connection.ts';
import type { Context } from '../platform/graphql/context.ts';
import { CursorScalar } from '../platform/graphql/scalars.ts';
import { VillageType } from '../villages/village.types.ts';
import type { PledgeRow } from './pledge-book.service.ts';
import type { PledgeStatus } from './pledge.entity.ts';
import type { PledgeReads } from './pledge-reads.service.ts';
import { PledgeConnectionType, PledgeStatusEnum } from './pledge.types.ts';

/** The pledges of a need, a village or a partner. */
function pledgesOf(
  parent: () => ClassType,
  batchOf: (reads: PledgeReads) => PledgeReads['ofNeed'],
  description: string,
) {
  @Resolver(parent)
  class PledgesOf {
    private readonly reads: PledgeReads;

    constructor(reads: PledgeReads) {
      this.reads = reads;
    }

    @FieldResolver(() => PledgeConnectionType, { description })
    async pledges(
      @Root() { id }: { id: string },
      @Arg('status', () => [PledgeStatusEnum], { nullable: true, description: 'Only in these states.' })
      status: PledgeStatus[] | undefined,
      @Arg('first', () => Int, { nullable: true, defaultValue: 20, description: firstDescription })
      first: number | null,
      @Arg('after', () => CursorScalar, { nullable: true, description: afterDescription }) after:
        | string
        | undefined,
      @Ctx() { batches }: Context,
    ): Promise<Connection<PledgeRow>> {
      const page = pageRequest(first, after);
      return toConnection(
        await batches.load(batchOf(this.reads), { parentId: id, filter: { status }, page }),
      );
    }
  }
  return PledgesOf;
}

export const NeedPledges = pledgesOf(
  () => NeedType,
  ({ ofNeed }) => ofNeed,
  'The pledges on it, the newest first.',
);
export const VillagePledges = pledgesOf(
  () => VillageType,
  ({ ofVillage }) => ofVillage,
  'The pledges on its needs, the newest first.',
);
export const PartnerPledges = pledgesOf(
  () => PartnerType,
  ({ ofPartner }) => ofPartner,
  'Its pledges, the newest first.',
);
