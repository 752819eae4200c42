import { Arg, Ctx, Mutation, Query, Resolver } from 'type-graphql';
import { CancelNeedInputType, NeedPayloadType } from '../needs/need.types.ts';
import type { Context } from '../platform/graphql/context.ts';
import { answer } from '../platform/graphql/payload.ts';
import type { ClaimService, Preview } from './claim.service.ts';
import type { NeedCancellation } from './need-cancellation.service.ts';
import type { PledgeService } from './pledge.service.ts';
import {
  ClaimNeedInputType,
  ClaimPreviewInputType,
  ClaimPreviewType,
  CommitPledgeInputType,
  DecidePledgeInputType,
  PledgePayloadType,
  WithdrawPledgeInputType,
} from './pledge.types.ts';

@Resolver()
export class PledgeMutations {
  private readonly claims: ClaimService;
  private readonly pledges: PledgeService;
  private readonly cancellation: NeedCancellation;

  constructor(claims: ClaimService, pledges: PledgeService, cancellation: NeedCancellation) {
    this.claims = claims;
    this.pledges = pledges;
    this.cancellation = cancellation;
  }

  @Query(() => ClaimPreviewType, {
    description:
      'What `claimNeed` would answer now. For partners’ members; coordinators, auditors and administrators may name any partner.',
  })
  claimPreview(
    @Arg('input', () => ClaimPreviewInputType, { description: 'The claim.' }) input: ClaimPreviewInputType,
    @Ctx() context: Context,
  ): Promise<Preview> {
    return this.claims.preview(context.reader(), input);
  }

  @Mutation(() => PledgePayloadType, {
    description:
      'Claims part of an open need for your partner. Two claims never both get the last unit: one comes first, the other is told what remains.',
  })
  claimNeed(
    @Arg('input', () => ClaimNeedInputType, { description: 'The claim.' }) input: ClaimNeedInputType,
    @Ctx() { actor, signal }: Context,
  ): Promise<object> {
    return answer('pledge', () => this.claims.claim(actor, input, signal));
  }

  @Mutation(() => PledgePayloadType, {
    description: 'Makes a pledge binding. For members of the pledging partner.',
  })
  commitPledge(
    @Arg('input', () => CommitPledgeInputType, { description: 'The commitment.' })
    input: CommitPledgeInputType,
    @Ctx() { actor }: Context,
  ): Promise<object> {
    return answer('pledge', () => this.pledges.commit(actor, input));
  }

  @Mutation(() => PledgePayloadType, {
    description:
      'Approves a pledge that awaits it. For the coordinators of the village’s area, and administrators.',
  })
  approvePledge(
    @Arg('input', () => DecidePledgeInputType, { description: 'The decision.' }) input: DecidePledgeInputType,
    @Ctx() { actor }: Context,
  ): Promise<object> {
    return answer('pledge', () => this.pledges.approve(actor, input));
  }

  @Mutation(() => PledgePayloadType, {
    description: 'Declines a pledge that awaits approval. For the same people as `approvePledge`.',
  })
  declinePledge(
    @Arg('input', () => DecidePledgeInputType, { description: 'The decision.' }) input: DecidePledgeInputType,
    @Ctx() { actor }: Context,
  ): Promise<object> {
    return answer('pledge', () => this.pledges.decline(actor, input));
  }

  @Mutation(() => PledgePayloadType, {
    description:
      'Takes an open pledge back; what is verified stands. For members of the pledging partner. WrongState while a delivery awaits its decision.',
  })
  withdrawPledge(
    @Arg('input', () => WithdrawPledgeInputType, { description: 'The withdrawal.' })
    input: WithdrawPledgeInputType,
    @Ctx() { actor }: Context,
  ): Promise<object> {
    return answer('pledge', () => this.pledges.withdraw(actor, input));
  }

  @Mutation(() => NeedPayloadType, {
    description:
      'Cancels a need and with it its open pledges; what is verified stands. For the same people as `publishNeed`. WrongState while a delivery awaits its decision.',
  })
  cancelNeed(
    @Arg('input', () => CancelNeedInputType, { description: 'The cancellation.' }) input: CancelNeedInputType,
    @Ctx() { actor }: Context,
  ): Promise<object> {
    return answer('need', () => this.cancellation.cancel(actor, input));
  }
}
