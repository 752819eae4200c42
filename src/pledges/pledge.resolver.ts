import { Arg, Ctx, Extensions, FieldResolver, ID, Int, Query, Resolver, Root } from 'type-graphql';
import { CHARACTERS } from '../kernel/bounds.ts';
import { characters } from '../platform/graphql/answer-bounds.ts';
import { maySeePrivate } from '../access/access.rules.ts';
import type { PolicyRow, PolicyService } from '../balance/policy.service.ts';
import { PolicyType } from '../balance/policy.types.ts';
import { isId } from '../kernel/ids.ts';
import { badArgument } from '../kernel/problems.ts';
import type { NeedView } from '../needs/fact.ts';
import type { NeedReads } from '../needs/need-reads.service.ts';
import { NeedType } from '../needs/need.types.ts';
import type { PartnerRow, PartnerService } from '../partners/partner.service.ts';
import { PartnerType } from '../partners/partner.types.ts';
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
import type { VillageService } from '../villages/village.service.ts';
import type { PledgeRow, PledgeView } from './pledge-book.service.ts';
import type { PledgeStatus } from './pledge.entity.ts';
import type { PledgeReads } from './pledge-reads.service.ts';
import { PledgeConnectionType, PledgeStatusEnum, PledgeType } from './pledge.types.ts';
import type { PledgeWords, Words } from './words.service.ts';

@Resolver(() => PledgeType)
export class PledgeResolver {
  private readonly reads: PledgeReads;
  private readonly needs: NeedReads;
  private readonly partners: PartnerService;
  private readonly villages: VillageService;
  private readonly policies: PolicyService;
  private readonly words: Words;

  constructor(
    reads: PledgeReads,
    needs: NeedReads,
    partners: PartnerService,
    villages: VillageService,
    policies: PolicyService,
    words: Words,
  ) {
    this.reads = reads;
    this.needs = needs;
    this.partners = partners;
    this.villages = villages;
    this.policies = policies;
    this.words = words;
  }

  @Query(() => PledgeType, { nullable: true, description: 'A pledge; null when there is none.' })
  pledge(
    @Arg('id', () => ID, { description: 'Its id.' }) id: string,
    @Ctx() context: Context,
  ): Promise<PledgeRow | null> {
    context.reader();
    if (!isId('pledge', id)) throw badArgument('id', 'input.bad-id', { kind: 'pledge', prefix: 'pledge' });
    return context.batches.load(this.reads.byId, id);
  }

  @Query(() => PledgeConnectionType, { name: 'pledges', description: 'Pledges, the newest first.' })
  async list(
    @Arg('areaCode', () => String, { nullable: true, description: 'Only in villages of this area.' })
    areaCode: string | undefined,
    @Arg('partnerId', () => ID, { nullable: true, description: 'Only of this partner.' })
    partnerId: string | undefined,
    @Arg('status', () => [PledgeStatusEnum], { nullable: true, description: 'Only in these states.' })
    status: PledgeStatus[] | undefined,
    @Arg('first', () => Int, { nullable: true, defaultValue: 20, description: firstDescription })
    first: number | null,
    @Arg('after', () => CursorScalar, { nullable: true, description: afterDescription }) after:
      | string
      | undefined,
    @Ctx() context: Context,
  ): Promise<Connection<PledgeRow>> {
    if (partnerId != null && !isId('partner', partnerId)) {
      throw badArgument('partnerId', 'input.bad-id', { kind: 'partner', prefix: 'partner' });
    }
    const page = pageRequest(first, after);
    return toConnection(await this.reads.list(context.reader(), { areaCode, partnerId, status }, page));
  }

  @FieldResolver(() => NeedType, { description: 'The need of which it claims a part.' })
  need(@Root() pledge: PledgeView, @Ctx() { batches }: Context): NeedView | Promise<NeedView | null> {
    return pledge.need ?? batches.load(this.needs.byId, pledge.needId);
  }

  @FieldResolver(() => PartnerType, { description: 'Who pledges.' })
  partner(@Root() pledge: PledgeView, @Ctx() { batches }: Context): PartnerRow | Promise<PartnerRow | null> {
    return pledge.partner ?? batches.load(this.partners.byId, pledge.partnerId);
  }

  @FieldResolver(() => PolicyType, { description: 'The policy by which it was judged.' })
  policy(@Root() pledge: PledgeRow, @Ctx() { batches }: Context): Promise<PolicyRow | null> {
    return batches.load(this.policies.byId, pledge.policyId);
  }

  @FieldResolver(() => RupiahScalar, { description: 'quantity × the need’s unit value.' })
  value(@Root() pledge: PledgeRow): number {
    return pledge.quantity * pledge.unitValue;
  }

  @Extensions(perViewer)
  @Extensions(characters(CHARACTERS.note))
  @FieldResolver(() => String, {
    nullable: true,
    description: 'The partner’s note. Null for whoever may not see it: other partners and the public.',
  })
  async note(@Root() pledge: PledgeView, @Ctx() context: Context): Promise<string | null> {
    return (await this.wordsOf(pledge, context))?.note ?? null;
  }

  @Extensions(perViewer)
  @Extensions(characters(CHARACTERS.reason))
  @FieldResolver(() => String, {
    nullable: true,
    description: 'Why it was approved, declined, withdrawn or cancelled. Null for whoever may not see it.',
  })
  async reason(@Root() pledge: PledgeView, @Ctx() context: Context): Promise<string | null> {
    return (await this.wordsOf(pledge, context))?.reason ?? null;
  }

  /** Null for whoever may not see them. A change answers with them; for all else they are read for their asker. */
  private async wordsOf(
    pledge: PledgeView,
    { actor, batches }: Context,
  ): Promise<Partial<PledgeWords> | null> {
    const village = pledge.need?.village ?? (await batches.load(this.villages.byId, pledge.villageId));
    if (!maySeePrivate(actor, village!, pledge.partnerId)) return null;
    if (pledge.note !== undefined) return pledge;
    return batches.load(this.words.ofPledge, { asker: actor, id: pledge.id });
  }
}
