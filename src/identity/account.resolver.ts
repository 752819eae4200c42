import { Arg, Ctx, FieldResolver, Int, Mutation, Query, Resolver, Root } from 'type-graphql';
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
import { answer } from '../platform/graphql/payload.ts';
import { CursorScalar } from '../platform/graphql/scalars.ts';
import type { AccountAdministration } from './account-administration.service.ts';
import type { AccountReads, KnownAccount } from './account-reads.service.ts';
import {
  AccountConnectionType,
  AccountInputType,
  AccountPayloadType,
  AccountType,
  SetRolesInputType,
} from './account.types.ts';

@Resolver(() => AccountType)
export class AccountResolver {
  private readonly reads: AccountReads;
  private readonly partners: PartnerService;

  constructor(reads: AccountReads, partners: PartnerService) {
    this.reads = reads;
    this.partners = partners;
  }

  @Query(() => AccountConnectionType, {
    description: 'All accounts, the newest first. For administrators, others get FORBIDDEN.',
  })
  async accounts(
    @Arg('search', () => String, {
      nullable: true,
      description: 'Words of the name or the address, all of which occur; they may be cut short.',
    })
    search: string | undefined,
    @Arg('first', () => Int, { nullable: true, defaultValue: 20, description: firstDescription })
    first: number | null,
    @Arg('after', () => CursorScalar, { nullable: true, description: afterDescription }) after:
      | string
      | undefined,
    @Ctx() { actor }: Context,
  ): Promise<Connection<KnownAccount>> {
    return toConnection(await this.reads.list(actor, search ?? null, pageRequest(first, after)));
  }

  @FieldResolver(() => PartnerType, { nullable: true, description: 'The partner whose member they are.' })
  partner(
    @Root() { partnerId }: KnownAccount,
    @Ctx() { batches }: Context,
  ): Promise<PartnerRow | null> | null {
    return partnerId === null ? null : batches.load(this.partners.byId, partnerId);
  }
}

@Resolver()
export class AccountMutations {
  private readonly administration: AccountAdministration;

  constructor(administration: AccountAdministration) {
    this.administration = administration;
  }

  @Mutation(() => AccountPayloadType, {
    description:
      'Gives an account roles, partner, areas and villages in place of those it had; they hold from the next request on. For administrators, and not for the last one who could sign in to give the role up. An issuer’s account is WrongState: its claims say what it may do.',
  })
  setRoles(
    @Arg('input', () => SetRolesInputType, { description: 'Whose, and which.' })
    { accountId, ...rights }: SetRolesInputType,
    @Ctx() { actor }: Context,
  ): Promise<object> {
    return answer('account', () => this.administration.setRoles(actor, accountId, rights));
  }

  @Mutation(() => AccountPayloadType, {
    description:
      'Ends an account’s sessions, API tokens and invitation for good, closes its live connections within a second, and lets nobody sign in to it. For administrators, and never of the last one who could sign in.',
  })
  disableAccount(
    @Arg('input', () => AccountInputType, { description: 'Which account.' })
    { accountId }: AccountInputType,
    @Ctx() { actor }: Context,
  ): Promise<object> {
    return answer('account', () => this.administration.disable(actor, accountId));
  }

  @Mutation(() => AccountPayloadType, {
    description:
      'Lets an account that was disabled be signed in to again, with the password it had, or by its issuer. For administrators.',
  })
  enableAccount(
    @Arg('input', () => AccountInputType, { description: 'Which account.' })
    { accountId }: AccountInputType,
    @Ctx() { actor }: Context,
  ): Promise<object> {
    return answer('account', () => this.administration.enable(actor, accountId));
  }
}
