import { Arg, Ctx, Int, Query, Resolver } from 'type-graphql';
import {
  afterDescription,
  type Connection,
  firstDescription,
  pageRequest,
  toConnection,
} from '../platform/graphql/connection.ts';
import type { Context } from '../platform/graphql/context.ts';
import { CursorScalar } from '../platform/graphql/scalars.ts';
import type { AuditReads, AuditRow } from './audit-reads.service.ts';
import { AuditEntryConnectionType, AuditEntryType, AuditFilterType } from './audit.types.ts';

@Resolver(() => AuditEntryType)
export class AuditResolver {
  private readonly reads: AuditReads;

  constructor(reads: AuditReads) {
    this.reads = reads;
  }

  @Query(() => AuditEntryConnectionType, {
    description:
      'The audit trail, the latest act first; an act is in it moments after it was done. For auditors and administrators, others get FORBIDDEN.',
  })
  async auditTrail(
    @Arg('filter', () => AuditFilterType, { nullable: true, description: 'Which entries.' })
    filter: AuditFilterType | undefined,
    @Arg('first', () => Int, { nullable: true, defaultValue: 20, description: firstDescription })
    first: number | null,
    @Arg('after', () => CursorScalar, { nullable: true, description: afterDescription }) after:
      | string
      | undefined,
    @Ctx() { actor }: Context,
  ): Promise<Connection<AuditRow>> {
    return toConnection(await this.reads.list(actor, filter ?? {}, pageRequest(first, after)));
  }
}
