import { Ctx, Extensions, FieldResolver, Resolver, Root } from 'type-graphql';
import { CHARACTERS } from '../kernel/bounds.ts';
import { characters } from '../platform/graphql/answer-bounds.ts';
import type { AuditRow } from '../audit/audit-reads.service.ts';
import { AuditEntryType } from '../audit/audit.types.ts';
import type { Context } from '../platform/graphql/context.ts';
import type { IdentityService } from './identity.service.ts';

@Resolver(() => AuditEntryType)
export class AuditActorResolver {
  private readonly identity: IdentityService;

  constructor(identity: IdentityService) {
    this.identity = identity;
  }

  @Extensions(characters(CHARACTERS.name))
  @FieldResolver(() => String, {
    nullable: true,
    description: 'The name that the account has now; null unless ACCOUNT.',
  })
  async accountName(
    @Root() { accountId }: AuditRow,
    @Ctx() { batches, actor }: Context,
  ): Promise<string | null> {
    if (accountId === null) return null;
    return (await batches.load(this.identity.seenBy, { asker: actor, id: accountId }))?.name ?? null;
  }
}
