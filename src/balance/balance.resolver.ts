import { Arg, Ctx, Extensions, FieldResolver, Int, Query, Resolver, Root } from 'type-graphql';
import type { PartnerRow, PartnerService } from '../partners/partner.service.ts';
import { PartnerType } from '../partners/partner.types.ts';
import { assertPageSize, MAX_LIST } from '../platform/page.ts';
import { costs, REPORT_FIELDS } from '../platform/graphql/prices.ts';
import type { Context } from '../platform/graphql/context.ts';
import { RupiahScalar } from '../platform/graphql/scalars.ts';
import type { BalanceService, PartnerStanding, ReciprocityReport, SupportFlow } from './balance.service.ts';
import {
  CounterpartType,
  PartnerBalanceType,
  ReciprocityReportType,
  SupportBalanceType,
  SupportFlowType,
} from './balance.types.ts';

type OfPartner = { partnerId: string };

@Resolver(() => SupportBalanceType)
export class SupportBalanceResolver {
  private readonly balances: BalanceService;

  constructor(balances: BalanceService) {
    this.balances = balances;
  }

  @FieldResolver(() => [CounterpartType], {
    description: 'With whom support was exchanged, the greatest exchange first.',
  })
  async counterparts(
    @Root() { partnerId }: OfPartner,
    @Arg('first', () => Int, { nullable: true, defaultValue: 20, description: 'How many, 1 to 100.' })
    first: number | null,
    @Ctx() { batches }: Context,
  ): Promise<object[]> {
    const limit = first ?? 20;
    assertPageSize(limit);
    const found = await batches.load(this.balances.counterpartsOf, { partnerId, first: limit });
    return found.map(({ partnerId: counterpartId, givenRupiah, receivedRupiah }) => ({
      partnerId: counterpartId,
      given: givenRupiah,
      received: receivedRupiah,
      net: givenRupiah - receivedRupiah,
    }));
  }
}

/** A standing under the names of the contract. */
export function toSupportBalance(standing: PartnerStanding): SupportBalanceType & { partnerId: string } {
  return {
    partnerId: standing.partnerId,
    givenPending: standing.givenPendingRupiah,
    givenPosted: standing.givenPostedRupiah,
    receivedPending: standing.receivedPendingRupiah,
    receivedPosted: standing.receivedPostedRupiah,
    net: standing.netRupiah,
    creditLine: standing.creditLineRupiah,
    standing: standing.standing,
  };
}

@Resolver(() => PartnerType)
export class PartnerBalanceOfPartner {
  private readonly balances: BalanceService;

  constructor(balances: BalanceService) {
    this.balances = balances;
  }

  @FieldResolver(() => SupportBalanceType, { description: 'Its books and its standing.' })
  async balance(@Root() { id }: PartnerRow, @Ctx() { batches }: Context): Promise<SupportBalanceType> {
    return toSupportBalance(await batches.load(this.balances.standingOf, id));
  }
}

@Resolver(() => CounterpartType)
export class CounterpartResolver {
  private readonly partners: PartnerService;

  constructor(partners: PartnerService) {
    this.partners = partners;
  }

  @FieldResolver(() => PartnerType, { description: 'The counterpart.' })
  partner(@Root() { partnerId }: OfPartner, @Ctx() { batches }: Context): Promise<PartnerRow | null> {
    return batches.load(this.partners.byId, partnerId);
  }
}

@Resolver(() => ReciprocityReportType)
export class ReciprocityResolver {
  private readonly balances: BalanceService;

  constructor(balances: BalanceService) {
    this.balances = balances;
  }

  @Extensions(costs(REPORT_FIELDS))
  @Query(() => ReciprocityReportType, { description: 'How mutual the partners’ support is in an area.' })
  reciprocity(
    @Arg('areaCode', () => String, { nullable: true, description: 'Official code; everywhere when absent.' })
    areaCode: string | undefined,
    @Ctx() context: Context,
  ): Promise<ReciprocityReport> {
    return this.balances.reciprocity(context.reader(), areaCode ?? null);
  }

  @FieldResolver(() => [SupportFlowType], {
    description: 'Who supported whom, the greatest posted flow first.',
  })
  flows(
    @Root() report: ReciprocityReport,
    @Arg('first', () => Int, { nullable: true, defaultValue: 100, description: 'How many, 1 to 1,000.' })
    first: number | null,
  ): SupportFlow[] {
    assertPageSize(first ?? 100, MAX_LIST);
    return report.flows.slice(0, first ?? 100);
  }

  @FieldResolver(() => [PartnerBalanceType], {
    name: 'balances',
    description: 'The books of the partners that take part, by the value of their posted flows there.',
  })
  partnerBalances(
    @Root() report: ReciprocityReport,
    @Arg('first', () => Int, { nullable: true, defaultValue: 100, description: 'How many, 1 to 1,000.' })
    first: number | null,
  ): OfPartner[] {
    assertPageSize(first ?? 100, MAX_LIST);
    const partners = new Set(report.flows.flatMap(({ fromId, toId }) => [fromId, toId]));
    return [...partners].slice(0, first ?? 100).map((partnerId) => ({ partnerId }));
  }
}

@Resolver(() => SupportFlowType)
export class SupportFlowResolver {
  private readonly partners: PartnerService;

  constructor(partners: PartnerService) {
    this.partners = partners;
  }

  @FieldResolver(() => PartnerType, { description: 'Who gave support.' })
  from(@Root() { fromId }: SupportFlow, @Ctx() { batches }: Context): Promise<PartnerRow | null> {
    return batches.load(this.partners.byId, fromId);
  }

  @FieldResolver(() => PartnerType, { description: 'Whose mandate was supported.' })
  to(@Root() { toId }: SupportFlow, @Ctx() { batches }: Context): Promise<PartnerRow | null> {
    return batches.load(this.partners.byId, toId);
  }

  @FieldResolver(() => RupiahScalar, { description: 'Committed, not yet verified.' })
  pending(@Root() { pendingRupiah }: SupportFlow): number {
    return pendingRupiah;
  }

  @FieldResolver(() => RupiahScalar, { description: 'Verified.' })
  posted(@Root() { postedRupiah }: SupportFlow): number {
    return postedRupiah;
  }
}

@Resolver(() => PartnerBalanceType)
export class PartnerBalanceResolver {
  private readonly partners: PartnerService;
  private readonly balances: BalanceService;

  constructor(partners: PartnerService, balances: BalanceService) {
    this.partners = partners;
    this.balances = balances;
  }

  @FieldResolver(() => PartnerType, { description: 'The partner.' })
  partner(@Root() { partnerId }: OfPartner, @Ctx() { batches }: Context): Promise<PartnerRow | null> {
    return batches.load(this.partners.byId, partnerId);
  }

  @FieldResolver(() => SupportBalanceType, { description: 'Its books, over all areas.' })
  async balance(@Root() { partnerId }: OfPartner, @Ctx() { batches }: Context): Promise<SupportBalanceType> {
    return toSupportBalance(await batches.load(this.balances.standingOf, partnerId));
  }
}
