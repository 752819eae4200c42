import { Arg, Ctx, Extensions, FieldResolver, Int, Mutation, Query, Resolver, Root } from 'type-graphql';
import { CHARACTERS } from '../kernel/bounds.ts';
import { characters } from '../platform/graphql/answer-bounds.ts';
import type { AreaRow, AreaService } from '../areas/area.service.ts';
import { AreaType } from '../areas/area.types.ts';
import type { Verdict } from '../kernel/problems.ts';
import {
  afterDescription,
  type Connection,
  firstDescription,
  pageRequest,
  toConnection,
} from '../platform/graphql/connection.ts';
import type { Context } from '../platform/graphql/context.ts';
import { answer } from '../platform/graphql/payload.ts';
import { CursorScalar } from '../platform/graphql/scalars.ts';
import { say } from '../platform/messages.ts';
import { saidOf } from './balance.rules.ts';
import type { PolicyPublication } from './policy-publication.service.ts';
import type { PolicyRow, PolicyService } from './policy.service.ts';
import {
  PolicyConnectionType,
  PolicyPayloadType,
  PolicyType,
  PublishPolicyInputType,
  RuleVerdictType,
} from './policy.types.ts';

@Resolver(() => PolicyType)
export class PolicyResolver {
  private readonly policies: PolicyService;
  private readonly publication: PolicyPublication;
  private readonly areas: AreaService;

  constructor(policies: PolicyService, publication: PolicyPublication, areas: AreaService) {
    this.policies = policies;
    this.publication = publication;
    this.areas = areas;
  }

  @Query(() => PolicyType, {
    description:
      'The policy that rules in an area now: its own, or that of the smallest area above which has one.',
  })
  policy(
    @Arg('areaCode', () => String, {
      nullable: true,
      description: 'Official code; without one, what holds everywhere.',
    })
    areaCode: string | undefined,
    @Ctx() context: Context,
  ): Promise<PolicyRow> {
    return this.policies.current(context.reader(), areaCode ?? null);
  }

  @Query(() => PolicyConnectionType, {
    name: 'policies',
    description: 'The policies of one area itself, those of areas above it left out; the newest first.',
  })
  async history(
    @Arg('areaCode', () => String, {
      nullable: true,
      description: 'Official code; without one, those that hold everywhere.',
    })
    areaCode: string | undefined,
    @Arg('first', () => Int, { nullable: true, defaultValue: 20, description: firstDescription })
    first: number | null,
    @Arg('after', () => CursorScalar, { nullable: true, description: afterDescription }) after:
      | string
      | undefined,
    @Ctx() context: Context,
  ): Promise<Connection<PolicyRow>> {
    const page = pageRequest(first, after);
    return toConnection(await this.policies.history(context.reader(), areaCode ?? null, page));
  }

  @Mutation(() => PolicyPayloadType, {
    description:
      'Publishes the next version of an area’s policy; pledges made before keep theirs. For the coordinators of the area, and administrators.',
  })
  publishPolicy(
    @Arg('input', () => PublishPolicyInputType, { description: 'The policy.' }) input: PublishPolicyInputType,
    @Ctx() { actor }: Context,
  ): Promise<object> {
    return answer('policy', () => this.publication.publish(actor, input));
  }

  @FieldResolver(() => AreaType, {
    nullable: true,
    description: 'The area it belongs to; null when it holds everywhere.',
  })
  area(@Root() policy: PolicyRow, @Ctx() { batches }: Context): Promise<AreaRow | null> | null {
    return policy.areaId == null ? null : batches.load(this.areas.byId, policy.areaId);
  }
}

@Resolver(() => RuleVerdictType)
export class RuleVerdictResolver {
  @Extensions(characters(CHARACTERS.message))
  @FieldResolver(() => String, { description: 'The verdict in one sentence, in the client’s language.' })
  message(@Root() verdict: Verdict, @Ctx() { locale }: Context): string {
    return say(locale, saidOf(verdict));
  }
}
