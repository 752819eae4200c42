import { Extensions, Field, ID, InputType, ObjectType, registerEnumType } from 'type-graphql';
import { CHARACTERS, ENTRIES } from '../kernel/bounds.ts';
import { characters, entries } from '../platform/graphql/answer-bounds.ts';
import { connectionType } from '../platform/graphql/connection.ts';
import { DateTimeScalar, PositionScalar } from '../platform/graphql/scalars.ts';
import type { ActorKind, AuditOutcome } from './audit.entity.ts';

export const ActorKindEnum = {
  ACCOUNT: 'ACCOUNT',
  SYSTEM: 'SYSTEM',
  ANONYMOUS: 'ANONYMOUS',
} as const satisfies Record<ActorKind, ActorKind>;
registerEnumType(ActorKindEnum, {
  name: 'AuditActorKind',
  description: 'What kind of actor did it.',
  valuesConfig: {
    ACCOUNT: { description: 'Somebody who had signed in, or did so by this very act.' },
    SYSTEM: { description: 'The hub itself, when a time was over, or whoever runs it at its console.' },
    ANONYMOUS: { description: 'Somebody who had not signed in.' },
  },
});

export const AuditOutcomeEnum = {
  DONE: 'DONE',
  REFUSED: 'REFUSED',
} as const satisfies Record<AuditOutcome, AuditOutcome>;
registerEnumType(AuditOutcomeEnum, {
  name: 'AuditOutcome',
  description: 'How an act ended.',
  valuesConfig: {
    DONE: { description: 'It was done.' },
    REFUSED: {
      description: 'An attempt to sign in failed; other refusals change nothing and leave no entry.',
    },
  },
});

@ObjectType('AuditEntry', {
  description:
    'One act: who did what to what, when, from where, through which token. It holds ids and no text that people wrote.',
})
export class AuditEntryType {
  @Field(() => PositionScalar, {
    description: 'Place in the chain, contiguous from 1, in the order in which acts became visible.',
  })
  position!: number;
  @Field(() => DateTimeScalar, { description: 'When its transaction began, by PostgreSQL’s clock.' })
  occurredAt!: Date;
  @Extensions(characters(CHARACTERS.auditWord))
  @Field(() => String, {
    description:
      'The mutation’s name, such as `claimNeed`; or the hub’s own step: `expirePledge`, `setAdministrator`, `refuseSignIns` (refused tries of an hour that have no entries of their own); or what an issuer’s token did: `createAccount`, `followClaims`.',
  })
  action!: string;
  @Field(() => AuditOutcomeEnum, { description: 'How it ended.' })
  outcome!: AuditOutcome;
  @Field(() => ActorKindEnum, { description: 'What kind of actor did it.' })
  actorKind!: ActorKind;
  @Field(() => ID, { nullable: true, description: 'The account that did it; null unless ACCOUNT.' })
  accountId!: string | null;
  @Extensions(entries(ENTRIES.subjects))
  @Field(() => [ID], {
    description:
      'What was made or changed, then what that belongs to: a delivery, its pledge, need, village and partner; of `signIn` the account and, when it was done, the token that was given.',
  })
  subjectIds!: string[];
  @Extensions(characters(CHARACTERS.auditWord))
  @Field(() => String, {
    nullable: true,
    description: 'The client’s network address as the hub saw it; null for the hub’s own steps.',
  })
  address!: string | null;
  @Extensions(characters(CHARACTERS.auditWord))
  @Field(() => String, {
    nullable: true,
    description:
      'The request’s name in the hub’s log; null on a WebSocket, which is one request for many acts.',
  })
  requestId!: string | null;
  @Field(() => ID, {
    nullable: true,
    description: 'Which token it came through: its id, never the token itself; null without one.',
  })
  tokenId!: string | null;
  @Extensions(characters(CHARACTERS.digest))
  @Field(() => String, {
    description:
      'SHA-256, 64 hex digits, of this entry and of the hash before it, so that it stands for all before it (docs/audit.md).',
  })
  hash!: string;
}

export const AuditEntryConnectionType = connectionType('AuditEntry', () => AuditEntryType, false);

@InputType('AuditFilter', { description: 'Which entries; what is absent does not narrow.' })
export class AuditFilterType {
  @Field(() => ID, { nullable: true, description: 'Only what this account did.' })
  accountId?: string | null;
  @Field(() => ID, {
    nullable: true,
    description:
      'Only what was done to this account, need, pledge, delivery, partner, policy or token, or in this village or area.',
  })
  subjectId?: string | null;
  @Field(() => String, { nullable: true, description: 'Only acts of this name, such as `claimNeed`.' })
  action?: string | null;
  @Field(() => AuditOutcomeEnum, { nullable: true, description: 'Only what ended so.' })
  outcome?: AuditOutcome | null;
  @Field(() => DateTimeScalar, { nullable: true, description: 'Only from this instant on.' })
  since?: Date | null;
  @Field(() => DateTimeScalar, { nullable: true, description: 'Only before this instant.' })
  until?: Date | null;
}
