import { Arg, Ctx, FieldResolver, Query, Resolver, Root } from 'type-graphql';
import { type AreaRow, AreaService, assertAreaCode } from '../areas/area.service.ts';
import { AreaType } from '../areas/area.types.ts';
import type { Verdict } from '../kernel/problems.ts';
import type { Context } from '../platform/graphql/context.ts';
import { say } from '../platform/messages.ts';
import { type PolicyRow, PolicyService } from './policy.service.ts';
import { PolicyType, RuleVerdictType } from './policy.types.ts';

@Resolver(() => PolicyType)
export class PolicyResolver {
  private readonly policies: PolicyService;
  private readonly areas: AreaService;

  constructor(policies: PolicyService, areas: AreaService) {
    this.policies = policies;
    this.areas = areas;
  }

  @Query(() => PolicyType, {
    description: 'The policy that rules in an area now: its own, or that of the smallest area above which has one.',
  })
  policy(
    @Arg('areaCode', () => String, { nullable: true, description: 'Official code; without one, what holds everywhere.' })
    areaCode: string | undefined,
    @Ctx() context: Context,
  ): Promise<PolicyRow> {
    if (areaCode != null) assertAreaCode(areaCode);
    return this.policies.current(context.reader(), areaCode ?? null);
  }

  @FieldResolver(() => AreaType, { nullable: true, description: 'The area it belongs to; null when it holds everywhere.' })
  area(@Root() policy: PolicyRow, @Ctx() { batches }: Context): Promise<AreaRow | null> | null {
    return policy.areaId == null ? null : batches.load(this.areas.byId, policy.areaId);
  }
}

@Resolver(() => RuleVerdictType)
export class RuleVerdictResolver {
  @FieldResolver(() => String, { description: 'The verdict in one sentence, in the client’s language.' })
  message(@Root() verdict: Verdict, @Ctx() { locale }: Context): string {
    const { rule, broken, before, after, limit } = verdict;
    return say(locale, { key: `rule.${rule}`, params: { ok: broken ? 'no' : 'yes', before, after, limit } });
  }
}
